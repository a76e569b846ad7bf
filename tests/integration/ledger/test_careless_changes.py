"""Careless changes of lease and closure, tried on the code: the check beside each of them bites."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW
from simulation import bugs_of_the_engine as bugs
from tidegate.ledger import closures, delivery, lease
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LeaseLost

HOUR = timedelta(hours=1)


def late_worker_is_refused() -> bool:
    """Whether a worker whose lease another one has taken may neither begin a run nor record anything."""
    with transaction("test"):
        late = lease.acquire("books", "orders", "hub one", 60, NOW)
    assert late is not None
    with transaction("test"):
        assert lease.acquire("books", "orders", "hub two", 60, NOW + HOUR) is not None
    try:
        with transaction("test"):
            delivery.open_batch(late, "web", NOW + HOUR)
    except LeaseLost:
        return True
    return False


def only_the_company_that_said_so_is_closed() -> bool:
    """Whether one company's closing leaves the others open."""
    with transaction("test"):
        closures.learn("books", NOW + HOUR, "backup", NOW)
    return closures.closed("books", NOW) is not None and closures.closed("other books", NOW) is None


def test_a_lease_has_a_fence(ledger: Ledger) -> None:
    assert late_worker_is_refused()


def test_a_lease_without_fence_is_found(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    bugs.a_lease_without_fence(monkeypatch)
    assert not late_worker_is_refused()


def test_a_closing_is_one_company_s(ledger: Ledger) -> None:
    assert only_the_company_that_said_so_is_closed()


def test_any_company_s_closing_taken_for_ours_is_found(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    bugs.any_company_s_closing_is_ours(monkeypatch)
    assert not only_the_company_that_said_so_is_closed()
