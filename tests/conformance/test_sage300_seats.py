"""Sage 300's LanPaks: how long we hold one, and when people hold all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from conformance.sage300_stand import Sage300Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.seats import (
    test_three_parallel_pushes_never_take_a_seat_more_than_the_company_gives as three_pushes,
)
from tidegate.conformance.stand import accepted, failed, make_order, prepared
from tidegate.domain.errors import Code
from tidegate.sage.sage300.writers import ByGateway
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_sandbox.inprocess import InProcessTransport

CALL = 0.4  #: seconds of a call, of a server that is awake (contract §2 has 8 for one that is not)
IDLE = 300  #: seconds that a user holds a LanPak after its last call (contract §15)


@pytest.fixture
def stand() -> Iterator[Sage300Stand]:
    built = Sage300Stand(settings={"seats": 1})
    yield built
    built.close()


def test_when_all_are_taken_the_cycle_ends_and_nothing_counts_against_an_order(stand: Sage300Stand) -> None:
    with opened(stand.company) as session:
        ready = prepared(session, make_order(stand, 700))
        stand.advance(3600)
        stand.face.options.lanpaks = stand.face.options.others = 3
        [(key, outcome)] = session.orders.send([ready])
    failure = failed(outcome)
    assert (failure.code, failure.sent, failure.ends_cycle) == (Code.NO_SEAT, False, True)
    assert stand.booked(key) == []


@pytest.mark.parametrize("way", [{}, {"gateway": True, "settings": {"writer": ByGateway()}}], ids=str)
def test_three_pushes_at_once_hold_one_lanpak(way: dict[str, object]) -> None:
    """A user holds one in a company, whether it comes by the Web API or by the gateway."""
    with closing(Sage300Stand(lanpaks=5, others=4, **way)) as stand:  # type: ignore[arg-type]
        three_pushes(stand)
        assert (stand.face.api.seats.peak, stand.face.api.seats.refused) == (1, 0)


def test_an_order_costs_little_of_a_seat(stand: Sage300Stand) -> None:
    """Ten orders in one session: a second of a seat each; and one LanPak, free again five minutes after the last call."""
    slow = InProcessTransport(stand.wire, service_time=lambda *_: CALL)
    with closing(stand.opened(ClientFactory(slow), MemoryVault())) as company:
        before = company.usage().seat_seconds
        with opened(company) as session:
            ready = [prepared(session, make_order(stand, 700 + at)) for at in range(10)]
            for one in ready:
                [(_, outcome)] = session.orders.send([one])
                accepted(outcome)
        ours = company.usage().seat_seconds - before
    stand.advance(IDLE + 1)
    assert 10 * CALL <= ours <= 10, ours
    assert ours <= stand.face.api.seats.seconds <= ours + IDLE + 1
    assert stand.face.api.seats.peak == 1
    assert stand.face.api.seats.held() == []
