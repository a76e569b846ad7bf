"""What single accounts pay: their price list, and the percentage of their price schedule at the end.

Source: contract §9. No function of the gateway answers this, so it is computed from the records that Intacct itself
prices by: the account's own list, else its schedule's, else the definition's default (`price_list`), else the base
price; the schedule's percentage, else the account's own, is applied last (A). All questions together cost one read of
the accounts, lists and schedules and one of the items and their entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, rounded
from tidegate.domain.prices.price_book import CustomerPrice, PriceQuestion
from tidegate.reading.document import Unreadable
from tidegate.sage.intacct import prices
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.rows import Row, number_of, text_of
from tidegate.sage.intacct.settings import MOST_DECIMALS, IntacctSettings

CUSTOMER = Query("CUSTOMER", ("RECORDNO", "CUSTOMERID", "CURRENCY", "PRICELIST", "PRICESCHEDULE", "DISCOUNT"))
SCHEDULE = Query("SOPRICESCHEDULE", ("RECORDNO", "NAME", "DISCOUNTPERCENT", "PRICELISTID"))
ITEM = replace(prices.ITEM, fields=(*prices.ITEM.fields, "SO_PRECISION"))
PLACES = 2  #: of a unit price, where the item does not say


@dataclass(frozen=True, slots=True)
class _Known:
    """What the questions name; schedules that cannot be read concern only accounts that have one."""

    customers: Mapping[str, Row]
    lists: Mapping[str, Row]
    schedules: Mapping[str, Row] | Failure
    items: Mapping[str, Row]
    entries: Sequence[Row]


class Enquiries:
    """Answers what an account pays for an item."""

    def __init__(self, client: IntacctClient, company: IntacctSettings, today: Callable[[], date]) -> None:
        """`today` is the day in the company's time zone."""
        self._client = client
        self._company = company
        self._today = today

    def ask(self, questions: Sequence[PriceQuestion]) -> Iterator[CustomerPrice | Failure]:
        """One answer for each question, in order; read at the first one."""
        known = self._known(questions) if questions else None
        for one in questions:
            if known is None or isinstance(known, Failure):
                yield known or Failure(Code.SERVER_TROUBLE, "nothing was read", sent=False)
            else:
                yield self._answer(one, known)

    def _known(self, questions: Sequence[PriceQuestion]) -> _Known | Failure:
        accounts = in_parts(one.account for one in questions)
        asked = [replace(CUSTOMER, where=among("CUSTOMERID", part), any_case=True) for part in accounts]
        *customers, lists, schedules = self._client.read_many([*asked, prices.LIST, SCHEDULE])
        rows: list[Row] = []
        for part in customers:
            if isinstance(part, Failure):
                return part
            rows += part
        if isinstance(lists, Failure):
            return lists
        read = prices.of_items(self._client, in_parts(one.sku for one in questions), ITEM)
        if isinstance(read, Failure):
            return read
        items, entries = read
        return _Known(
            _by(rows, "CUSTOMERID"),
            _by(lists, "NAME"),
            schedules if isinstance(schedules, Failure) else _by(schedules, "NAME"),
            _by(items, "ITEMID"),
            entries,
        )

    def _answer(self, question: PriceQuestion, known: _Known) -> CustomerPrice | Failure:
        account, sku = question.account, question.sku
        customer, item = known.customers.get(account.casefold()), known.items.get(sku.casefold())
        if customer is None:
            missing = f"customer:{account}"
            return Failure(
                Code.UNKNOWN_CUSTOMER, f"Intacct has no customer {account!r}", missing=missing, sent=False
            )
        if item is None:
            return Failure(Code.UNKNOWN_SKU, f"Intacct has no item {sku!r}", missing=f"sku:{sku}", sent=False)
        currency = text_of(customer, "CURRENCY") or self._company.currency
        if currency != self._company.currency:
            text = (
                f"account {account} buys in {currency}, but the prices are read in {self._company.currency}"
            )
            return Failure(Code.UNMAPPED_CURRENCY, text, missing=f"currency:{currency}", sent=False)
        schedule = _schedule(customer, known)
        if isinstance(schedule, Failure):
            return schedule
        try:
            price = self._price(question, customer, schedule, item, known)
        except Unreadable as error:
            return Failure(
                Code.OTHER_CONTENT, f"the price of {sku} cannot be calculated: {error}", sent=False
            )
        if price is None:
            return Failure(Code.OTHER_CONTENT, f"item {sku} has no price in Intacct", sent=False)
        return CustomerPrice(account, sku, price, currency, question.quantity)

    def _price(
        self, question: PriceQuestion, customer: Row, schedule: Row, item: Row, known: _Known
    ) -> Decimal | None:
        named = text_of(customer, "PRICELIST") or text_of(schedule, "PRICELISTID") or self._company.price_list
        base = number_of(item, "BASEPRICE")
        listed = known.lists.get(named.casefold())
        price = base
        if listed is not None and self._holds(listed):
            price = prices.price_on(
                text_of(listed, "NAME"),
                self._entries(text_of(item, "ITEMID"), known),
                base,
                question.quantity,
            )
        if price is None:
            return None
        off = number_of(schedule, "DISCOUNTPERCENT") if schedule else number_of(customer, "DISCOUNT")
        places = number_of(item, "SO_PRECISION")
        digits = PLACES if places is None else min(max(int(places), 0), MOST_DECIMALS)
        return rounded(price * (100 - (off or ZERO)) / 100, digits)

    def _entries(self, sku: str, known: _Known) -> list[Row]:
        concerned = prices.concerned(known.entries, self._today(), self._company.currency)
        return [one for one in concerned if text_of(one, "ITEMID") == sku]

    def _holds(self, listed: Row) -> bool:
        """Whether a list is active today; one that is not leaves the base price."""
        if text_of(listed, "STATUS") == "inactive":
            return False
        return prices.covers(listed, self._today())


def _schedule(customer: Row, known: _Known) -> Row | Failure:
    """The account's price schedule; an empty row where it has none."""
    name = text_of(customer, "PRICESCHEDULE")
    if not name:
        return {}
    if isinstance(known.schedules, Failure):
        return known.schedules
    found = known.schedules.get(name.casefold())
    if found is None:
        text = (
            f"account {text_of(customer, 'CUSTOMERID')} has the price schedule {name!r}, which cannot be read"
        )
        return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"price-schedule:{name}", sent=False)
    return found


def _by(rows: Iterable[Row], field: str) -> dict[str, Row]:
    return {text_of(row, field).casefold(): row for row in rows}
