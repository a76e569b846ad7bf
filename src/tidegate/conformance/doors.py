"""A door that does not open: a failure with its own code, nothing raised, nothing kept, and it opens again."""

from __future__ import annotations

import pytest

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import DoorStand, Stand, accepted, make_order, send
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.session import Purpose

REASONS = (
    Failure(Code.NO_SEAT, "all seats are taken", sent=False),
    Failure(Code.LOCKED, "the desktop is away", retry_after=1800, sent=False),
    Failure(Code.SIGN_IN_EXPIRED, "the consent has expired", sent=False),
    Failure(Code.TRANSIENT, "the agent is restarting", sent=False),
)


@pytest.fixture
def door(stand: Stand) -> DoorStand:
    if stand.door is None:
        pytest.skip("this stand shuts no door")
    return stand.door


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("why", REASONS, ids=lambda why: why.code.value)
def test_a_door_that_does_not_open_is_a_failure_of_its_own_code(
    stand: Stand, door: DoorStand, why: Failure, purpose: Purpose
) -> None:
    door.shut(why)
    with stand.company.session(purpose) as session:
        assert session == why

    assert stand.seats.in_use == 0
    door.open()
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213)))


def test_what_is_known_without_opening_is_known_all_the_same(stand: Stand, door: DoorStand) -> None:
    door.shut(REASONS[0])

    assert stand.company.about.orders.key_length > 0
    assert stand.company.about.seats > 0
