"""From the company's price book to what each website shall hold: a pure function, product by product.

Source: `docs/algorithms/prices.md` and `tax-and-rounding.md`; what Magento can hold is contract point 23
(`contracts/magento/README.md`): a base price, one special price with dates, and for each customer group
one price a quantity. Everything is wanted for a website by its id and nothing for website 0, so that the
two can never collide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from tidegate.domain.money import plain, product, quotient, rounded
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceList

ALL_GROUPS = "all groups"  #: Magento's name of the group of all customers (point 23)
GONE = "-"  #: the value of what the store shall not have
CONTRACT = "SAGE-"  #: before the account, the group of a customer with prices of its own
_ONE = Decimal(1)
_HUNDRED = Decimal(100)

Kind = Literal["base", "special", "tier"]
KINDS: tuple[Kind, ...] = ("base", "special", "tier")


@dataclass(frozen=True, slots=True, order=True)
class PriceKey:
    """What a value is of. `group` is a customer group's code, for tier prices only."""

    kind: Kind
    sku: str
    website: str
    group: str = ""

    @property
    def text(self) -> str:
        """The key as the ledger keeps it; sorts by kind, then by SKU."""
        return "|".join(escaped(each) for each in (self.kind, self.sku, self.website, self.group))

    @classmethod
    def read(cls, text: str) -> PriceKey:
        """The key of that text; ValueError for any other text."""
        kind, sku, website, group = (each.replace("%7C", "|").replace("%25", "%") for each in text.split("|"))
        for known in KINDS:
            if known == kind:
                return cls(known, sku, website, group)
        raise ValueError(f"{text!r} is not the key of a price")


def escaped(part: str) -> str:
    """A part of a key, without the sign that stands between the parts."""
    return part.replace("%", "%25").replace("|", "%7C")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A website as far as its prices go. `tax_inclusive`: its catalogue prices contain tax."""

    website: str
    currency: str  #: its base currency, ISO 4217
    tax_inclusive: bool = False


@dataclass(frozen=True, slots=True)
class PriceRules:
    """What the connection says about prices. List codes are the company's."""

    standard: str = ""  #: the list of the base prices; "" = the one that the company calls standard
    special: str = ""  #: the list that becomes special prices; "" = none
    groups: Mapping[str, str] = field(default_factory=dict)  #: customer group -> list
    decimals: int = 4
    contracts: bool = False  #: a customer group for each account with prices of its own


@dataclass(frozen=True, slots=True)
class PriceSetting:
    """Everything but the prices themselves.

    `day` is today in the company's time zone; `rates` the tax of a SKU in percent, where known, and
    `accounts` the price list of each account that has a contract ("" = the standard one).
    """

    lists: Mapping[str, PriceList]
    shelves: tuple[Shelf, ...]
    rules: PriceRules
    day: date
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)

    @property
    def standard(self) -> str:
        """The code of the list of everybody; "" when there is none."""
        marked = (each.code for each in self.lists.values() if each.standard)
        return self.rules.standard or next(marked, "")


@dataclass(frozen=True, slots=True)
class WantedPrices:
    """What the websites shall hold of one product, and what is left out with the reason."""

    values: Mapping[PriceKey, str]
    left_out: Mapping[PriceKey, str]


Breaks = dict[Decimal, Decimal]  #: smallest number of pieces -> price of one


def contract_group(account: str) -> str:
    """The customer group of an account with prices of its own: it never changes."""
    return CONTRACT + account


def wanted_prices(
    sku: str, prices: Sequence[ListPrice], contracts: Sequence[CustomerPrice], setting: PriceSetting
) -> WantedPrices:
    """What every website shall hold of `sku`; `prices` and `contracts` are all that the book has of it."""
    values: dict[PriceKey, str] = {}
    left_out: dict[PriceKey, str] = {}
    for shelf in setting.shelves:
        for key, wanted in _on_shelf(sku, prices, contracts, setting, shelf):
            if isinstance(wanted, _LeftOut):
                left_out[key] = wanted.reason
            else:
                values[key] = wanted
    return WantedPrices(values, left_out)


