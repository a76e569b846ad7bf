"""Prices at the cart: what a customer pays for a number of pieces, and how old each answer is.

From the price book that the ledger keeps, or live from the company where the connection says so
(`live_prices.py`). A cart never waits for Sage: what does not come in time is answered from the book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.domain.orders.customers import WEB_ACCOUNT, mapped_by_id, proof
from tidegate.domain.prices.cart_price import cart_price
from tidegate.domain.prices.price_book import PriceList, PriceQuestion
from tidegate.engine.hub import Hub
from tidegate.engine.live_prices import BreakerState, LivePrice, LivePrices
from tidegate.flows import account_book
from tidegate.flows.connection import Connection
from tidegate.flows.prices import book as price_book
from tidegate.flows.prices import enquiries, reading
from tidegate.ledger import customers as links
from tidegate.ledger.pieces import Rows

#: Items in one question.
MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """The price of one piece, None where it is not known; `reason` then says why. Without conversion.

    `age` is how long ago the company reported it; None: it never did.
    """

    sku: str
    quantity: Decimal
    price: Decimal | None
    currency: str = ""
    tax_inclusive: bool = False
    source: str = ""  #: live, contract, list or none
    reason: str = ""
    age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PriceAnswers:
    """One answer for each item, in order. `age` is that of the oldest price among them; None: there is none."""

    account: str
    prices: tuple[PriceAnswer, ...]
    breaker: BreakerState

    @property
    def age(self) -> timedelta | None:
        """The oldest."""
        return max((each.age for each in self.prices if each.age is not None), default=None)


@dataclass(frozen=True)
class KeptBook:
    """A connection's price book as it was read from the ledger."""

    read_at: datetime | None
    rows: Rows  #: a long book stays in its pieces
    lists: dict[str, PriceList]
    asked_at: dict[str, datetime]  #: when single prices were enquired, by the book's key
    standard: str

    @property
    def tax_inclusive(self) -> bool:
        """Whether contracts contain tax: as the standard list does."""
        standard = self.lists.get(self.standard)
        return standard is not None and standard.tax_inclusive


class PriceDesk:
    """Answers for all connections of one hub; keeps the books that it read."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._books: dict[str, KeptBook] = {}
        self._live = LivePrices(hub.connections)

    def close(self) -> None:
        """Give back the threads; a question that is out is not waited for."""
        self._live.close()

    def answer(self, connection: str, buyer: str | int, items: Sequence[tuple[str, Decimal]]) -> PriceAnswers:
        """What `buyer` (an account, or a Magento customer's id) pays for these (SKU, quantity).

        ValueError for an unknown connection, more than `MOST_ITEMS` items, or a quantity not above 0.
        """
        if connection not in self._hub.connections:
            raise ValueError(f"there is no connection {connection!r}")
        if len(items) > MOST_ITEMS or any(not quantity > 0 for _, quantity in items):
            raise ValueError(f"1 to {MOST_ITEMS} items with a quantity above 0")
        here = self._hub.connections[connection]
        account = buyer if isinstance(buyer, str) else account_of(here, buyer)
        questions = [PriceQuestion(account, here.settings.skus.get(sku, sku), many) for sku, many in items]
        asking = self._live.begin(here, questions) if account else None
        book = self._book(here)
        answers = self._kept(here, book, account, items)  # while the company thinks
        if asking is not None:
            self._live.collect(asking)
        if account:
            live, now = self._live.prices(here, questions), here.clock.now()
            answers = [_newer(*pair, book, now) for pair in zip(answers, live, strict=True)]
        return PriceAnswers(account, tuple(answers), self._live.breaker(here))

    def _kept(
        self, connection: Connection, book: KeptBook, account: str, items: Sequence[tuple[str, Decimal]]
    ) -> list[PriceAnswer]:
        record = account_book.account(connection.name, account) if account else None
        code = (record.price_list if record else "") or book.standard
        names = {sku: connection.settings.skus.get(sku, sku) for sku, _ in items}
        owners = (code, book.standard, f"@{account}")
        keys = [price_book.key_of(name, owner) for name in names.values() for owner in owners]
        offers = price_book.offers(price_book.of_keys(book.rows, keys))
        day, now = reading.today(connection), connection.clock.now()
        found = []
        for sku, quantity in items:
            listed, agreed = offers.get(names[sku], ([], []))
            one = cart_price(listed, agreed, quantity, book.lists, (code, book.standard), day)
            if one is None:
                reason = "the price book has no price for it"
                found.append(PriceAnswer(sku, quantity, None, source="none", reason=reason))
                continue
            stated_at = book.read_at
            if one.source == "contract":
                stated_at = book.asked_at.get(price_book.key_of(names[sku], f"@{account}"), stated_at)
            age = None if stated_at is None else now - stated_at
            found.append(
                PriceAnswer(sku, quantity, one.price, one.currency, one.tax_inclusive, one.source, age=age)
            )
        return found

    def _book(self, connection: Connection) -> KeptBook:
        """The kept book; read again once the company has reported another one."""
        read_at = price_book.read_at(connection.name)
        known = self._books.get(connection.name)
        if known is None or known.read_at != read_at:
            lists = price_book.lists(connection.name)
            standard = next((each.code for each in lists.values() if each.standard), "")
            kept = price_book.read(connection.name)
            known = KeptBook(
                read_at,
                kept if len(kept.contents) > 1 else kept.table(),
                lists,
                {key: each.asked_at for key, each in enquiries.contracts(connection.name).items()},
                connection.settings.prices.standard or standard,
            )
            self._books[connection.name] = known
        return known


def _newer(kept: PriceAnswer, live: LivePrice | None, book: KeptBook, now: datetime) -> PriceAnswer:
    """What the company answered in time, else what is kept. A price of another unit is none of a piece."""
    if live is None or live.price.unit:
        return kept
    return replace(
        kept,
        price=live.price.price,
        currency=live.price.currency,
        tax_inclusive=book.tax_inclusive,
        source="live",
        reason="",
        age=now - live.at,
    )


def account_of(connection: Connection, customer_id: int) -> str:
    """The account whose prices a Magento customer sees; "" = none, everybody's prices.

    Never one that only an e-mail address led to: a person who registers with it would see another's contracts.
    """
    mapped = mapped_by_id(customer_id, connection.settings.customers.accounts)
    if mapped:
        return mapped
    for website in connection.settings.websites:
        for link in links.find(connection.name, website, [customer_id]).values():
            if proof(link.how) or link.how == WEB_ACCOUNT:
                return link.account
    return ""
