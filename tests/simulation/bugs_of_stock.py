"""Bugs in what the shop may sell. Every docstring says what the hub does wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.domain.stock.availability import Claim
from tidegate.domain.stock.reservation import Reservation
from tidegate.flows.fulfilment import unread_despatches
from tidegate.flows.stock.reservations import Reservations


def vanished_lines_are_forgotten_at_once(patch: pytest.MonkeyPatch) -> None:
    """An order that the company has finished with is owed no more, though the shop has heard of no shipment."""
    patch.setattr(unread_despatches, "still_unread", lambda despatches: [])


def pieces_come_back_on_where_the_order_was_to_leave(patch: pytest.MonkeyPatch) -> None:
    """What left from another warehouse is given to the order's own, and its shipment finds an empty source."""
    patch.setattr(Claim, "places", lambda self: iter(((self.line.warehouse, self.reserved_twice),)))


def refunded_pieces_are_added_back(patch: pytest.MonkeyPatch) -> None:
    """A piece that Magento has ceased to reserve comes back on as if it still did."""
    patch.setattr(Reservation, "left", lambda self, shipped: max(self.ordered - shipped, Decimal(0)))


def a_reservation_counts_twice(patch: pytest.MonkeyPatch) -> None:
    """What is allocated and what is reserved are both added back."""
    twice = Claim.reserved_twice.fget
    assert twice is not None
    patch.setattr(Claim, "reserved_twice", property(lambda self: twice(self) * 2))


def virtual_pieces_wait_for_a_shipment(patch: pytest.MonkeyPatch) -> None:
    """What nobody ships counts as told to the shop once the company has despatched it."""
    patch.setattr(Reservations, "virtual", {})