@dataclass(frozen=True, slots=True)
class _LeftOut:
    reason: str


_OfList = Callable[[str], "Breaks | _LeftOut"]


def _on_shelf(
    sku: str,
    prices: Sequence[ListPrice],
    contracts: Sequence[CustomerPrice],
    setting: PriceSetting,
    shelf: Shelf,
) -> Iterator[tuple[PriceKey, str | _LeftOut]]:
    by_list: dict[str, list[ListPrice]] = {}
    for each in prices:
        by_list.setdefault(each.list_code, []).append(each)

    def of_list(code: str, *, dated: bool = False) -> Breaks | _LeftOut:
        return _list_breaks(sku, by_list.get(code, ()), setting, shelf, code, dated=dated)

    standard = of_list(setting.standard)
    if isinstance(standard, _LeftOut):
        yield PriceKey("base", sku, shelf.website), standard
        standard = {}
    elif standard:
        lowest = min(standard)
        if lowest == _ONE:
            yield PriceKey("base", sku, shelf.website), plain(standard[lowest])
        more = {quantity: price for quantity, price in standard.items() if quantity > 1}
        if more:
            yield PriceKey("tier", sku, shelf.website, ALL_GROUPS), written(more)
    for group, code in setting.rules.groups.items():
        breaks = of_list(code)
        if isinstance(breaks, _LeftOut) or breaks:
            yield (
                PriceKey("tier", sku, shelf.website, group),
                breaks if isinstance(breaks, _LeftOut) else written(breaks),
            )
    if setting.rules.special:
        yield from _special(sku, of_list(setting.rules.special, dated=True), setting, shelf)
    if setting.rules.contracts:
        yield from _contracts(sku, contracts, setting, shelf, of_list)


def _list_breaks(
    sku: str,
    prices: Iterable[ListPrice],
    setting: PriceSetting,
    shelf: Shelf,
    code: str,
    *,
    dated: bool = False,
) -> Breaks | _LeftOut:
    """The list's prices of the product; nothing where the list is not in force. `dated`: or not yet."""
    one = setting.lists.get(code)
    rows = list(prices)
    if one is None or not one.active or not rows:
        return {}
    if (one.valid_to and one.valid_to < setting.day) or (
        one.valid_from and one.valid_from > setting.day and not dated
    ):
        return {}
    if one.currency and one.currency != shelf.currency:
        return _LeftOut(f"list {code} is in {one.currency}, website {shelf.website} in {shelf.currency}")
    found: Breaks = {}
    foreign, priceless = "", False
    for row in rows:
        if row.unit:
            foreign = row.unit
            continue
        if row.price <= 0:  # it is not set yet: the shop must not give the product away
            priceless = True
            continue
        price = _on_terms_of(shelf, row.price, one.tax_inclusive, sku, setting)
        if isinstance(price, _LeftOut):
            return price
        found[max(row.quantity, _ONE)] = price
    if not found and foreign:
        return _LeftOut(f"list {code} has {sku} per {foreign}, not per stock unit")
    if not found and priceless:
        return _LeftOut(f"list {code} has no price above zero for {sku}")
    return found


def _on_terms_of(
    shelf: Shelf, price: Decimal, tax_inclusive: bool, sku: str, setting: PriceSetting
) -> Decimal | _LeftOut:
    """The price with or without tax, as the website has its prices."""
    decimals = setting.rules.decimals
    if tax_inclusive == shelf.tax_inclusive:
        return rounded(price, decimals)
    rate = setting.rates.get(sku)
    if rate is None:
        return _LeftOut(
            f"the tax rate of {sku} is not known, and website {shelf.website} has its prices "
            f"{'with' if shelf.tax_inclusive else 'without'} tax"
        )
    factor = quotient(_HUNDRED + rate, _HUNDRED)
    return rounded(product(price, factor) if shelf.tax_inclusive else quotient(price, factor), decimals)


