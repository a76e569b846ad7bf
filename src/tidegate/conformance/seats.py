"""Several processes push at once: together they never take more seats than the company gives us.

Every wait here ends, so that a room that hangs fails its question.
"""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial
from typing import Any

import pytest

from tidegate.conformance.at_once import PATIENCE, at_once
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, make_order, send
from tidegate.sage.port.company import Company

PUSHES = 3


class SeatBook:
    """:class:`tidegate.sage.seats.Registry` of all processes of a test. `asked`: somebody found no seat free."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._taken: Counter[str] = Counter()
        self.asked = threading.Event()

    def take(self, pool: str, limit: int, *, wait: bool) -> Any:
        """A seat of the pool; None when none was free in time."""
        with self._free:
            if self._taken[pool] >= limit:
                self.asked.set()
            if not self._free.wait_for(lambda: self._taken[pool] < limit, PATIENCE / 2 if wait else 0):
                return None
            self._taken[pool] += 1
            return pool

    def give_back(self, held: Any) -> None:
        """Free it."""
        with self._free:
            self._taken[held] -= 1
            self._free.notify_all()


class Pushes:
    """What the processes do, and how many of them are at work at a time."""

    def __init__(self, stand: Stand, book: SeatBook) -> None:
        self._stand = stand
        self._book = book
        self._lock = threading.Lock()
        self._at_work = 0
        self._full = threading.Event()
        self.most = 0

    def push(self, company: Company, number: int) -> None:
        """One process' push of one order. Nobody leaves before every seat is used at once, and somebody else has asked
        for one, or had one too many: who has asked for it may be quicker than who has just got the last one.
        """
        with opened(company) as session:
            with self._lock:
                self._at_work += 1
                self.most = max(self.most, self._at_work)
                if self._at_work >= company.about.seats:
                    self._full.set()
                if self._at_work > company.about.seats:
                    self._book.asked.set()
            assert self._full.wait(PATIENCE / 2)
            assert self._book.asked.wait(PATIENCE / 2)
            accepted(send(session, make_order(self._stand, number)))
            with self._lock:
                self._at_work -= 1


def test_three_parallel_pushes_never_take_a_seat_more_than_the_company_gives(stand: Stand) -> None:
    with opened(stand.company):
        if not stand.seats.in_use:
            pytest.skip("this product counts no sessions")
    limit = stand.company.about.seats
    book = SeatBook()
    companies = [stand.beside(book) for _ in range(max(PUSHES, limit + 1))]
    pushes = Pushes(stand, book)
    at_once(*(partial(pushes.push, company, 700 + index) for index, company in enumerate(companies)))
    for company in companies:
        company.close()

    assert pushes.most == limit
    assert stand.seats_counted is None or stand.seats_counted <= limit
    assert all(len(stand.booked(f"magento:main:{700 + index}")) == 1 for index in range(len(companies)))
