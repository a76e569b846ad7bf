"""Rooms whose product calls: without proof a call-back has no effect, with proof it only hastens a read."""

from __future__ import annotations

import pytest

from tidegate.conformance.door_stand import BellStand
from tidegate.conformance.stand import Stand
from tidegate.sage.port.doorbell import Doorbell


@pytest.fixture
def bells(stand: Stand) -> BellStand:
    if stand.bells is None:
        pytest.skip("this product does not call")
    return stand.bells


def doorbell(stand: Stand) -> Doorbell:
    """The room's doorbell, which must exist."""
    assert stand.company.doorbell is not None
    return stand.company.doorbell


def test_a_genuine_call_hastens_its_flows(stand: Stand, bells: BellStand) -> None:
    for _ in range(2):  # it may come twice
        heard = doorbell(stand).ring(bells.ring())
        assert 200 <= heard.status < 300
        assert heard.hasten == bells.hastens


def test_without_proof_nothing_is_hastened(stand: Stand, bells: BellStand) -> None:
    forged = bells.forged()

    assert forged
    for ring in forged:
        heard = doorbell(stand).ring(ring)
        assert heard.hasten == frozenset(), ring.path
        assert heard.note


def test_a_call_without_sense_harms_nothing(stand: Stand, bells: BellStand) -> None:
    for ring in bells.garbled():
        doorbell(stand).ring(ring)

    assert doorbell(stand).ring(bells.ring()).hasten == bells.hastens


def test_a_call_changes_no_books_and_makes_no_call(stand: Stand, bells: BellStand) -> None:
    books, calls = stand.books(), stand.company.calls
    doorbell(stand).ring(bells.ring())

    assert stand.books() == books
    assert stand.company.calls == calls