def _special(
    sku: str, breaks: Breaks | _LeftOut, setting: PriceSetting, shelf: Shelf
) -> Iterator[tuple[PriceKey, str | _LeftOut]]:
    key = PriceKey("special", sku, shelf.website)
    if isinstance(breaks, _LeftOut):
        yield key, breaks
    elif _ONE in breaks:
        one = setting.lists[setting.rules.special]
        # Both dates are always reported: an open end is far away, since an offer without one was never recorded.
        first, last = one.valid_from or date(2000, 1, 1), one.valid_to or date(2099, 12, 31)
        yield key, f"{plain(breaks[_ONE])};{first} 00:00:00;{last} 23:59:59"


def _contracts(
    sku: str, contracts: Sequence[CustomerPrice], setting: PriceSetting, shelf: Shelf, of_list: _OfList
) -> Iterator[tuple[PriceKey, str | _LeftOut]]:
    """A customer is in one group only, so that its own group must hold its list's prices, too."""
    own: dict[str, list[CustomerPrice]] = {}
    for each in contracts:
        if not (each.valid_from and each.valid_from > setting.day) and not (
            each.valid_to and each.valid_to < setting.day
        ):
            own.setdefault(each.account, []).append(each)
    standard = setting.lists.get(setting.standard)
    tax_inclusive = bool(standard and standard.tax_inclusive)
    for account, code in sorted(setting.accounts.items()):
        key = PriceKey("tier", sku, shelf.website, contract_group(account))
        listed = of_list(code) if code and code != setting.standard else {}
        agreed: Breaks = {}
        reason: _LeftOut | None = None
        for each in own.get(account, ()):
            if each.unit:
                reason = _LeftOut(f"the contract of {account} has {sku} per {each.unit}, not per stock unit")
            elif each.price <= 0:
                reason = _LeftOut(f"the contract of {account} has no price above zero for {sku}")
            elif each.currency and each.currency != shelf.currency:
                reason = _LeftOut(
                    f"the contract of {account} is in {each.currency}, website {shelf.website} in {shelf.currency}"
                )
            else:
                price = _on_terms_of(shelf, each.price, tax_inclusive, sku, setting)
                if isinstance(price, _LeftOut):
                    reason = price
                else:
                    agreed[max(each.quantity, _ONE)] = price
        together = merged({} if isinstance(listed, _LeftOut) else listed, agreed)
        if together:
            yield key, written(together)
        elif reason is not None:
            yield key, reason
        elif isinstance(listed, _LeftOut):
            yield key, listed


def whole_days(first: str, last: str) -> tuple[str, str]:
    """The dates of a special price as they were meant: Magento moves a start, or an end, by seconds.

    Texts `YYYY-MM-DD HH:MM:SS`; what is not within a minute of a day's beginning or end stays as it is.
    """
    return _near(first, time(0)), _near(last, time(23, 59, 59))


def _near(moment: str, wanted: time) -> str:
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    if found.tzinfo is not None or not date.min.year < found.year < date.max.year:
        return moment
    for day in (-1, 0, 1):
        meant = datetime.combine(found.date() + timedelta(days=day), wanted)
        if abs(found - meant) < timedelta(minutes=1):
            return meant.isoformat(sep=" ")
    return moment


def merged(listed: Breaks, agreed: Breaks) -> Breaks:
    """What an account pays: what it agreed on from its first quantity on, and its list's price below that."""
    found: Breaks = {}
    for quantity in sorted({*listed, *agreed}):
        price = price_at(agreed, quantity)
        found[quantity] = price if price is not None else listed[quantity]
    return found


def price_at(breaks: Breaks, quantity: Decimal) -> Decimal | None:
    """The price of one piece at this quantity; None below the first break."""
    fitting = [each for each in breaks if each <= quantity]
    return breaks[max(fitting)] if fitting else None


def written(breaks: Breaks) -> str:
    """Breaks as a text: `1=45.5;10=40`."""
    return ";".join(f"{plain(quantity)}={plain(price)}" for quantity, price in sorted(breaks.items()))


def breaks_of(text: str) -> Breaks:
    """The breaks of a text that `written` made; none of `GONE` or an empty one."""
    pairs = (each.split("=") for each in text.split(";")) if text not in ("", GONE) else ()
    return {Decimal(quantity): Decimal(price) for quantity, price in pairs}
