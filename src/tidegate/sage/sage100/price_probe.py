"""Some prices computed by Sage itself, to see whether ours are made by its rules. Source: contract §7.4, §12.3.

A probe opens a session of Sage and uses up order numbers: it is a sample, asked for once a day by the full reading, and
only while no order is being written. What differs is reported by name, and that product's prices are not written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.money import plain, rounded
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice
from tidegate.reading.document import Unreadable
from tidegate.sage.sage100.accounts import parts_of
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.price_rules import DECIMALS
from tidegate.sage.sage100.reference import customer_of
from tidegate.sage.sage100.rows import Row, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import BY_TOTAL_QUANTITY, CUSTOMER_NUMBER, CUSTOMERS, DIVISION
from tidegate.sage.seats import SeatHeldTwice, SeatPool

P = TypeVar("P", ListPrice, CustomerPrice)


class PriceProbe:
    """Compares a sample of prices with Sage's own."""

    def __init__(
        self, client: Sage100Client, company: Sage100Settings, seats: SeatPool, today: Callable[[], date]
    ) -> None:
        self._client = client
        self._company = company
        self._seats = seats
        self._today = today

    def differences(
        self, listed: Mapping[str, Sequence[ListPrice]], agreed: Sequence[CustomerPrice]
    ) -> list[BadRow]:
        """Products whose price Sage computes otherwise. `listed`: list prices by level, "" is the standard list.

        () where no seat is free, or the agent cannot answer: the next full reading tries again.
        """
        offered = self._client.capabilities()
        if isinstance(offered, Failure):
            return []
        if offered.get(BY_TOTAL_QUANTITY) is True:
            listed = {level: _first_pieces(prices) for level, prices in listed.items()}
            agreed = _first_pieces(agreed)
        asked = self._sample(listed, agreed)
        if isinstance(asked, Failure) or not asked:
            return []
        answer = self._ask(asked)
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list) or len(results) != len(asked):
            return []
        pairs = zip(asked, results, strict=True)
        return [row for one, result in pairs if (row := _difference(one, result)) is not None]

    def _ask(self, asked: Sequence[CustomerPrice]) -> Row | Failure | None:
        """None where no seat is free, or where this session writes with the only one."""
        try:
            with self._seats.seat(wait=False) as none_free:
                if none_free is not None:
                    return None
                return self._client.act("price-probe", {"lines": [self._question(one) for one in asked]})
        except SeatHeldTwice:
            return None

    def _sample(
        self, listed: Mapping[str, Sequence[ListPrice]], agreed: Sequence[CustomerPrice]
    ) -> list[CustomerPrice] | Failure:
        """Prices to probe, other ones every day, as many as configured: of single customers, and one of each level."""
        read = self._client.rows(CUSTOMERS, (DIVISION, CUSTOMER_NUMBER, "PriceLevel", "CustomerStatus"))
        if isinstance(read, Failure):
            return read
        of_level: dict[str, str] = {}
        for row in read[0]:
            if text_of(row, "CustomerStatus") in ("", "A"):
                of_level.setdefault(text_of(row, "PriceLevel"), customer_of(row, self._company.division))
        special = {(one.account, one.sku) for one in agreed}
        currency = self._company.currency
        found = list(agreed)
        for level, prices in listed.items():
            account = of_level.get(level, "")
            found += [
                CustomerPrice(account, one.sku, one.price, currency, one.quantity)
                for one in prices
                if account and (account, one.sku) not in special
            ]
        day = self._today().isoformat()
        found.sort(key=lambda one: hashlib.sha256(f"{day} {one}".encode()).digest())
        return found[: self._company.price_probes]

    def _question(self, one: CustomerPrice) -> dict[str, str]:
        division, number = parts_of(one.account, self._company.division)
        return {"division": division, "customer": number, "item": one.sku, "quantity": plain(one.quantity)}


def _first_pieces(prices: Sequence[P]) -> list[P]:
    """Without breaks: which of them an order reaches is decided by all its lines, and a probe has one."""
    return [one for one in prices if one.quantity <= 1]


def _difference(one: CustomerPrice, result: Row) -> BadRow | None:
    try:
        theirs = number_of(result, "unit_price")
    except Unreadable:
        return None
    if theirs is None or rounded(theirs, DECIMALS) == rounded(one.price, DECIMALS):
        return None  # what Sage refuses to price is no difference
    level = text_of(result, "price_level")
    text = (
        f"{one.account} pays {plain(theirs)} for {plain(Decimal(one.quantity))} pieces in Sage"
        f"{f' (level {level})' if level else ''}, but {plain(one.price)} by Tidegate's reading of the price "
        "codes"
    )
    return BadRow(one.sku, text)
