"""Orders that are sent between two pages of a long reading need the files that are being read."""

from __future__ import annotations

import threading

import pytest

from conformance.sage50_stand import Sage50Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import delta, goods, make_order
from tidegate.reading import pauses


@pytest.mark.parametrize("desk", ["stock", "prices", "products"])
def test_an_order_is_prepared_in_a_pause_of_any_reading(desk: str) -> None:
    """Seen before: it waited for the lock that its own thread held, and the flow never ended."""
    stand = Sage50Stand()
    with opened(stand.company) as session:
        prepared: list[object] = []

        def between() -> None:
            prepared.extend(session.orders.prepare([make_order(stand, 213, goods(stand))]))

        def reading() -> None:
            with pauses.between_pages(between):
                delta(getattr(session, desk).read(None))

        thread = threading.Thread(target=reading, daemon=True)
        thread.start()
        thread.join(20)
        ended = not thread.is_alive()
    stand.close()
    assert ended
    assert prepared
