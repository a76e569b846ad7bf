"""Prices asked of the companies while a cart waits: never longer than `prices.live_ms`, one question at a time.

A question may take one of the company's seats. To leave room for other work, each company has at most one open
question, whatever connections ask; it waits for no seat, and its calls are cut off when the cart stops waiting. An
answer is kept for `FRESH`, so a cart that is shown again makes no call. Answers that come in time are used one by
one; later ones are dropped. After several questions without an answer the breaker is open for a while.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import structlog

from tidegate.deadline import hurried
from tidegate.domain.errors import Code, Failure
from tidegate.domain.prices.price_book import CustomerPrice, PriceQuestion
from tidegate.flows.connection import Connection
from tidegate.ledger import database
from tidegate.sage.port.session import Purpose

log = structlog.get_logger()

#: How long an answer is used, and how many answers are kept.
FRESH, MOST_KEPT = timedelta(minutes=1), 10_000
#: Questions in a row that must fail or be late to open the breaker, and how long it stays open.
MOST_FAILED, PAUSE = 3, timedelta(minutes=1)

BreakerState = Literal["off", "closed", "open"]


@dataclass(eq=False)
class Breaker:
    """Whether the company may be asked for a connection now: not after several failures."""

    failed: int = 0
    absent: bool = False  #: the product answers no such questions, as the first one showed
    opened: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        """Closed, or open for long enough that one question may try again."""
        return self.opened is None or not timedelta(0) <= now - self.opened < PAUSE

    def heard(self, good: bool, now: datetime) -> None:
        """A question ended."""
        self.failed = 0 if good else self.failed + 1
        self.opened = now if self.failed >= MOST_FAILED else None


@dataclass(frozen=True, slots=True)
class LivePrice:
    """What the company answered, and when."""

    price: CustomerPrice
    at: datetime


@dataclass(eq=False)
class Asking:
    """Questions that are out: answers as they come, until `ends` by the connection's monotonic clock."""

    connection: Connection
    questions: Sequence[PriceQuestion]
    ends: float
    breaker: Breaker
    turn: threading.Lock  #: the company's, held while it is asked
    answers: list[CustomerPrice | Failure] = field(default_factory=list)
    finished: threading.Event = field(default_factory=threading.Event)
    no_seat: bool = False  #: none was free: no answer, and no failure either

    def left(self) -> float:
        """Seconds of the budget."""
        return max(self.ends - self.connection.clock.monotonic(), 0.0)

    def ask(self) -> None:
        """Ask; in a thread of its own, which ends with the first answer that is late."""
        try:
            with hurried(self.left), self.connection.company.session(Purpose.ENQUIRY) as session:
                if isinstance(session, Failure):
                    self.no_seat = session.code is Code.NO_SEAT
                    return  # the book answers
                if session.enquiries is None:
                    self.breaker.absent = True
                    return
                for answer in session.enquiries.ask(self.questions):
                    if not self.left():
                        return
                    self.answers.append(answer)
        finally:
            database.close()
            self.turn.release()
            self.finished.set()

    def in_time(self) -> list[CustomerPrice | Failure]:
        """The answers until the budget is spent, in the order of the questions; maybe not all."""
        self.finished.wait(self.left())
        return list(self.answers)


class LivePrices:
    """The companies of some connections, as far as they may be asked."""

    def __init__(self, connections: Mapping[str, Connection]) -> None:
        self._breakers = {name: Breaker() for name in connections}
        self._turns = {each.settings.company: threading.Lock() for each in connections.values()}
        self._kept: dict[tuple[str, PriceQuestion], LivePrice] = {}
        self._threads = ThreadPoolExecutor(max_workers=max(len(self._turns), 1), thread_name_prefix="prices")

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
        """Send the questions that are not on their way yet; None when the company is not to be asked now."""
        new = [each for each in dict.fromkeys(questions) if self._fresh(connection, each) is None]
        if not new or self.breaker(connection) != "closed" or connection.closed():
            return None
        turn = self._turns[connection.settings.company]
        if not turn.acquire(blocking=False):
            return None
        ends = connection.clock.monotonic() + connection.settings.prices.live_ms / 1000
        asking = Asking(connection, new, ends, self._breakers[connection.name], turn)
        self._threads.submit(asking.ask).add_done_callback(_tell)
        return asking

    def collect(self, asking: Asking) -> None:
        """Keep what came in time."""
        answers, now = asking.in_time(), asking.connection.clock.now()
        good = bool(answers) and not any(isinstance(one, Failure) and one.ends_cycle for one in answers)
        if not asking.no_seat:
            asking.breaker.heard(good, now)
        for question, one in zip(asking.questions, answers, strict=False):
            if isinstance(one, CustomerPrice) and one.price > 0:
                self._kept[asking.connection.name, question] = LivePrice(one, now)
        for oldest in list(self._kept)[: max(len(self._kept) - MOST_KEPT, 0)]:
            self._kept.pop(oldest, None)

    def prices(self, connection: Connection, questions: Sequence[PriceQuestion]) -> list[LivePrice | None]:
        """What was answered now or just before; an entry for each question. Nothing where no company may be asked."""
        if self.breaker(connection) == "off":
            return [None] * len(questions)
        return [self._fresh(connection, each) for each in questions]

    def _fresh(self, connection: Connection, question: PriceQuestion) -> LivePrice | None:
        kept = self._kept.get((connection.name, question))
        fresh = kept is not None and timedelta(0) <= connection.clock.now() - kept.at < FRESH
        return kept if fresh else None


def _tell(asked: Future[None]) -> None:
    """An error of Tidegate harms no cart, but is reported."""
    if not asked.cancelled() and (error := asked.exception()) is not None:
        log.error("live price", error=repr(error))
