"""Acting by the console: what was sent is seen, an order is edited and goes, a cause is mended, mappings are kept."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from integration.console.pages.browsing import Browsing
from integration.flows.stage import CONNECTION
from tidegate.console.models import Change
from tidegate.console.roles import Role
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.masking import MASKED
from tidegate.domain.states import State
from tidegate.engine import offered, schedule
from tidegate.engine.cycles import run_cycle
from tidegate.engine.erasing import erase
from tidegate.engine.mappings import refresh
from tidegate.ledger import asked, edits, erasure, models, queue
from tidegate.ledger.queue import Item

EMAIL = "jo.bloggs@example.com"


@pytest.fixture
def refused(browsing: Browsing) -> Browsing:
    """One order in review, because Sage refused it."""
    return with_failure(browsing, Failure(Code.REFUSED, "the postcode is not one"))


def with_failure(browsing: Browsing, failure: Failure, count: int = 1) -> Browsing:
    stage = browsing.stage
    for _ in range(count):
        stage.inject("send", failure)
    stage.orders(count, "guest", email=EMAIL)
    stage.cycle()
    return browsing


def only(browsing: Browsing, place: int = 0) -> Item:
    entity = browsing.stage.shop.orders.all()[place].entity_id
    found = queue.get(browsing.stage.delivery(entity).id)
    assert found is not None
    return found


def attempt_of(item: Item) -> int:
    return int(models.Attempt.objects.get(delivery_id=item.id).pk)


def test_what_was_sent_is_seen_and_masked_by_role(refused: Browsing) -> None:
    item, surname = only(refused), buyer_of(refused)
    refused.sign_in("otto", Role.OPERATOR)
    assert f'hx-get="/attempts/{attempt_of(item)}?of={item.id}"' in refused.page(f"/delivery/{item.id}")
    text = refused.page(f"/attempts/{attempt_of(item)}")
    assert surname in text
    assert "the postcode is not one" in text
    refused.sign_in("vera", Role.VIEWER)
    text = refused.page(f"/attempts/{attempt_of(item)}")
    assert surname not in text
    assert EMAIL not in text
    assert MASKED in text
    assert item.label in text
    refused.page("/attempts/999999", 404)


def buyer_of(browsing: Browsing) -> str:
    from tidegate.flows.stored_order import read_order

    return read_order(only(browsing).document).billing.name.split()[-1]


def test_an_order_is_edited_and_sent_again(refused: Browsing) -> None:
    item = only(refused)
    refused.sign_in()
    assert f"/delivery/{item.id}/edit" in refused.page("/queue")
    assert "Invoice to: postcode" in refused.page(f"/delivery/{item.id}/edit")
    wish = {"id": str(item.id), "set-billing.postcode": "LS1 1AA", "back": f"/delivery/{item.id}"}
    text = refused.post("/edit/preview", 200, **wish)
    assert "Edit 1 delivery?" in text
    assert "LS1 1AA" in text
    assert edits.in_force([item.id]) == {}
    text = refused.post("/edit/do", 200, reason="the buyer called", **wish)
    assert "1 done" in text
    refused.stage.cycle(after=timedelta(0))
    assert only(refused).state is State.CONFIRMED
    (change,) = Change.objects.filter(act="edit")
    assert (change.after, change.reason, change.delivery) == ("LS1 1AA", "the buyer called", item.id)
    assert "LS1 1AA" in refused.page(f"/delivery/{item.id}")
    assert "LS1 1AA" in refused.page("/audit")
    assert "may already have it" in refused.page(f"/delivery/{item.id}/edit")
    last = models.Attempt.objects.filter(delivery_id=item.id).latest("number")
    assert "LS1 1AA" in refused.page(f"/attempts/{last.pk}")
    refused.sign_in("vera", Role.VIEWER)
    assert "LS1 1AA" not in refused.page(f"/attempts/{last.pk}")
    assert "LS1 1AA" not in refused.page(f"/delivery/{item.id}")
    assert "LS1 1AA" not in refused.page("/audit")


def test_a_wrong_value_is_said_and_kept_by_nobody(refused: Browsing) -> None:
    refused.sign_in()
    wish = {"id": str(only(refused).id), "set-date": "1999-01-01"}
    assert "more than a year away" in refused.post("/edit/preview", 200, **wish)
    assert "1 refused" in refused.post("/edit/do", 200, **wish)
    assert not models.Edit.objects.exists()


def test_all_orders_of_a_cause_get_a_date_and_go(browsing: Browsing) -> None:
    with_failure(browsing, Failure(Code.PERIOD_CLOSED, "the period is closed"), count=2)
    stage = browsing.stage
    browsing.sign_in()
    text = browsing.page("/reviews")
    upto = re.search(r'name="upto" value="(\d+)"', text)
    assert upto is not None
    assert 'name="set-date"' in text
    day = (stage.now + timedelta(days=20)).date().isoformat()
    wish = {
        "connection": CONNECTION,
        "flow": "orders",
        "state": "review",
        "code": "period-closed",
        "upto": upto[1],
        "set-date": day,
    }
    assert "Edit 2 deliveries?" in browsing.post("/edit/preview", 200, **wish)
    assert "2 done" in browsing.post("/edit/do", 200, **wish)
    stage.cycle(after=timedelta(0))
    assert stage.states(order.entity_id for order in stage.shop.orders.all()) == {State.CONFIRMED}
    assert "No delivery needs a person" in browsing.page("/reviews")


def test_a_mapping_is_removed_and_as_in_the_file_again(browsing: Browsing) -> None:
    browsing.sign_in()
    connection = browsing.stage.connection
    form = {"connection": CONNECTION, "kind": "skus", "name": "HUB-1"}
    browsing.post("/mappings/change", **form, **{"field-code": "HUB1"})
    assert "no longer mapped" in browsing.post("/mappings/remove", how="out", **form)
    assert "HUB-1" not in connection.settings.skus
    kind = {"connection": CONNECTION, "kind": "payments", "name": "*"}
    file = connection.settings.payments["*"]
    assert "no longer mapped" in browsing.post("/mappings/remove", how="out", **kind)
    assert "the file still has it" in browsing.page("/mappings")
    assert "as in the file again" in browsing.post("/mappings/remove", how="file", **kind)
    assert connection.settings.payments["*"] == file
    assert "was not changed" in browsing.post("/mappings/remove", how="out", **{**kind, "name": "none"})
    acts = list(Change.objects.filter(connection=CONNECTION).values_list("act", flat=True).order_by("id"))
    assert acts == ["mapping changed", "mapping removed", "mapping removed", "mapping as in the file"]


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("amounts", "gift_card", {"account": "2200"}),
        ("amounts", "custom_fees.eco", {"account": "4905", "tax_code": "1"}),
        ("warehouses", "LEEDS", {"source": "default"}),
        ("groups", "Wholesale", {"list": "Trade"}),
        ("revenue-groups", "SHIRTS*", {"account": "4010"}),
    ],
)
def test_every_table_is_changed_and_read_back(
    browsing: Browsing, kind: str, name: str, values: dict[str, str]
) -> None:
    browsing.sign_in()
    fields = {f"field-{field}": value for field, value in values.items()}
    text = browsing.post("/mappings/change", connection=CONNECTION, kind=kind, name=name, **fields)
    assert "is mapped" in text
    assert name in browsing.page(f"/mappings/{CONNECTION}/{kind}.csv")
    text = browsing.post("/mappings/change", connection=CONNECTION, kind="amounts", name="magic", **fields)
    assert "was not changed" in text


def test_both_systems_lists_are_offered(browsing: Browsing) -> None:
    browsing.stage.orders(1, "guest", method="banktransfer")
    browsing.stage.reopen(payments={})
    browsing.__post_init__()
    browsing.sign_in()
    text = browsing.post(f"/mappings/{CONNECTION}/lists")
    assert '<datalist id="list-tax">' in text
    assert '<option value="banktransfer">' in text
    assert "they are not mapped" in text
    lists = offered.kept(CONNECTION)
    assert lists is not None
    assert "default" in lists.lists["store-source"]


def test_another_process_sees_a_changed_mapping_with_its_next_cycle(browsing: Browsing) -> None:
    browsing.sign_in()
    connection = browsing.stage.connection
    before, seen = connection.settings, connection.mappings_seen
    form = {"connection": CONNECTION, "kind": "skus", "name": "HUB-1", "field-code": "HUB1"}
    browsing.post("/mappings/change", **form)
    connection.remap(before)  # as another process has it
    connection.mappings_seen = seen
    run_cycle(browsing.stage.hub, connection, "orders")
    assert connection.settings.skus["HUB-1"] == "HUB1"
    after = connection.settings
    refresh(connection)
    assert connection.settings is after


def test_a_cycle_that_somebody_asks_for_is_due_over_a_restart(browsing: Browsing) -> None:
    browsing.sign_in()
    browsing.stage.cycle()
    browsing.post(f"/connections/{CONNECTION}/run", flow="orders")
    browsing.stage.reopen()
    stage = browsing.stage
    due = {each.flow: each.at for each in schedule.planned(stage.hub, stage.connection)}
    assert due["orders"] == stage.now
    stage.cycle()
    assert asked.turns(CONNECTION, ["orders"])[1] == set()


def test_erasing_reaches_edits_copies_mappings_and_the_record_of_changes(refused: Browsing) -> None:
    item = only(refused)
    refused.sign_in()
    wish = {"id": str(item.id), "set-billing.name": "Joanna Smithson"}
    refused.post("/edit/do", 200, reason="Joanna Smithson called", **wish)
    refused.post(
        "/mappings/change",
        **{"connection": CONNECTION, "kind": "customers", "name": EMAIL, "field-account": "WEB"},
    )
    assert EMAIL in refused.page("/mappings")
    refused.stage.cycle(after=timedelta(0))
    refused.stage.notes()
    erase(erasure.find(CONNECTION, "main", email=EMAIL), "anna", refused.stage.now)
    texts = str([*Change.objects.values_list("subject", "before", "after", "reason")])
    texts += str([*models.Mapping.objects.values_list("name", "value")])
    texts += str([*models.Edit.objects.values_list("own", "before", "value", "reason")])
    assert EMAIL not in texts
    assert "Joanna" not in texts
    assert not models.PayloadCopy.objects.exists()
    refused.stage.cycle()
    assert EMAIL not in refused.stage.connection.settings.customers.accounts


def test_a_viewer_sees_no_customers_mappings(browsing: Browsing) -> None:
    browsing.sign_in()
    form = {"connection": CONNECTION, "kind": "customers", "name": EMAIL, "field-account": "WEB"}
    browsing.post("/mappings/change", **form)
    browsing.sign_in("vera", Role.VIEWER)
    for address in ("/mappings", "/audit"):
        assert EMAIL not in browsing.page(address)
    browsing.page(f"/mappings/{CONNECTION}/customers.csv", 404)
