"""A desk that a product lacks is None; the desks of a session are the same for every purpose."""

from __future__ import annotations

from dataclasses import fields

from tidegate.conformance.stand import Stand
from tidegate.domain.errors import Failure
from tidegate.sage.port.orders import Guard
from tidegate.sage.port.session import Purpose, Session


def _desks(stand: Stand, purpose: Purpose) -> set[str]:
    with stand.company.session(purpose) as session:
        assert not isinstance(session, Failure)
        return {
            each.name
            for each in fields(Session)
            if each.name not in ("ties", "dated_stock") and getattr(session, each.name) is not None
        }


def test_the_desks_are_the_same_for_reading_and_writing(stand: Stand) -> None:
    assert _desks(stand, Purpose.READING) == _desks(stand, Purpose.WRITING)


def test_what_a_desk_needs_is_there(stand: Stand) -> None:
    desks = _desks(stand, Purpose.READING)

    assert "orders" in desks
    assert "order_search" in desks or stand.company.about.orders.guard is not Guard.LOOK_UP_FIRST
    assert "new_customers" not in desks or "customers" in desks
    assert "receipts" not in desks or "ledgers" in desks, "whether one was set against an invoice shows there"


def test_what_is_said_without_opening_is_what_the_desk_says(stand: Stand) -> None:
    with stand.company.session(Purpose.READING) as session:
        assert not isinstance(session, Failure)
        assert session.orders.about == stand.company.about.orders


def test_a_tie_is_claimed_only_between_documents_that_can_be_read(stand: Stand) -> None:
    needs = {
        "order-despatch": "despatches",
        "order-invoice": "invoices",
        "invoice-entry": "ledgers",
        "entry-postings": "postings",
        "receipt-invoice": "ledgers",
    }
    with stand.company.session(Purpose.READING) as session:
        assert not isinstance(session, Failure)
        assert session.ties <= needs.keys()
        assert [tie for tie in session.ties if getattr(session, needs[tie]) is None] == []
