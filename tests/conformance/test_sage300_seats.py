"""Sage 300's LanPaks, when people hold all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.sage300_stand import Sage300Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import failed, make_order, prepared
from tidegate.domain.errors import Code


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
    assert (failure.code, failure.ends_cycle) == (Code.NO_SEAT, True)
    assert stand.booked(key) == []
