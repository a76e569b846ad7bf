"""What Magento still reserves of an order item: the worked tables of docs/algorithms/availability.md."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.stock.reservation import Reservation, counted

Counters = tuple[int, int, int, int, int]


def after(*readings: Counters) -> Reservation:
    """By readings of (ordered, invoiced, shipped, refunded, cancelled), one after another."""
    found = None
    for reading in readings:
        ordered, invoiced, shipped, refunded, cancelled = map(Decimal, reading)
        found = counted(
            found,
            ordered=ordered,
            invoiced=invoiced,
            shipped=shipped,
            refunded=refunded,
            cancelled=cancelled,
        )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("readings", "left"),
    [
        ([(5, 0, 0, 0, 0)], 5),
        ([(5, 0, 2, 0, 0)], 3),
        ([(5, 0, 0, 0, 3)], 2),  # cancelled
        ([(5, 5, 0, 2, 0)], 3),  # refunded before it was shipped
        ([(5, 5, 3, 2, 0)], 0),  # of a line shipped in part: what is still here
        ([(5, 5, 3, 3, 0)], 0),  # two that are here, and one that had left
        ([(5, 3, 3, 1, 0)], 2),  # all that is invoiced has left: a return
        ([(5, 3, 0, 3, 0), (5, 3, 2, 3, 0)], 0),  # refunded first, the rest shipped later
        ([(5, 3, 3, 1, 0), (5, 5, 3, 1, 0)], 2),  # a return, the rest invoiced later
        ([(5, 2, 0, 0, 3), (5, 2, 0, 2, 3)], 0),  # part cancelled, the rest refunded
        ([(5, 5, 5, 5, 0)], 0),
    ],
)
def test_what_is_still_reserved(readings: list[Counters], left: int) -> None:
    assert after(*readings).left(Decimal(readings[-1][2])) == left


@pytest.mark.parametrize(
    ("invoiced", "refunded", "cancelled", "left"),
    [(0, 0, 0, 5), (2, 0, 0, 3), (5, 0, 0, 0), (5, 2, 0, 0), (2, 0, 3, 0), (3, 3, 0, 2)],
)
def test_virtual_pieces_leave_with_their_invoice(
    invoiced: int, refunded: int, cancelled: int, left: int
) -> None:
    found = counted(
        None,
        ordered=Decimal(5),
        invoiced=Decimal(invoiced),
        shipped=Decimal(0),
        refunded=Decimal(refunded),
        cancelled=Decimal(cancelled),
        virtual=True,
    )
    despatched = Decimal(5)  # by the company: the store has no shipment of it
    assert found.left(despatched) == left
    assert not found.is_untouched
    assert found.moved_since(Reservation(Decimal(5), virtual=True), Decimal(0)) == bool(invoiced or refunded)


@given(st.lists(st.tuples(st.sampled_from(["invoice", "ship", "refund"]), st.integers(1, 4)), max_size=10))
def test_read_after_each_deed_it_is_what_magento_does(deeds: list[tuple[str, int]]) -> None:
    """Against a model that keeps the reservation deed by deed, as Magento does."""
    ordered, invoiced, shipped, refunded, reserved = 8, 0, 0, 0, 8
    found = after((ordered, 0, 0, 0, 0))
    for deed, count in deeds:
        if deed == "invoice":
            invoiced += min(count, ordered - invoiced)
        elif deed == "ship":
            count = min(count, reserved)
            shipped, reserved = shipped + count, reserved - count
        else:
            count = min(count, invoiced - refunded)
            reserved -= min(count, max(invoiced - refunded - shipped, 0))
            refunded += count
        found = counted(
            found,
            ordered=Decimal(ordered),
            invoiced=Decimal(invoiced),
            shipped=Decimal(shipped),
            refunded=Decimal(refunded),
            cancelled=Decimal(0),
        )
        assert found.left(Decimal(shipped)) == max(reserved, 0)
