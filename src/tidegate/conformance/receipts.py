"""What was paid at checkout: posted once whatever happens to the answer, found by our key, allocated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tidegate.conformance.lost_answers import CARRIED_OUT, NOT_CARRIED_OUT
from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import DAY, Stand, accepted, delta, failed, sent_order
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, NewAllocation, NewReceipt
from tidegate.domain.errors import Code, Group

KEY = "magento:main:213/deposit"


def _receipt(stand: Stand, **changes: Any) -> NewReceipt:
    values: dict[str, Any] = {
        "key": KEY,
        "reference": "000000213",
        "account": stand.codes.account,
        "clearing": stand.codes.clearing,
        "amount": Decimal("29.98"),
        "currency": stand.codes.currency,
        "day": DAY,
        **changes,
    }
    return NewReceipt(**values)


def _find(session: Opened, *keys: str) -> dict[str, Any]:
    found = session.receipts.find(keys)
    assert isinstance(found, dict), found
    assert set(found) == set(keys)
    return found


def _booked(stand: Stand) -> list[dict[str, Any]]:
    return [one for one in stand.books()["transactions"] if one["kind"] == "receipt"]


def test_a_receipt_is_posted_to_its_clearing_account_and_found_by_its_key(stand: Stand) -> None:
    receipt = _receipt(stand)
    with opened(stand.company) as session:
        assert _find(session, KEY) == {KEY: None}
        outcome = accepted(session.receipts.post(receipt))
        entry = _find(session, KEY, "magento:main:214/deposit")[KEY]
        postings = session.postings.read([outcome.number])

    assert entry is not None
    assert (entry.urn, entry.reference, entry.account) == (outcome.number, "000000213", stand.codes.account)
    assert entry.gross == entry.outstanding == receipt.amount
    assert isinstance(postings, dict)
    assert {one.account: one.debit for one in postings[outcome.number] if one.debit} == {
        stand.codes.clearing_account: receipt.amount
    }
    assert len(_booked(stand)) == 1


@pytest.mark.parametrize(("kind", "options"), CARRIED_OUT)
def test_a_receipt_whose_answer_was_lost_is_in_doubt_and_then_found(
    stand: Stand, kind: str, options: dict[str, Any]
) -> None:
    with opened(stand.company) as session:
        stand.inject(kind, "post receipt", **options)
        failure = failed(session.receipts.post(_receipt(stand)))
        assert failure.group is Group.VERIFY_FIRST
        assert failure.sent
        assert _find(session, KEY)[KEY] is not None

    assert len(_booked(stand)) == 1


@pytest.mark.parametrize(("kind", "options"), NOT_CARRIED_OUT)
def test_a_receipt_that_did_not_arrive_is_not_found_and_posted_once(
    stand: Stand, kind: str, options: dict[str, Any]
) -> None:
    with opened(stand.company) as session:
        stand.inject(kind, "post receipt", **options)
        failed(session.receipts.post(_receipt(stand)))
        assert _find(session, KEY)[KEY] is None
        accepted(session.receipts.post(_receipt(stand)))
        assert _find(session, KEY)[KEY] is not None

    assert len(_booked(stand)) == 1


def test_keys_that_begin_alike_are_distinguished(stand: Stand) -> None:
    keys = [f"magento:main:{number}/deposit" for number in (21, 213, 2130)]
    with opened(stand.company) as session:
        accepted(session.receipts.post(_receipt(stand, key=keys[1])))
        found = _find(session, *keys)

    assert [found[key] is not None for key in keys] == [False, True, False]


def test_a_receipt_typed_in_with_the_same_number_is_not_ours(stand: Stand) -> None:
    stand.do("receipt", customer=stand.codes.account, value="29.98", reference="000000213")
    with opened(stand.company) as session:
        assert _find(session, KEY) == {KEY: None}


def test_many_keys_are_looked_for_in_few_calls(stand: Stand) -> None:
    keys = [f"magento:main:{number}/deposit" for number in range(200)]
    with opened(stand.company) as session:
        _find(session, keys[0])
        before = stand.company.calls
        _find(session, *keys)

    assert stand.company.calls - before <= 8


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"clearing": "NO-SUCH-BANK"}, "bank:NO-SUCH-BANK"),
        ({"account": "NOBODY"}, "customer:NOBODY"),
        ({"currency": "EUR"}, "currency:EUR"),
    ],
)
def test_what_is_missing_is_named(stand: Stand, changes: dict[str, Any], missing: str) -> None:
    with opened(stand.company) as session:
        failure = failed(session.receipts.post(_receipt(stand, **changes)))

    assert failure.missing == missing
    assert failure.group is Group.HOLD_FOR_FIX
    assert failure.sent is False
    assert _booked(stand) == []


def test_the_clearing_account_may_be_named_by_its_nominal_code(stand: Stand) -> None:
    with opened(stand.company) as session:
        accepted(session.receipts.post(_receipt(stand, clearing=stand.codes.clearing_account)))


def test_the_set_up_lists_name_the_banks(stand: Stand) -> None:
    with opened(stand.company) as session:
        assert session.receipts, "without them no bank is named"
    lists = stand.company.code_lists()

    assert isinstance(lists, list)
    [banks] = [one for one in lists if one.kind == "bank"]
    assert stand.codes.clearing in banks.codes


def test_a_closed_period_has_a_code_of_its_own(stand: Stand) -> None:
    stand.close_period(DAY)
    with opened(stand.company) as session:
        failure = failed(session.receipts.post(_receipt(stand)))

    assert failure.code is Code.PERIOD_CLOSED


def test_a_reference_is_never_cut(stand: Stand) -> None:
    with opened(stand.company) as session:
        failure = failed(session.receipts.post(_receipt(stand, reference="9" * 200)))

    assert failure.code is Code.TOO_LONG


# Allocations


def _entries(session: Opened) -> dict[EntryKind, LedgerEntry]:
    return {one.kind: one for one in delta(session.ledgers.read(None)).rows}


def _allocation(stand: Stand, session: Opened, amount: str = "29.98") -> NewAllocation:
    """A receipt and an invoice of the same amount, and the wish to set one against the other."""
    order = sent_order(stand, session)
    accepted(session.receipts.post(_receipt(stand)))
    stand.do("despatch", order=order.number)
    stand.do("invoice-run")
    entries = _entries(session)
    return NewAllocation(
        key=f"{KEY}/1",
        account=stand.codes.account,
        debit_entry=entries[EntryKind.INVOICE].id,
        credit_entry=entries[EntryKind.RECEIPT].id,
        amount=Decimal(amount),
        day=DAY,
    )


def test_an_allocated_receipt_settles_its_invoice(stand: Stand) -> None:
    with opened(stand.company) as session:
        accepted(session.receipts.allocate(_allocation(stand, session)))
        entries = _entries(session)

    assert {kind: one.outstanding for kind, one in entries.items()} == {
        EntryKind.INVOICE: 0,
        EntryKind.RECEIPT: 0,
    }
    assert entries[EntryKind.INVOICE].settled == DAY


@pytest.mark.parametrize(("kind", "options"), CARRIED_OUT)
def test_whether_a_lost_allocation_was_done_shows_in_what_is_outstanding(
    stand: Stand, kind: str, options: dict[str, Any]
) -> None:
    with opened(stand.company) as session:
        allocation = _allocation(stand, session)
        stand.inject(kind, "allocate", **options)
        assert failed(session.receipts.allocate(allocation)).group is Group.VERIFY_FIRST
        assert _entries(session)[EntryKind.INVOICE].outstanding == 0


def test_more_than_is_outstanding_is_refused(stand: Stand) -> None:
    with opened(stand.company) as session:
        failure = failed(session.receipts.allocate(_allocation(stand, session, "29.99")))
        assert failure.group is Group.REVIEW
        assert _entries(session)[EntryKind.INVOICE].outstanding == Decimal("29.98")
