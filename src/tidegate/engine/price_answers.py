"""Prices at the cart: what a customer pays for so many pieces, and how old the answer is.

From the price book that the ledger keeps, or live from the company where the connection says so: one
question at a time, never longer than `prices.live_ms`, and not for a while after three that failed. A cart
never waits for Sage: what does not come in time is answered from the book, which says its age.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl

from tidegate.domain.cart_price import cart_price
from tidegate.domain.errors import Failure
from tidegate.domain.price_book import CustomerPrice, PriceList, PriceQuestion
from tidegate.engine.hub import Hub
from tidegate.flows import account_book, customer_records, price_book, prices
from tidegate.flows.connection import Connection
from tidegate.flows.customer_scribe import card_of
from tidegate.ledger import customers as links
from tidegate.ledger import database, mirror

#: So many questions in a row that failed or came late open the breaker, for so long.
MOST_FAILED, PAUSE = 3, timedelta(minutes=1)
#: Items in one question.
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """The price of one piece, None where it is not known; `reason` then says why. Without conversion."""

    sku: str
    quantity: Decimal
    price: Decimal | None
    currency: str = ""
    tax_inclusive: bool = False
    source: str = ""  #: live, contract, list or none
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PriceAnswers:
    """One answer for each item, in order. `age` is that of the oldest price among them; None: never read."""

    account: str
    prices: tuple[PriceAnswer, ...]
    age: timedelta | None
    live: bool


@dataclass(eq=False)
class Breaker:
    """Whether the company may be asked now: not after several failures, and one question at a time."""

    failed: int = 0
    opened: datetime | None = None
    busy: threading.Lock = field(default_factory=threading.Lock)

    def lets_through(self, now: datetime) -> bool:
        """Closed, or open for long enough that one question may try again."""
        return self.opened is None or now - self.opened >= PAUSE

    def heard(self, good: bool, now: datetime) -> None:
        """A question ended."""
        self.failed = 0 if good else self.failed + 1
        self.opened = now if self.failed >= MOST_FAILED else None


class PriceDesk:
    """Answers for all connections of one hub; keeps the books that it read."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._books: dict[str, tuple[datetime | None, pl.DataFrame, dict[str, PriceList]]] = {}
        self._breakers: dict[str, Breaker] = {name: Breaker() for name in hub.connections}
        self._threads = ThreadPoolExecutor(
            max_workers=max(len(hub.connections), 1), thread_name_prefix="prices"
        )

    def close(self) -> None:
        """Give back the threads; a question that is out is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def answer(
        self, connection: str, buyer: str | int, items: Sequence[tuple[str, Decimal]]
    ) -> PriceAnswers | Failure:
        """What `buyer` (an account, or a Magento customer's id) pays for these (SKU, quantity).

        ValueError for an unknown connection, more than `MOST_ITEMS` items, or a quantity not above 0.
        """
        if connection not in self._hub.connections:
            raise ValueError(f"there is no connection {connection!r}")
        if len(items) > MOST_ITEMS or any(not quantity > 0 for _, quantity in items):
            raise ValueError(f"1 to {MOST_ITEMS} items with a quantity above 0")
        here = self._hub.connections[connection]
        account = buyer if isinstance(buyer, str) else account_of(here, buyer)
        live = self._live(here, account, items) if account else None
        kept = self._kept(here, account, items)
        if live is None:
            return PriceAnswers(account, kept, self._age(here), live=False)
        prices = tuple(one if one is not None else other for one, other in zip(live, kept, strict=True))
        whole = all(one is not None for one in live)
        return PriceAnswers(account, prices, timedelta(0) if whole else self._age(here), live=True)

    def _age(self, connection: Connection) -> timedelta | None:
        read = price_book.read_at(connection.name)
        return None if read is None else connection.clock.now() - read

    def _kept(
        self, connection: Connection, account: str, items: Sequence[tuple[str, Decimal]]
    ) -> tuple[PriceAnswer, ...]:
        book, lists = self._book(connection.name)
        rules = connection.settings.prices
        standard = rules.standard or next((each.code for each in lists.values() if each.standard), "")
        record = account_book.account(connection.name, account) if account else None
        code = (record.price_list if record else "") or standard
        names = {sku: connection.settings.skus.get(sku, sku) for sku, _ in items}
        owners = (code, standard, f"@{account}")
        keys = [price_book.key_of(name, owner) for name in names.values() for owner in owners]
        offers = price_book.offers(book.filter(pl.col("key").is_in(keys)))
        day = prices.today(connection)
        found = []
        for sku, quantity in items:
            listed, agreed = offers.get(names[sku], ([], []))
            one = cart_price(listed, agreed, quantity, lists, (code, standard), day)
            if one is None:
                found.append(
                    PriceAnswer(
                        sku, quantity, None, source="none", reason="the price book has no price of it"
                    )
                )
            else:
                found.append(
                    PriceAnswer(sku, quantity, one.price, one.currency, one.tax_inclusive, one.source)
                )
        return tuple(found)

    def _book(self, connection: str) -> tuple[pl.DataFrame, dict[str, PriceList]]:
        """The kept book; read again once the company has told another one."""
        read = price_book.read_at(connection)
        known = self._books.get(connection)
        if known is None or known[0] != read:
            known = (read, price_book.read(connection), price_book.lists(connection))
            self._books[connection] = known
        return known[1], known[2]

    def _live(
        self, connection: Connection, account: str, items: Sequence[tuple[str, Decimal]]
    ) -> list[PriceAnswer | None] | None:
        """The company's own answers in time, None where it gave none; None when it is not asked."""
        budget = connection.settings.prices.live_ms
        breaker = self._breakers[connection.name]
        asked = connection.settings.prices.customer_prices == "api" and budget
        told = connection.company.capabilities.readings.customer_prices != "none"
        if not (asked and told) or connection.closed() or not breaker.lets_through(connection.clock.now()):
            return None
        if not breaker.busy.acquire(blocking=False):
            return None
        names = [connection.settings.skus.get(sku, sku) for sku, _ in items]
        questions = [
            PriceQuestion(account, name, quantity) for name, (_, quantity) in zip(names, items, strict=True)
        ]
        future = self._threads.submit(_ask, connection, questions)
        future.add_done_callback(lambda _: breaker.busy.release())
        answers = _in_time(future, budget)
        good = answers is not None and not any(isinstance(one, Failure) and one.ends_cycle for one in answers)
        breaker.heard(good, connection.clock.now())
        if answers is None:
            return None
        return [
            PriceAnswer(sku, quantity, one.price, one.currency, source="live")
            if isinstance(one, CustomerPrice) and not one.unit
            else None
            for (sku, quantity), one in zip(items, answers, strict=True)
        ]


def _ask(connection: Connection, questions: Sequence[PriceQuestion]) -> list[CustomerPrice | Failure]:
    try:
        with connection.company.session() as session:
            return list(session.ask_prices(questions))
    finally:
        database.close()


def _in_time(
    future: Future[list[CustomerPrice | Failure]], budget: int
) -> list[CustomerPrice | Failure] | None:
    try:
        return future.result(timeout=budget / 1000)
    except TooLate:
        future.cancel()
        return None


def account_of(connection: Connection, customer_id: int) -> str:
    """The account of a Magento customer: as the flow `customers` told it, or as orders used it; "" = none."""
    key = str(customer_id)
    own = mirror.find(connection.name, customer_records.FLOW, [key])
    folded = mirror.settled(connection.name, customer_records.FLOW).filter(pl.col("key") == key)["value"]
    told = own[0].wanted if own else next(iter(folded), "")
    account = card_of(told).get("account", "")
    if account:
        return account
    for website in connection.settings.websites:
        for link in links.find(connection.name, website, [customer_id]).values():
            return link.account
    return ""
