"""Cancelling a sent order: once, twice, unanswered, too late."""

from __future__ import annotations

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, delta, failed, find, make_order, send
from tidegate.domain.errors import Code, Group


def test_cancelling_twice_is_cancelling_once(stand: Stand) -> None:
    order, other = make_order(stand, 213), make_order(stand, 214)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        accepted(send(session, other))

        accepted(session.cancelling.cancel(sent.id, sent.number))
        accepted(session.cancelling.cancel(sent.id, sent.number))

    assert all(one.cancelled for one in stand.booked(order.key))
    [booked] = stand.booked(other.key)
    assert not booked.cancelled


def test_a_cancelled_order_that_the_company_still_lists_is_found_cancelled(stand: Stand) -> None:
    """Not found, it would be sent again by a ledger that was put back from a copy."""
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        accepted(session.cancelling.cancel(sent.id, sent.number))
        found = find(session, order)
        listed = [
            row.order_id for row in delta(session.progress.read(None)).rows if row.order_key == order.key
        ]

    assert all(one.ours and one.cancelled for one in found)
    assert {one.id for one in found} >= set(listed)


def test_an_unanswered_cancellation_can_be_repeated(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        stand.inject("drop_after", "cancel")
        assert failed(session.cancelling.cancel(sent.id, sent.number)).group is Group.VERIFY_FIRST

        accepted(session.cancelling.cancel(sent.id, sent.number))

    assert all(one.cancelled for one in stand.booked(order.key))


def test_what_was_despatched_is_not_cancelled(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        stand.despatch(sent.number)

        failure = failed(session.cancelling.cancel(sent.id, sent.number))

    assert failure.code is Code.REFUSED
    assert failure.group is Group.REVIEW
    [booked] = stand.booked(order.key)
    assert not booked.cancelled


def test_an_id_that_belongs_to_another_order_cancels_nothing(stand: Stand) -> None:
    with opened(stand.company) as session:
        sent = accepted(send(session, make_order(stand, 213)))
        other = accepted(send(session, make_order(stand, 214)))

        failure = failed(session.cancelling.cancel(other.id, sent.number))

    assert failure.code is Code.OTHER_CONTENT
    assert not stand.booked("magento:main:214")[0].cancelled


def test_a_lock_waits(stand: Stand) -> None:
    with opened(stand.company) as session:
        sent = accepted(send(session, make_order(stand, 213)))
        stand.lock()
        assert failed(session.cancelling.cancel(sent.id, sent.number)).code is Code.LOCKED
        stand.unlock()
        accepted(session.cancelling.cancel(sent.id, sent.number))
