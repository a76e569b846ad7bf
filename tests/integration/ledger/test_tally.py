"""What was counted once is not counted again, and nothing is missed by it; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, captured, create
from tidegate.domain.states import State
from tidegate.ledger import account, models, tally
from tidegate.ledger.database import transaction


def advance() -> None:
    """Two looks of the hub: the first one sees what is there, the second one counts it."""
    for _ in range(2):
        for kind in (tally.DELIVERY, tally.SOURCE):
            with transaction("test"):
                while tally.advance(kind, NOW):
                    pass


def made() -> None:
    """Orders in several states, notes, and steps that are a family."""
    captured(1, 2, 3, 4)
    captured(5, state=State.REVIEW)
    for number in (1, 2):
        models.Delivery.objects.filter(key=f"magento:main:{number}/order").update(state="confirmed")
    create("1/number", flow="order-status", step="number", state=State.SKIPPED)
    for number in ("8963", "8964"):
        create(f"1/shipment:{number}", flow="shipments", step=f"shipment:{number}")
    create("1/shipment", flow="shipments", step="shipments")


STEPS = (
    ("orders", "order"),
    ("order-status", "number"),
    ("shipments", "shipment"),
    ("shipments", "shipments"),
)


def accounts() -> dict[tuple[str, str], object]:
    return {each: account.account(CONNECTION, *each) for each in STEPS}


def test_the_account_is_the_same_before_behind_and_within_the_tally(ledger: Ledger) -> None:
    made()
    slow = accounts()
    advance()
    assert accounts() == slow
    assert tally.counted(tally.DELIVERY) > 0
    captured(6, 7)
    create("1/shipment:9000", flow="shipments", step="shipment:9000")
    models.Delivery.objects.filter(key="magento:main:6/order").update(state="confirmed")
    whole = account.account(CONNECTION, "orders", "order")
    assert (whole.read, whole.confirmed, whole.review, whole.unexplained) == (7, 3, 1, 0)
    assert account.account(CONNECTION, "shipments", "shipment").read == 3


def test_counting_in_parts_counts_everything_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "AT_ONCE", 2)
    made()
    slow = accounts()
    advance()
    assert accounts() == slow
    assert models.Tally.objects.get(kind=tally.SOURCE, connection="").count == 5


def test_what_came_since_the_last_look_is_not_counted_yet(ledger: Ledger) -> None:
    """Its id may be followed by a lower one that another transaction has not committed yet."""
    made()
    with transaction("test"):
        assert not tally.advance(tally.DELIVERY, NOW)
    assert tally.counted(tally.DELIVERY) == 0


def test_a_document_without_a_delivery_is_still_unexplained(ledger: Ledger) -> None:
    made()
    advance()
    models.Tally.objects.filter(kind=tally.SOURCE, flow="order").update(
        count=99
    )  # and a wrong tally is not believed
    assert account.account(CONNECTION, "orders", "order").unexplained == 0
    models.Source.objects.create(
        connection=CONNECTION, store="main", entity_id=99, increment_id="99", first_read_at=NOW, read_at=NOW
    )
    assert account.account(CONNECTION, "orders", "order").unexplained == 1


def test_the_account_walks_past_no_history(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    captured(*range(1, 400))
    models.Delivery.objects.all().update(state="confirmed")
    advance()
    captured(500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    asked: list[tuple[str, tuple[object, ...]]] = []
    fetch = account.rows.fetch_all
    monkeypatch.setattr(
        account.rows, "fetch_all", lambda sql, *given: asked.append((sql, given)) or fetch(sql, *given)
    )
    assert account.account(CONNECTION, "orders", "order").read == 400
    ((sql, given),) = asked
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN" if ledger.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{explain} {sql}", given)
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "Seq Scan on tidegate_delivery" not in plan
    assert "Seq Scan on tidegate_source" not in plan
    assert "delivery_open" in plan
    assert "delivery_queue" not in plan
    assert "source_account" not in plan


def test_the_tally_can_be_begun_again(ledger: Ledger) -> None:
    made()
    advance()
    with transaction("test"):
        tally.forget(tally.DELIVERY, NOW + timedelta(days=1))
    assert tally.counted(tally.DELIVERY) == 0
    advance()
    assert account.account(CONNECTION, "orders", "order").read == 5


def test_counters_that_are_right_do_not_drift_and_a_wrong_one_is_found(ledger: Ledger) -> None:
    made()
    advance()
    captured(6, 7)  # not counted yet: no drift
    assert [tally.drift(kind) for kind in (tally.DELIVERY, tally.SOURCE)] == [[], []]
    wrong = models.Tally.objects.filter(kind=tally.DELIVERY, connection=CONNECTION, step="number")
    wrong.update(count=7)
    (found,) = tally.drift(tally.DELIVERY)
    assert (found.connection, found.flow, found.step, found.kept, found.found) == (
        CONNECTION,
        "order-status",
        "number",
        7,
        1,
    )
