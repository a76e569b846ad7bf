"""A cycle that a failed ledger has ended keeps no other worker waiting once the ledger works again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.left_leases import LeftLeases
from tidegate.ledger import delivery, lease
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LedgerError

START = datetime(2026, 3, 23, 13, 0, tzinfo=UTC)


@pytest.fixture
def cut_off(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A cycle of order-status has ended without the ledger's knowing of it."""

    def fail(*_: Any, **__: Any) -> bool:
        raise LedgerError("the connection was cut")

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "close_batch", fail)
        with pytest.raises(LedgerError):
            run_cycle(hub, hub.connections["web"], "order-status")
    return hub


def another_worker_gets_it(hub: Hub) -> bool:
    with transaction("test"):
        company = hub.connections["web"].settings.company
        return lease.acquire(company, "order-status", "another worker", 60, hub.clock.now()) is not None


def test_its_lease_is_given_back_before_the_next_cycle_whatever_that_is_about(cut_off: Hub) -> None:
    assert not another_worker_gets_it(cut_off)
    assert run_cycle(cut_off, cut_off.connections["web"], "orders").outcome == "done"
    assert another_worker_gets_it(cut_off)


def test_what_another_worker_has_taken_meanwhile_is_left_to_it(cut_off: Hub) -> None:
    cut_off.clock.wait(601)
    assert another_worker_gets_it(cut_off)
    run_cycle(cut_off, cut_off.connections["web"], "orders")
    assert not another_worker_gets_it(cut_off)


def test_bug_it_is_not_remembered(hub: Hub, monkeypatch: pytest.MonkeyPatch, request: Any) -> None:
    """It stays taken until it expires, and every other worker finds the flow busy."""
    monkeypatch.setattr(LeftLeases, "keep", lambda self, leases: None)
    cut: Hub = request.getfixturevalue("cut_off")
    run_cycle(cut, cut.connections["web"], "orders")
    assert not another_worker_gets_it(cut)


def test_while_the_ledger_still_fails_it_is_kept(cut_off: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> int:
        raise LedgerError("still cut")

    with monkeypatch.context() as patch:
        patch.setattr(lease, "release_all", fail)
        with pytest.raises(LedgerError):
            run_cycle(cut_off, cut_off.connections["web"], "orders")
    run_cycle(cut_off, cut_off.connections["web"], "orders")
    assert another_worker_gets_it(cut_off)
