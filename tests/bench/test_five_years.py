"""Five years of orders: the ledger keeps below the published size, and still tells everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.bench import five_years
from tidegate.ledger import archive, old_runs

ORDERS = 1_200
#: Of 60 months, those that are younger than 400 days; each order has three attempts.
YOUNG = 15 * ORDERS // 60 * 3


def check(aged: five_years.Aged) -> None:
    assert aged.bytes_per_order <= five_years.MOST
    assert aged.attempts <= YOUNG
    assert aged.archived >= 3 * ORDERS - YOUNG
    assert aged.copies <= ORDERS // 60 * 4
    assert aged.runs <= 15 * (ORDERS // 60 * five_years.CYCLES + 2)
    assert aged.first_run
    steps = aged.oldest["orders"][0]["deliveries"]
    assert [each["step"] for each in steps] == ["order", "number", "comment"]
    assert all(
        len(each["attempts"]) == 1 and [event["letter"] for event in each["history"]] == ["", "b", "c"]
        for each in steps
    )


def test_a_ledger_after_five_years_is_below_the_published_size(tmp_path: Path) -> None:
    check(five_years.age(tmp_path / "ledger.db", ORDERS))


def test_without_nights_it_is_larger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug: nothing is ever archived."""
    monkeypatch.setattr(archive, "archive", lambda *_: 0)
    with pytest.raises(AssertionError):
        check(five_years.age(tmp_path / "ledger.db", ORDERS))


def test_cycles_that_are_never_archived_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_runs, "archive", lambda *_: (0, False))
    with pytest.raises(AssertionError):
        check(five_years.age(tmp_path / "ledger.db", ORDERS))


@pytest.mark.campaign
def test_three_hundred_thousand_orders(tmp_path: Path) -> None:
    aged = five_years.age(tmp_path / "ledger.db", five_years.ORDERS)
    assert aged.bytes_per_order <= five_years.MOST
    assert aged.attempts <= 15 * five_years.ORDERS // 60 * 3
