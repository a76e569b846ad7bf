"""The sales ledger is read whole, in portions that a process may end between, and nothing that changes meanwhile is missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.intacct_stand import IntacctStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import delta
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.sage.intacct import client, first_read, room

SALES = 7  #: invoices, and one receipt behind them
PAGE = 2  #: rows of a page


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[IntacctStand]:
    """A company with more invoices than a portion has; portions of one page."""
    monkeypatch.setattr(first_read, "PAGES", 1)
    monkeypatch.setattr(room, "SMALLEST_PAGE", PAGE)
    made = IntacctStand()
    for _ in range(SALES):
        sell(made)
    made.do("receipt", customer="OTHER", value="5.00", bank="BOA")
    yield made
    made.close()


def sell(stand: IntacctStand) -> None:
    stand.do(
        "despatch",
        order=stand.do("other-channel-sale", item="HUB-0002", quantity="1", channel="telephone")["order"],
    )
    stand.do("invoice-run")
    stand.advance(600)


def next_page(stand: IntacctStand, cursor: str | None) -> Any:
    """One reading by a process of its own."""
    company = stand.open()
    company.take_limits({"page": PAGE})
    with opened(company) as session:
        read = delta(session.ledgers.read(cursor))
    company.close()
    return read


def read_all(stand: IntacctStand, cursor: str | None = None) -> tuple[list[LedgerEntry], str, list[int]]:
    """All portions: the entries, the cursor behind them, and how many came in each."""
    rows: list[LedgerEntry] = []
    sizes = []
    for _ in range(40):
        read = next_page(stand, cursor)
        rows += read.rows
        sizes.append(len(read.rows))
        cursor = read.cursor
        if not read.more:
            return rows, cursor, sizes
    raise AssertionError("portions do not end")


def invoices(rows: list[LedgerEntry]) -> list[str]:
    return sorted({one.urn for one in rows if one.kind is EntryKind.INVOICE})


def booked(stand: IntacctStand) -> list[str]:
    return sorted(one["number"] for one in stand.books()["invoices"])


def test_all_of_it_comes_in_portions(stand: IntacctStand) -> None:
    rows, _, sizes = read_all(stand)

    assert invoices(rows) == booked(stand)
    assert [one.kind for one in rows].count(EntryKind.RECEIPT) == 1
    assert len(sizes) == -(-SALES // PAGE)
    assert max(sizes) <= 2 * PAGE, "invoices and receipts, a page of each"


def test_what_changes_and_what_is_made_between_two_pages_is_reported(stand: IntacctStand) -> None:
    first = next_page(stand, None)
    paid = first.rows[0]
    stand.do("receipt", customer=paid.account, value=str(paid.outstanding), invoice=paid.urn)
    sell(stand)
    rows, cursor, _ = read_all(stand, first.cursor)
    changed, _, _ = read_all(stand, cursor)

    assert invoices([*first.rows, *rows]) == booked(stand)
    told = {one.outstanding for one in changed if one.urn == paid.urn}
    assert (paid.outstanding > 0, told) == (True, {0})


def test_the_bug_that_asks_for_changes_since_the_end_of_the_first_read_shows(
    stand: IntacctStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = first_read._begun
    monkeypatch.setattr(
        first_read,
        "_begun",
        lambda *args: [
            first_read.replace(one, moment=one.moment and one.moment.replace(year=2027))
            for one in begun(*args)
        ],
    )
    with pytest.raises(AssertionError):
        test_what_changes_and_what_is_made_between_two_pages_is_reported(stand)


def test_the_bug_that_ends_with_the_first_page_shows(
    stand: IntacctStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = client.IntacctClient.read_pages
    monkeypatch.setattr(
        client.IntacctClient,
        "read_pages",
        lambda *args: [(one[0], False) for one in read(*args)],
    )
    with pytest.raises(AssertionError):
        test_all_of_it_comes_in_portions(stand)
