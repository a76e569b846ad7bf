"""Why the store has this price: every list, break and contract that the company's kept book has of a product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tidegate.config.prices import Prices
from tidegate.domain.prices.price_book import PriceList
from tidegate.domain.prices.prices import ALL_GROUPS, contract_group
from tidegate.flows.prices import book


@dataclass(frozen=True, slots=True)
class Offer:
    """One price of the book: whose, from how many pieces on, and what becomes of it in the store."""

    source: str  #: a list, or the account that agreed on it
    name: str
    quantity: Decimal
    price: Decimal
    unit: str
    currency: str
    valid_from: date | None
    valid_to: date | None
    becomes: tuple[str, ...]  #: e.g. `base price`, `group Trade`; () = nothing
    why_not: str = ""  #: why it is in force nowhere


def explain(connection: str, rules: Prices, code: str, today: date) -> list[Offer]:
    """All that the book has of one product, by the company's code: the newest reading, without a call."""
    offers = book.offers(book.of_products(book.read(connection), [code])).get(code)
    return list(_offers(offers, book.lists(connection), rules, today)) if offers else []


def _offers(offers: book.Offers, lists: dict[str, PriceList], rules: Prices, today: date) -> Iterator[Offer]:
    listed, agreed = offers
    marked = next((each.code for each in lists.values() if each.standard), "")
    standard = rules.standard or marked
    for price in sorted(listed, key=lambda each: (each.list_code != standard, each.list_code, each.quantity)):
        one = lists.get(price.list_code, PriceList(price.list_code, active=False))
        yield Offer(
            price.list_code,
            one.name,
            price.quantity,
            price.price,
            price.unit,
            one.currency,
            one.valid_from,
            one.valid_to,
            tuple(_becomes(price.list_code, price.quantity, standard, rules)),
            _why_not(one.active, one.valid_from, one.valid_to, price.price, price.unit, today),
        )
    for own in sorted(agreed, key=lambda each: (each.account, each.quantity)):
        group = (f"group {contract_group(own.account)}",) if rules.customer_prices == "groups" else ()
        yield Offer(
            own.account,
            "agreed with the account",
            own.quantity,
            own.price,
            own.unit,
            own.currency,
            own.valid_from,
            own.valid_to,
            group,
            _why_not(True, own.valid_from, own.valid_to, own.price, own.unit, today),
        )


def _becomes(code: str, quantity: Decimal, standard: str, rules: Prices) -> Iterator[str]:
    if code == standard:
        yield "base price" if quantity <= 1 else f"price of {ALL_GROUPS}"
    if rules.special and code == rules.special and quantity <= 1:
        yield "special price"
    yield from (f"group {group}" for group, named in rules.groups.items() if named == code)


def _why_not(
    active: bool, first: date | None, last: date | None, price: Decimal, unit: str, today: date
) -> str:
    """Why a price does not count today; "" when it does. The rule itself is `domain.prices.prices`."""
    if not active:
        return "the list is not active"
    if first and first > today:
        return f"begins on {first}"
    if last and last < today:
        return f"ended on {last}"
    if unit:
        return f"per {unit}, not per stock unit"
    return "no price above zero" if price <= 0 else ""
