"""Sage 300 by the gateway of the agent: what is asked with every change. The whole suite is asked in the campaign."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.rooms import SAGE_300
from conformance.sage300_stand import Sage300Stand
from tidegate.conformance.cancelling import *
from tidegate.conformance.lost_answers import *
from tidegate.conformance.opened import opened
from tidegate.conformance.reading_fulfilment import *
from tidegate.conformance.stand import Stand, sent_order


@pytest.fixture
def stand() -> Iterator[Stand]:
    """A company whose orders, stock, prices, shipments and invoices go by the agent."""
    built = SAGE_300["sage300-agent"]()
    yield built
    built.close()


def test_the_check_says_that_everything_goes_by_the_gateway(stand: Stand) -> None:
    assert {one.verdict for one in stand.company.examine()} == {"pass"}


def test_a_lanpak_is_held_for_half_a_minute_and_then_given_back(stand: Stand) -> None:
    assert isinstance(stand, Sage300Stand)
    assert stand.agent is not None
    with opened(stand.company) as session:
        sent_order(stand, session, 1)
    assert stand.agent.sage.licence.held == ["WEBAPI in SAMLTD"]
    stand.advance(31)
    stand.agent.agent.tick()
    assert stand.agent.sage.licence.held == []
