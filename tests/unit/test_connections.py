"""Connections are kept for the next call, never shared by two, and never used once they ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpcore
import pytest

from tidegate.connections import Connections

HERE = httpcore.Origin(b"https", b"shop.example", 443)
ELSEWHERE = httpcore.Origin(b"https", b"other.example", 443)


class Connection:
    """One of the engine's, as far as it is asked here."""

    def __init__(self, origin: httpcore.Origin) -> None:
        self.origin = origin
        self.expired = self.broken = self.closed = False
        self.users = 0

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        return origin == self.origin

    def has_expired(self) -> bool:
        return self.expired

    def is_available(self) -> bool:
        return not self.broken and not self.closed

    def close(self) -> None:
        self.closed = True


class Stand:
    """Connections that note what becomes of them."""

    def __init__(self, most: int = 4) -> None:
        self.opened: list[Connection] = []
        self.connections = Connections(most, self._open)

    def _open(self, origin: httpcore.Origin) -> httpcore.HTTPConnection:
        self.opened.append(Connection(origin))
        return cast("httpcore.HTTPConnection", self.opened[-1])

    @contextmanager
    def call(self, seconds: float = 5, origin: httpcore.Origin = HERE) -> Iterator[Connection]:
        taken = self.connections.take(origin, seconds)
        try:
            yield cast("Any", taken)
        finally:
            self.connections.give_back(taken)


def test_calls_in_turn_use_one_connection_and_calls_side_by_side_their_own() -> None:
    stand = Stand()
    for _ in range(3):
        with stand.call() as one:
            pass
    assert stand.opened == [one]
    with stand.call() as first, stand.call() as second:
        assert first is not second
    with stand.call() as last:
        assert last is first, "the one that was used last"
    assert len(stand.opened) == 2


def test_more_than_there_may_be_wait_until_one_is_free() -> None:
    stand = Stand(most=1)
    served = threading.Event()

    def later() -> None:
        with stand.call(20):
            served.set()

    with stand.call():
        with pytest.raises(httpcore.PoolTimeout), stand.call(0.01):
            pass
        waiting = threading.Thread(target=later)
        waiting.start()
        assert not served.wait(0.05)
    assert served.wait(20)
    waiting.join()
    assert len(stand.opened) == 1


@pytest.mark.parametrize("what", ["expired", "broken"])
def test_what_has_ended_is_closed_and_not_used_again(what: str) -> None:
    stand = Stand(most=1)
    with stand.call() as one:
        setattr(one, what, True)
    with stand.call() as another:
        assert another is not one
    assert one.closed


def test_another_system_gets_no_connection_to_this_one() -> None:
    stand = Stand(most=1)
    with stand.call():
        pass
    with stand.call(origin=ELSEWHERE) as other:
        assert other.origin == ELSEWHERE
    assert stand.opened[0].closed


def test_those_that_nobody_takes_any_more_are_closed_when_their_time_is_over() -> None:
    stand = Stand()
    with stand.call(), stand.call(), stand.call():
        pass
    oldest = stand.opened[2]
    oldest.expired = True
    with stand.call():
        pass
    assert [each.closed for each in stand.opened] == [False, False, True]


def test_one_that_cannot_be_opened_takes_no_place() -> None:
    stand = Stand(most=1)
    opened, stand.connections._opened = stand.connections._opened, lambda origin: 1 // 0  # type: ignore[assignment]
    with pytest.raises(ZeroDivisionError), stand.call():
        pass
    stand.connections._opened = opened
    with stand.call():
        pass


def test_closing_ends_those_in_use_too_and_keeps_none_of_them() -> None:
    stand = Stand()
    with stand.call():
        pass
    with stand.call() as used, stand.call():
        stand.connections.close()
        assert all(each.closed for each in stand.opened)
    with stand.call() as fresh:
        assert fresh is not used


def test_threads_never_share_one_and_never_have_more_than_allowed() -> None:
    stand = Stand(most=3)
    wrong: list[str] = []

    def calls(number: int) -> None:
        for turn in range(200):
            with stand.call(20) as one:
                one.users += 1
                if one.users != 1 or one.closed:
                    wrong.append(f"{one.users} users, closed: {one.closed}")
                if (turn + number) % 17 == 0:
                    one.broken = True
                if (turn + number) % 23 == 0:
                    one.expired = True
                one.users -= 1

    threads = [threading.Thread(target=calls, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []
    assert sum(not each.closed for each in stand.opened) <= 3
