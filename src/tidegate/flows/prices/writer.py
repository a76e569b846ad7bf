"""Writes and reads the prices of a connection's websites, item by item. Contract points 23 and 31.

A good answer proves nothing: the store may keep a price for all websites, or not at all. So what was written is
read back where it belongs, all of a call's prices by one call, and only that confirms it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile
from typing import TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.money import plain
from tidegate.domain.prices.prices import GONE, PriceKey, breaks_of, whole_days
from tidegate.flows.item_words import name_of, value_in_words
from tidegate.flows.prices import tier_prices
from tidegate.flows.prices.places import Place
from tidegate.ledger.mirror import MirrorItem
from tidegate.magento.prices import (
    BasePrice,
    Complaint,
    SpecialPrice,
    StorePrices,
    TierPrice,
    has_no_tier_prices,
)

T = TypeVar("T")


@dataclass(eq=False)
class PriceWriter:
    """The prices of these places in one store. `no_tiers` is its word that it has no tier prices, "" if it has."""

    store: StorePrices
    places: Mapping[str, Place]
    chunk: int = 200
    no_tiers: str = ""

    @property
    def flow(self) -> str:
        """The flow of the items."""
        return "prices"

    def together(self, items: Sequence[MirrorItem]) -> Sequence[MirrorItem]:
        """One endpoint, one kind; the items come sorted by kind."""
        kind = PriceKey.read(items[0].key).kind
        return list(takewhile(lambda item: PriceKey.read(item.key).kind == kind, items))

    def write(self, items: Sequence[MirrorItem]) -> Mapping[str, Failure] | Failure:
        """Take away what shall go, then write; confirmed is what the store then has at its place."""
        keys = {item.key: PriceKey.read(item.key) for item in items}
        strays = {key: _no_website(each) for key, each in keys.items() if each.website not in self.places}
        items = [item for item in items if item.key not in strays]
        if not items:
            return strays
        kind = keys[items[0].key].kind
        if kind == "tier" and self.no_tiers:
            return strays | {item.key: tier_prices.held(self.no_tiers) for item in items}
        answer = {
            "base": self._write_base,
            "special": self._write_special,
            "tier": self._write_tiers,
        }[kind](items)
        if kind == "tier" and self.no_tiers:
            return strays | {item.key: tier_prices.held(self.no_tiers) for item in items}
        if isinstance(answer, Failure):
            return answer
        there = self.read([item.key for item in items])
        if isinstance(there, Failure):
            text = f"the prices were written, but could not be read back: {there.text}"
            return Failure(Code.UNCLEAR_ANSWER, text, details=there.details)
        wrong = [item for item in items if (there[item.key] or GONE) != item.wanted]
        return strays | {
            item.key: _refused(keys[item.key], answer)
            if answer
            else self._not_there(keys[item.key], item.wanted, there[item.key])
            for item in wrong
        }

    @staticmethod
    def _not_there(key: PriceKey, wanted: str, found: str) -> Failure:
        """Answered with success, and not to be read: the next cycle writes it again, the third time alerts."""
        text = (
            f"the store answered that the {name_of('prices', key.text)} was written, but reading it back shows "
            f"{value_in_words(found) or 'none'} instead of {value_in_words(wanted)}. It is written again"
        )
        return Failure(Code.TRANSIENT, text)

    def read(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """What the store has of these prices, as the mirror writes it."""
        wanted = [PriceKey.read(key) for key in keys]
        found = self.survey({key.sku for key in wanted}, {key.kind for key in wanted})
        if isinstance(found, Failure):
            return found
        there = {folded(key): value for key, value in found.items()}
        return {key.text: there.get(folded(key), "") for key in wanted}

    def survey(
        self, skus: Iterable[str], kinds: Iterable[str] = ("base", "special", "tier")
    ) -> dict[PriceKey, str] | Failure:
        """Every price of these SKUs on the places, batch by batch."""
        every, found = sorted(set(skus)), dict[PriceKey, str]()
        for start in range(0, len(every), self.chunk):
            part = every[start : start + self.chunk]
            for kind in sorted(set(kinds)):
                answer = {"base": self._base, "special": self._special, "tier": self._tiers}[kind](part)
                if isinstance(answer, Failure):
                    return answer
                found |= answer
        return found

    # --- reading ---------------------------------------------------------------------------------

    def _base(self, skus: Sequence[str]) -> dict[PriceKey, str] | Failure:
        rows = self.store.base(skus)
        if isinstance(rows, Failure):
            return rows
        return {
            PriceKey("base", row.sku, name): plain(row.price)
            for row in rows
            for name, place in self.places.items()
            if row.store_id == place.store_id
        }

    def _special(self, skus: Sequence[str]) -> dict[PriceKey, str] | Failure:
        rows = self.store.special(skus)
        if isinstance(rows, Failure):
            return rows
        return {
            PriceKey(
                "special", row.sku, name
            ): f"{plain(row.price)};{';'.join(whole_days(row.price_from or '', row.price_to or ''))}"
            for row in rows
            for name, place in self.places.items()
            if row.store_id == place.store_id
        }

    def _tiers(self, skus: Sequence[str]) -> dict[PriceKey, str] | Failure:
        rows = [] if self.no_tiers else self._twice(lambda: self.store.tiers(skus))
        if self.no_tiers:
            return {}
        if isinstance(rows, Failure):
            return rows
        breaks: dict[PriceKey, dict[str, str]] = {}
        for row in rows:
            for name, place in self.places.items():
                if row.website_id == place.website_id:
                    key = PriceKey("tier", row.sku, name, row.customer_group)
                    percent = "%" if row.price_type == "discount" else ""
                    breaks.setdefault(key, {})[plain(row.quantity)] = plain(row.price) + percent
        return {
            key: ";".join(f"{quantity}={price}" for quantity, price in sorted(each.items(), key=_by_quantity))
            for key, each in breaks.items()
        }

    def _twice(self, ask: Callable[[], T | Failure]) -> T | Failure:
        """A call of tier prices, repeated once after a 404, which may be temporary."""
        answer = ask()
        if isinstance(answer, Failure) and has_no_tier_prices(answer):
            answer = ask()
            if isinstance(answer, Failure) and has_no_tier_prices(answer):
                self.no_tiers = answer.text
        return answer

    # --- writing ---------------------------------------------------------------------------------

    def _write_base(self, items: Sequence[MirrorItem]) -> list[Complaint] | Failure:
        rows = []
        for item in items:
            key = PriceKey.read(item.key)
            rows.append(BasePrice(key.sku, Decimal(item.wanted), self.places[key.website].store_id))
        return self.store.write_base(rows)

    def _write_special(self, items: Sequence[MirrorItem]) -> list[Complaint] | Failure:
        # In an edition that schedules offers, one with other dates would be added to the old one.
        old = [self._offer(item.key, item.sent) for item in items if item.sent not in ("", GONE)]
        new = [self._offer(item.key, item.wanted) for item in items if item.wanted != GONE]
        return _one_after_other(
            lambda: self.store.delete_special(old) if old else [],
            lambda: self.store.write_special(new) if new else [],
        )

    def _offer(self, text: str, value: str) -> SpecialPrice:
        key = PriceKey.read(text)
        price, first, last = value.split(";")
        return SpecialPrice(
            key.sku, Decimal(price), self.places[key.website].store_id, first or None, last or None
        )

    def _write_tiers(self, items: Sequence[MirrorItem]) -> list[Complaint] | Failure:
        old: list[TierPrice] = []
        new: list[TierPrice] = []
        for item in items:
            key = PriceKey.read(item.key)
            website = self.places[key.website].website_id
            wanted = breaks_of(item.wanted)
            there = tier_rows(item.sent, key, website)
            old += [row for row in there if row.quantity not in wanted]
            new += [
                TierPrice(key.sku, website, key.group, quantity, price) for quantity, price in wanted.items()
            ]
        return self._twice(
            lambda: _one_after_other(
                lambda: self.store.delete_tiers(old) if old else [],
                lambda: self.store.write_tiers(new) if new else [],
            )
        )


def tier_rows(text: str, key: PriceKey, website_id: int) -> list[TierPrice]:
    """The rows behind a value that was read; `10=15%` is a percentage that was set by hand."""
    rows = []
    for each in text.split(";") if text not in ("", GONE) else ():
        quantity, price = each.split("=")
        kind = "discount" if price.endswith("%") else "fixed"
        amount = Decimal(price.rstrip("%"))
        rows.append(TierPrice(key.sku, website_id, key.group, Decimal(quantity), amount, kind))
    return rows


def folded(key: PriceKey) -> PriceKey:
    """Magento ignores the case of SKUs and groups, and returns them in its own spelling."""
    return replace(key, sku=key.sku.casefold(), group=key.group.casefold())


def _by_quantity(pair: tuple[str, str]) -> Decimal:
    return Decimal(pair[0])


def _one_after_other(
    first: Callable[[], list[Complaint] | Failure], then: Callable[[], list[Complaint] | Failure]
) -> list[Complaint] | Failure:
    """Both complain; the second call is not made when the first had no good answer."""
    before = first()
    if isinstance(before, Failure):
        return before
    after = then()
    if isinstance(after, Failure) and not after.ends_cycle:
        # The first call has already removed something: only reading back shows the state.
        return Failure(Code.UNCLEAR_ANSWER, after.text, details=after.details)
    return after if isinstance(after, Failure) else before + after


def _no_website(key: PriceKey) -> Failure:
    text = f"the store no longer has the website {key.website}"
    return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"website:{key.website}", sent=False)


def _refused(key: PriceKey, complaints: Sequence[Complaint]) -> Failure:
    """Why a price is not in the store: by the complaints that name its SKU, else by those that name none."""
    about = [each for each in complaints if each.names(key.sku)] or list(complaints)
    text = "; ".join(dict.fromkeys(each.text for each in about))
    if any(each.unknown_group and each.names(key.sku) for each in about):
        missing = missing_thing("group", key.group)
        remedy = f"create the customer group {key.group} in Magento, or correct prices.groups"
        return Failure(Code.UNKNOWN_REFERENCE, f"{text}. {remedy}.", missing=missing)
    if any(each.unknown_product and each.names(key.sku) for each in about):
        return Failure(
            Code.UNKNOWN_SKU,
            f"the store has no product {key.sku}, or its type has no price of its own: {text}",
            missing=missing_thing("sku", key.sku),
        )
    return Failure(Code.REFUSED, f"{key.sku}: {text}")
