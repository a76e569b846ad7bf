"""Edits of what waits: sent instead of the store's words, kept beside the order, never over what Sage may have."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import CONNECTION
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.engine import editing, interventions
from tidegate.engine.dry_run import dry_run
from tidegate.engine.erasing import erase
from tidegate.engine.interventions import Act
from tidegate.ledger import copies, edits, erasure, models, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import NotAllowed
from tidegate.ledger.queue import Item

REFUSED = Failure(Code.REFUSED, "the postcode is not one")


@pytest.fixture
def stage(in_memory: InMemory) -> MemoryStage:
    return in_memory()


@pytest.fixture
def refused(stage: MemoryStage) -> tuple[MemoryStage, int]:
    """An order that the company has refused, in review."""
    order = stage.order("guest", email="jo@example.com")
    stage.inject("send", REFUSED)
    stage.cycle()
    assert stage.state(order) is State.REVIEW
    return stage, order


def item_of(stage: MemoryStage, entity_id: int) -> Item:
    found = queue.get(stage.delivery(entity_id).id)
    assert found is not None
    return found


def edit(stage: MemoryStage, entity_id: int, **values: str) -> None:
    """Edit by field (`billing__city` stands for `billing.city`) and send it again."""
    item = item_of(stage, entity_id)
    wanted = {name.replace("__", "."): value for name, value in values.items()}
    new = editing.wished(stage.hub, item, wanted)
    with transaction("edit"):
        editing.edit(item, new, by="anna", now=stage.now, reason="as the buyer says")
        interventions.act(Act.RETRY, [item], actor="anna", now=stage.now)


def last_sent(stage: MemoryStage, entity_id: int) -> dict[str, object]:
    attempt = models.Attempt.objects.filter(key=f"magento:main:{entity_id}/order").latest("number")
    return dict(msgspec.json.decode(copies.of_attempts([attempt.pk])[attempt.pk]))


def test_an_edit_is_sent_and_the_order_stays_as_the_store_has_it(
    refused: tuple[MemoryStage, int],
) -> None:
    stage, order = refused
    before = item_of(stage, order).document
    edit(stage, order, billing__postcode="LS1 1AA", billing__street="1 Long Road\nAttic", po_number="PO-9")
    assert "1 Long Road" in str(dry_run(stage.hub, stage.connection, "orders"))
    stage.cycle()
    assert stage.state(order) is State.CONFIRMED
    sent = last_sent(stage, order)
    assert sent["po_number"] == "PO-9"
    assert "LS1 1AA" in str(sent["invoice"])
    assert "Attic" in str(sent["invoice"])
    assert item_of(stage, order).document == before
    (kept,) = edits.history([stage.delivery(order).id]).values()
    assert {(each.field, each.by, each.reason) for each in kept} == {
        (name, "anna", "as the buyer says") for name in ("billing.postcode", "billing.street", "po_number")
    }


def test_account_and_date_are_edited(refused: tuple[MemoryStage, int]) -> None:
    stage, order = refused
    stage.books.open_account("OTHER", "Somebody else", currency="USD")
    day = (stage.now + timedelta(days=3)).date().isoformat()
    edit(stage, order, account="OTHER", date=day)
    stage.cycle()
    sent = last_sent(stage, order)
    assert (sent["account"], sent["date"]) == ("OTHER", day)
    assert stage.state(order) is State.CONFIRMED


def test_what_the_store_corrects_later_wins(refused: tuple[MemoryStage, int]) -> None:
    stage, order = refused
    edit(stage, order, note="ring twice")
    source = models.Source.objects.get(entity_id=order)
    document = msgspec.json.decode(source.document) | {"note": "ring once"}
    models.Source.objects.filter(pk=source.pk).update(document=msgspec.json.encode(document).decode())
    stage.cycle()
    assert last_sent(stage, order)["note"] == "ring once"


def test_what_the_company_may_have_is_not_edited(stage: MemoryStage) -> None:
    order = stage.order()
    stage.cycle()
    item = item_of(stage, order)
    assert editing.offered(item) == []
    with pytest.raises(NotAllowed), transaction("edit"):
        edits.edit(item.id, [edits.NewEdit("note", "", "", "x")], stage.now, by="anna")


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("date", "soon", "must be a day such as"),
        ("date", "1999-01-01", "more than a year away"),
        ("difference", "7", "more cannot come from rounding"),
        ("difference", "x", "must be an amount"),
        ("billing.city", "x" * 300, "at most 255 characters"),
        ("billing.city", "a\nb", "at most 1 line"),
        ("billing.street", "a\nb\nc\nd\ne", "at most 4 lines"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    refused: tuple[MemoryStage, int], name: str, value: str, problem: str
) -> None:
    stage, order = refused
    with pytest.raises(ValueError, match=problem):
        editing.wished(stage.hub, item_of(stage, order), {name: value})


def test_an_erased_customer_is_in_no_edit(refused: tuple[MemoryStage, int]) -> None:
    stage, order = refused
    edit(stage, order, billing__name="Joanna Smithson", account="WEB")
    stage.cycle()
    stage.notes()
    counts, _ = erase(erasure.find(CONNECTION, "main", email="jo@example.com"), "anna", stage.now)
    assert counts["edits"] == 1
    texts = str(list(models.Edit.objects.values_list("own", "before", "value")))
    assert "Joanna" not in texts
    assert "WEB" in texts
