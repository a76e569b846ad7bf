"""Orders that get no number, now or ever: they are known by their id and our key, and nothing is made up."""

from __future__ import annotations

import pytest

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, find, make_order, send


def test_an_order_of_a_product_that_numbers_none_has_an_id_and_our_key(stand: Stand) -> None:
    if stand.company.about.orders.states_numbers:
        pytest.skip("this product numbers its orders")
    order, other = make_order(stand, 213), make_order(stand, 214)
    with opened(stand.company) as session:
        made = accepted(send(session, order))
        accepted(send(session, other))
        [found] = find(session, order)
        assert made.id
        assert made.number == found.number == ""
        assert (found.id, found.ours) == (made.id, True)
        accepted(session.cancelling.cancel(made.id, ""))

    assert [one.cancelled for one in stand.booked(order.key)] == [True]
    assert [one.cancelled for one in stand.booked(other.key)] == [False]
