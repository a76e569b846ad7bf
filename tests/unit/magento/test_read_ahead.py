"""A look that several orders share: each answer serves once, and only while it is fresh."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.magento.read_ahead import FRESH, ReadAhead


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def ahead(clock: VirtualClock) -> ReadAhead[str]:
    made: ReadAhead[str] = ReadAhead(clock)
    made.keep({1: "one", 2: "two"})
    return made


def test_an_answer_serves_once(ahead: ReadAhead[str]) -> None:
    assert (ahead.take(1), ahead.take(1), ahead.take(2)) == ("one", None, "two")


def test_an_old_answer_does_not_serve(ahead: ReadAhead[str], clock: VirtualClock) -> None:
    clock.advance(FRESH - 0.1)
    assert ahead.take(1) == "one"
    clock.advance(0.1)
    assert ahead.take(2) is None
    assert ahead.is_wanted([2, 3])


def test_several_orders_are_asked_for_once_their_first_has_no_answer(ahead: ReadAhead[str]) -> None:
    assert not ahead.is_wanted([1, 2])
    assert not ahead.is_wanted([3]), "one alone is read alone"
    assert ahead.is_wanted([3, 1])


def test_after_a_search_that_failed_none_is_made_for_a_while(
    ahead: ReadAhead[str], clock: VirtualClock
) -> None:
    ahead.keep(Failure(Code.SERVER_TROUBLE, "one of them breaks it"))
    assert (ahead.take(1), ahead.is_wanted([1, 2])) == (None, False)
    clock.advance(FRESH)
    assert ahead.is_wanted([1, 2])


@pytest.mark.parametrize("code", [Code.NOT_AUTHENTICATED, Code.THROTTLED, Code.MAINTENANCE, Code.UNREACHABLE])
def test_a_search_that_may_ask_nothing_more_answers_for_each_of_its_orders(
    ahead: ReadAhead[str], clock: VirtualClock, code: Code
) -> None:
    refused = Failure(code, "not now")
    ahead.keep(refused)
    assert (ahead.take(1), ahead.take(2)) == (refused, refused)
    clock.advance(FRESH)
    assert ahead.take(1) is None


def test_another_round_begins_with_nothing(ahead: ReadAhead[str]) -> None:
    ahead.keep(Failure(Code.THROTTLED, "wait"))
    ahead.forget()
    assert ahead.take(1) is None
    assert ahead.is_wanted([1, 2])
