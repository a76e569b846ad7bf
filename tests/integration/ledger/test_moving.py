"""A ledger in a file is moved to PostgreSQL: every row the same, broken off or not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, SECOND, begin, captured, open_batch, take_lease
from postgresql_server import emptied
from tidegate.domain.states import State
from tidegate.ledger import database, models, moving, presence, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LedgerError, NotReady


@pytest.fixture
def target(postgresql: str) -> str:
    """An empty ledger in PostgreSQL."""
    return emptied(postgresql)


def lived() -> None:
    """Orders, one on its way, with a history, and a secret's bytes."""
    ids = captured(*range(1, 8))
    held = take_lease()
    begin(held, open_batch(held), ids[:2])
    models.Secret.objects.create(owner="sage", name="tokens", sealed=b"\x00\xffsealed", obtained_at=NOW)


def test_every_table_comes_after_those_that_it_refers_to() -> None:
    order = moving.tables()
    assert len(order) == len(models.__all__)
    assert order.index(models.Source) < order.index(models.Delivery) < order.index(models.Attempt)
    assert order.index(models.Batch) < order.index(models.Delivery)


def test_every_row_is_the_same_and_new_rows_come_behind(
    sqlite: Ledger, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "AT_ONCE", 3)
    lived()
    moved = {each.table: each for each in moving.move(target, NOW)}
    assert moved["tidegate_delivery"].rows == moved["tidegate_delivery"].copied == 7
    assert moved["tidegate_secret"].rows == 1
    newest = models.Delivery.objects.order_by("-pk")[0].pk
    database.open_ledger(target)
    assert not models.Mark.objects.filter(name=moving.UNFINISHED).exists()
    assert len(queue.listing(connection=CONNECTION, state=State.SENDING)) == 2
    captured(99)
    assert models.Delivery.objects.order_by("-pk")[0].pk > newest


def test_a_move_that_was_broken_off_goes_on(
    sqlite: Ledger, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    lived()

    def broken(table: str, rows: int) -> None:
        if table == "tidegate_delivery" and rows == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        moving.move(target, NOW, broken)
    assert moving.TARGET not in connections.settings
    moved = {each.table: each for each in moving.move(target, NOW)}
    assert (moved["tidegate_delivery"].rows, moved["tidegate_delivery"].copied) == (7, 3)
    assert moved["tidegate_source"].copied == 0


def test_half_a_ledger_is_no_ledger(sqlite: Ledger, target: str) -> None:
    """What it lacks would be read and sent again."""
    lived()

    def broken(table: str, rows: int) -> None:
        raise KeyboardInterrupt

    moving.check_whole()
    with pytest.raises(KeyboardInterrupt):
        moving.move(target, NOW, broken)
    database.open_ledger(target)
    with pytest.raises(NotReady, match="was not moved to this database completely"):
        moving.check_whole()
    database.open_ledger(sqlite.url)
    moving.move(target, NOW)
    database.open_ledger(target)
    moving.check_whole()


def test_a_ledger_at_work_is_not_moved(sqlite: Ledger, target: str) -> None:
    lived()
    with transaction("test"):
        presence.beat("elsewhere:4711:token", NOW)
    with pytest.raises(LedgerError, match="a hub works with this ledger"):
        moving.move(target, NOW + SECOND)
    moving.move(target, NOW + timedelta(minutes=6))  # it was killed


def test_a_row_that_is_another_one_is_named(sqlite: Ledger, target: str) -> None:
    lived()

    def meddling(table: str, rows: int) -> None:
        if table == "tidegate_event":
            models.Delivery.objects.using(moving.TARGET).filter(pk=models.Delivery.objects.first().pk).update(
                reason="other"
            )

    with pytest.raises(LedgerError, match=r"tidegate_delivery \d+ is not the same as in the file \(reason\)"):
        moving.move(target, NOW, meddling)


def test_two_ledgers_are_never_mixed(sqlite: Ledger, target: str) -> None:
    lived()
    moving.move(target, NOW)
    with transaction("test"):
        models.Mark.objects.create(name="later", value="x")
    with pytest.raises(LedgerError, match="the database already contains a ledger"):
        moving.move(target, NOW + SECOND)
    with pytest.raises(LedgerError, match="moved to PostgreSQL"):
        moving.move("sqlite:////tmp/other.db", NOW)
