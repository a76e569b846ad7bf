"""Cycles that ran long ago leave their table, are still found by their number, and are forgotten with a person."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from integration.growth.meter import STEPS, metered
from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, apply, begin, captured, open_batch, take_lease
from tidegate.domain.verdict import Verdict
from tidegate.ledger import archive, delivery, lease, models, old_runs, runs
from tidegate.ledger.database import transaction

LATER = NOW + timedelta(days=500)
YEAR_AGO = LATER - timedelta(days=365)
FLOW = "orders"


def ran(note: str = "", *, confirms: bool = True) -> int:
    """A cycle with an order that is confirmed, or whose answer never came."""
    held = take_lease()
    (pk,) = captured(models.Delivery.objects.count() + 1)
    batch = open_batch(held)
    attempts = begin(held, batch, [pk])
    if confirms:
        apply(Verdict(pk, "c", attempt_id=attempts[pk], target_id="4", target_number="S4"), held=held)
    with transaction("test"):
        delivery.close_batch(batch, NOW + timedelta(minutes=1), calls=3, note=note)
        lease.release(held, NOW)
    return batch


def archived(before: datetime = YEAR_AGO) -> int:
    """What a night takes away."""
    with transaction("test"):
        archive.archive(CONNECTION, before, LATER)
        return old_runs.archive(CONNECTION, FLOW, before, LATER)[0]


def test_an_old_cycle_is_found_by_its_number(ledger: Ledger) -> None:
    batch = ran("the company was closed")
    known = runs.get(batch)
    assert archived(NOW - timedelta(days=1)) == 0
    assert archived() == 1
    assert not models.Batch.objects.exists()
    assert runs.get(batch) == known
    assert known is not None
    assert (known.note, known.calls, known.confirmed) == ("the company was closed", 3, 1)
    assert runs.get(batch + 1) is None
    second = ran()
    assert archived() == 1
    assert [each is not None for each in (runs.get(batch), runs.get(second))] == [True, True]


def test_a_cycle_whose_attempt_nobody_has_answered_stays(ledger: Ledger) -> None:
    doubtful, clear = ran(confirms=False), ran()
    assert archived() == 1
    assert list(models.Batch.objects.values_list("pk", flat=True)) == [doubtful]
    assert runs.get(clear) is not None
    assert archived() == 0


def test_many_are_archived_part_by_part(ledger: Ledger) -> None:
    for _ in range(5):
        ran()
    with transaction("test"):
        archive.archive(CONNECTION, YEAR_AGO, LATER)
    counts = []
    more = True
    while more:
        with transaction("test"):
            count, more = old_runs.archive(CONNECTION, FLOW, YEAR_AGO, LATER, most=2)
        counts.append(count)
    assert sum(counts) >= 4
    assert archived() == 5 - sum(counts)


def test_no_delivery_is_gone_through_for_a_cycle_that_is_removed(ledger: Ledger) -> None:
    """SQLite would look at every delivery for each row that it takes away, if the reference were enforced."""
    if ledger.vendor != "sqlite":
        pytest.skip("PostgreSQL does not tell what its constraints cost")
    ran()
    few = removed()
    captured(*range(100, 400))
    ran()
    assert removed() <= few + STEPS


def removed() -> int:
    """What it costs to remove the only old run."""
    with metered() as cost:
        assert archived() == 1
    return max(each.work for each in cost.statements if each.sql.startswith("DELETE FROM tidegate_batch"))


def test_a_person_is_taken_out_of_the_note(ledger: Ledger) -> None:
    batch, other = ran("anna@example.com was refused"), ran("nobody")
    archived()
    with transaction("test"):
        assert old_runs.rewrite(CONNECTION, ["ANNA@example.com"], lambda text: text.replace("anna", "x")) == 1
    found = [runs.get(each) for each in (batch, other)]
    assert [each.note for each in found if each] == ["x@example.com was refused", "nobody"]


def test_the_ledger_is_whole(ledger: Ledger) -> None:
    """On SQLite the migration writes into the schema itself."""
    if connection.vendor != "sqlite":
        pytest.skip("of the file")
    with connection.cursor() as cursor:
        for question in ("PRAGMA integrity_check", "PRAGMA foreign_key_check"):
            cursor.execute(question)
            assert cursor.fetchall() in ([("ok",)], [])
        cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%REFERENCES \"tidegate_batch\"%'")
        assert cursor.fetchall() == [("tidegate_attempt",)]
