"""Prices asked of the companies while a cart waits: never longer than `prices.live_ms`, one question at a time.

Answers that come in time count one by one; what comes later is dropped, and the question ends there. After
several questions without an answer the breaker is open for a while.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import structlog

from tidegate.domain.errors import Failure
from tidegate.domain.prices.price_book import CustomerPrice, PriceQuestion
from tidegate.flows.connection import Connection
from tidegate.ledger import database
from tidegate.sage.port.session import Purpose

log = structlog.get_logger()

#: So many questions in a row that failed or came late open the breaker, for so long.
MOST_FAILED, PAUSE = 3, timedelta(minutes=1)

BreakerState = Literal["off", "closed", "open"]


@dataclass(eq=False)
class Breaker:
    """Whether the company may be asked now: not after several failures, and one question at a time."""

    failed: int = 0
    absent: bool = False  #: the product answers no such questions, as the first one showed
    opened: datetime | None = None
    busy: threading.Lock = field(default_factory=threading.Lock)

    def lets_through(self, now: datetime) -> bool:
        """Closed, or open for long enough that one question may try again."""
        return self.opened is None or not timedelta(0) <= now - self.opened < PAUSE

    def heard(self, good: bool, now: datetime) -> None:
        """A question ended."""
        self.failed = 0 if good else self.failed + 1
        self.opened = now if self.failed >= MOST_FAILED else None


@dataclass(eq=False)
class Asking:
    """One question that is out: its answers as they come, until `ends` by the connection's monotonic clock."""

    connection: Connection
    questions: Sequence[PriceQuestion]
    ends: float
    breaker: Breaker
    answers: list[CustomerPrice | Failure] = field(default_factory=list)
    finished: threading.Event = field(default_factory=threading.Event)

    def left(self) -> float:
        """Seconds of the budget."""
        return max(self.ends - self.connection.clock.monotonic(), 0.0)

    def ask(self) -> None:
        """Take a seat and ask; in a thread of its own, which ends with the first answer that is late."""
        try:
            with self.connection.company.session(Purpose.READING) as session:
                if isinstance(session, Failure):
                    return  # no answer: the breaker counts it, and the book answers
                if session.enquiries is None:
                    self.breaker.absent = True
                    return
                for answer in session.enquiries.ask(self.questions):
                    if not self.left():
                        return
                    self.answers.append(answer)
        finally:
            database.close()
            self.breaker.busy.release()
            self.finished.set()

    def in_time(self) -> list[CustomerPrice | Failure]:
        """The answers until the budget is spent, in the order of the questions; maybe not all."""
        self.finished.wait(self.left())
        return list(self.answers)


class LivePrices:
    """The companies of some connections, as far as they may be asked."""

    def __init__(self, connections: Iterable[str]) -> None:
        self._breakers = {name: Breaker() for name in connections}
        self._threads = ThreadPoolExecutor(
            max_workers=max(len(self._breakers), 1), thread_name_prefix="prices"
        )

    def close(self) -> None:
        """Give back the threads; a question that is out is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def breaker(self, connection: Connection) -> BreakerState:
        """`off`: by rule the company is not asked; `open`: it has failed and is left alone for a while."""
        rules = connection.settings.prices
        breaker = self._breakers[connection.name]
        if rules.customer_prices != "api" or not rules.live_ms or breaker.absent:
            return "off"
        through = breaker.lets_through(connection.clock.now())
        return "closed" if through else "open"

    def begin(self, connection: Connection, questions: Sequence[PriceQuestion]) -> Asking | None:
        """Send the questions on their way; None when the company is not to be asked now."""
        breaker = self._breakers[connection.name]
        if self.breaker(connection) != "closed" or connection.closed():
            return None
        if not breaker.busy.acquire(blocking=False):
            return None
        budget = connection.settings.prices.live_ms / 1000
        asking = Asking(connection, questions, connection.clock.monotonic() + budget, breaker)
        self._threads.submit(asking.ask).add_done_callback(_tell)
        return asking

    def collect(self, asking: Asking) -> list[CustomerPrice | None]:
        """What came in time, None for the rest; an entry for each question."""
        answers = asking.in_time()
        good = bool(answers) and not any(isinstance(one, Failure) and one.ends_cycle for one in answers)
        asking.breaker.heard(good, asking.connection.clock.now())
        prices = [one if isinstance(one, CustomerPrice) and one.price > 0 else None for one in answers]
        return prices + [None] * (len(asking.questions) - len(prices))


def _tell(asked: Future[None]) -> None:
    """A mistake of ours harms no cart, but somebody must see it."""
    if not asked.cancelled() and (error := asked.exception()) is not None:
        log.error("live price", error=repr(error))
