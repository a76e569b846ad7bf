"""Checks of availability: what the shop may sell, calculated from both systems' books alone.

Shares no code with the hub. The formula is that of the design, *Availability*: on hand, less what is
allocated, less the buffer, never below zero; plus what the shop still holds back itself for web orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from tidegate_sandbox.checker import Book, Terms, Verdict
from tidegate_sandbox.checker_documents import KINDS, picked

ZERO, WHOLE = Decimal(0), Decimal(1)
#: Kept back of what is on hand, in hundredths.
BUFFER = Decimal("0.1")
#: An order that the company changed so shortly ago may have been read half before and half after.
LATELY = timedelta(minutes=15)

Place = tuple[str, str]
"""SKU and source."""


@dataclass(frozen=True)
class StockWrite:
    """A number that the hub sent to the shop, and the most and least that it may have been at that moment."""

    at: str
    sku: str
    source: str
    quantity: Decimal
    most: Decimal
    least: Decimal = ZERO


class Shelf:
    """What may be sold of everything at one moment.

    `unread` are orders that the shop has not been able to show, as the hub has reported them to a person: what
    they take is known to nobody but the shop. `blind`: the hub has reported records of the company that cannot be
    read; what they owe is not known either, and it errs towards caution. `unclear`: orders of which the hub does not
    know whether the company has them, and whose goods it can see in no list.
    """

    def __init__(
        self,
        shop: Book,
        company: Book,
        terms: Terms,
        unread: Container[int] = (),
        *,
        blind: bool = False,
        unclear: Container[int] = (),
    ) -> None:
        self._terms = terms
        self._unread = unread
        self._unclear = unclear
        self._blind = blind
        self._company = company
        prefix = f"magento:{terms.store}:"
        self._shop = {
            each["entity_id"]: each for each in shop["orders"] if each["store_id"] in terms.store_ids
        }
        self._web = [
            (self._shop[int(each["key"].removeprefix(prefix))], each)
            for each in company["orders"]
            if each["key"].startswith(prefix)
            and int(each["key"].removeprefix(prefix)) in self._shop
            and each["status"] != "deleted"
        ]
        self._despatched = self._by_order()

    def exact(self) -> dict[Place, Decimal]:
        """What the shop must show when everything has settled."""
        return self._shown(self._corrections(strict=True))

    def most(self) -> dict[Place, Decimal]:
        """What the shop may show at most: what nobody has been promised.

        An order that the shop has cancelled and the company not yet is promised to nobody.
        """
        return self._shown(self._corrections(strict=False))

    def least(self) -> dict[Place, Decimal]:
        """What the shop must show at least, to be able to ship what it has sold.

        What changed in the company a moment ago may be missing: it is read piece by piece, and the hub errs
        towards caution. Empty for a shop without sources, whose orders may count twice for a while, while the
        company has records that cannot be read, and with one of whose orders nobody hears at once.
        """
        if not self._terms.msi or self._blind or not self._terms.looks_up:
            return {}
        unclear, shown = self.unclear(), self._shown(self._corrections(strict=True, settled=True))
        return {place: pieces for place, pieces in shown.items() if place[0] not in unclear}

    def _shown(self, corrected: dict[Place, Decimal]) -> dict[Place, Decimal]:
        """The formula. The buffer keeps nothing from those who have bought."""
        found: dict[Place, Decimal] = {}
        for place, (on_hand, allocated) in self._levels().items():
            promised, owed = max(corrected[place], ZERO), min(corrected[place], ZERO)
            free = max(on_hand - allocated + owed - kept_back(on_hand), ZERO)
            found[place] = (free + promised).to_integral_value(ROUND_FLOOR)
        return found

    def unclear(self) -> set[str]:
        """SKUs of which nothing exact can be said.

        Their orders wait for a person or belong to nobody here, or are in the company and this hub has never heard so
        (another one has sent them, and nobody can ask), or the shop ships them by itself: of that the company does not
        know. When a shop frees the pieces of virtual goods, which nobody ships, is not recorded.
        """
        by_itself = "shipments" not in self._terms.flows
        sent = {order["entity_id"] for order, _ in self._web}
        there = {order["entity_id"] for order, found in self._web if found.get("heard_of", True)}
        return {
            sku
            for id, order in self._shop.items()
            if (id not in there and (order["awaited"] or id in sent)) or (by_itself and order["shipments"])
            for sku in order["pieces"]
        }

    def _levels(self) -> dict[Place, tuple[Decimal, Decimal]]:
        levels: dict[Place, tuple[Decimal, Decimal]] = {}
        for sku, held in self._company["stock"].items():
            for warehouse, level in held.items():
                source = self._terms.sources.get(warehouse)
                if source is not None:
                    on_hand, allocated = levels.get((sku, source), (ZERO, ZERO))
                    levels[sku, source] = (
                        on_hand + Decimal(level["on_hand"]),
                        allocated + Decimal(level["allocated"]),
                    )
        return levels

    def _by_order(self) -> dict[int, dict[tuple[str, str], Decimal]]:
        """What left, by the company's order, item and warehouse."""
        codes = {line["id"]: line["code"] for _, each in self._web for line in each["lines"]}
        left: dict[int, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for despatch in self._company["despatches"]:
            for line in despatch["lines"]:
                if line["line_id"] in codes:
                    place = codes[line["line_id"]], line["warehouse"]
                    left[despatch["order_id"]][place] += Decimal(line["quantity"])
        return left

    def _corrections(self, *, strict: bool, settled: bool = False) -> dict[Place, Decimal]:
        """Pieces that come back on, or off, because of web orders; `settled`: of those left alone lately."""
        found: dict[Place, Decimal] = defaultdict(Decimal)
        before = datetime.fromisoformat(self._company["now"]) - LATELY
        for order, there in self._web:
            if settled and datetime.fromisoformat(there["updated_at"]) > before:
                continue
            if settled and order["entity_id"] in self._unclear:
                continue
            for place, pieces in (self._msi if self._terms.msi else self._legacy)(order, there, strict):
                found[place] += pieces
        if not self._terms.msi:
            there_already = {order["entity_id"] for order, _ in self._web}
            for id, order in self._shop.items():
                if id not in there_already and (strict or id not in self._unread):
                    for sku, pieces in order["awaited"].items():
                        found[sku, "default"] -= Decimal(pieces)
        return found

    def _msi(self, order: Book, there: Book, strict: bool) -> Iterator[tuple[Place, Decimal]]:
        """What the company has taken off and the shop takes off once more."""
        for sku in order["pieces"]:
            lines = [line for line in there["lines"] if line["kind"] == "item" and line["code"] == sku]
            allocated = sum((off_the_figure(line)[0] for line in lines), ZERO)
            despatched = sum((off_the_figure(line)[1] for line in lines), ZERO)
            awaited = Decimal(order["awaited"].get(sku, "0"))
            # the shop hears of virtual goods by their invoice alone, whoever made it
            heard = order["invoices"] if order["virtual"] else ours(order)
            taken = allocated + despatched - sum(picked(order, each)[sku] for each in heard)
            twice = max(min(taken, awaited), ZERO) if strict else max(allocated, taken, ZERO)
            for source, pieces in self._left_from(order, there, sku).items():
                part = min(pieces, twice)
                twice -= part
                yield (sku, source), part
            usual = self._terms.sources.get(lines[0]["warehouse"]) if lines else None
            if usual is not None:
                yield (sku, usual), twice

    def _left_from(self, order: Book, there: Book, sku: str) -> dict[str, Decimal]:
        """What left of an item and the shop has no shipment of, by the source that the shipment will debit."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for (code, warehouse), pieces in self._despatched.get(there["id"], {}).items():
            source = self._terms.sources.get(warehouse)
            if code == sku and source is not None:
                found[source] += pieces
        for shipment in ours(order):
            found[shipment["source_code"]] -= picked(order, shipment)[sku]
        return {source: pieces for source, pieces in found.items() if pieces > 0}

    def _legacy(self, order: Book, there: Book, strict: bool) -> Iterator[tuple[Place, Decimal]]:
        """What the company still owes and has not taken off its free stock."""
        if there["status"] in ("cancelled", "complete"):
            return
        for line in there["lines"]:
            if line["kind"] == "item" and line["code"] in order["pieces"]:
                owed = Decimal(line["quantity"]) - sum(off_the_figure(line))
                if strict or order["state"] not in ("canceled", "closed"):
                    yield (line["code"], "default"), -max(owed, ZERO)


def off_the_figure(line: Book) -> tuple[Decimal, Decimal]:
    """What the company's figure is without because of a line: allocated, and despatched.

    Of a company whose figures are of an earlier time, and that tells no more of an order than that it has it, the
    book says what its last figure was without (`held`).
    """
    if "held" in line:
        return Decimal(line["held"]), ZERO
    return Decimal(line["allocated"]), Decimal(line["despatched"])


def ours(order: Book) -> list[Book]:
    """The shipments of an order that the hub has made."""
    return [
        each
        for each in order["shipments"]
        if any((comment or "").startswith(KINDS[0].mark) for comment in each["comments"])
    ]


def kept_back(on_hand: Decimal) -> Decimal:
    """The buffer, rounded up."""
    return (max(on_hand, ZERO) * BUFFER).quantize(WHOLE, ROUND_CEILING)


def never_too_much(writes: Iterable[StockWrite], verdict: Verdict) -> None:
    """No number that was published was above what could be shipped when it was calculated."""
    for write in writes:
        if write.quantity > write.most:
            verdict.add(
                "never more than there is",
                f"{write.sku}@{write.source}",
                f"{write.quantity} published at {write.at}, {write.most} could be shipped",
            )


def never_too_few(writes: Iterable[StockWrite], verdict: Verdict) -> None:
    """No number that was published kept from the shop what it still has to ship."""
    for write in writes:
        if write.quantity < write.least:
            verdict.add(
                "what is sold can be shipped",
                f"{write.sku}@{write.source}",
                f"{write.quantity} published at {write.at}, {write.least} are there, or owed to shoppers",
            )


def settled(shop: Book, company: Book, terms: Terms, verdict: Verdict) -> None:
    """When nothing moves any more, the shop shows exactly what the formula says: each sale counted once."""
    shelf = Shelf(shop, company, terms)
    unclear = shelf.unclear()
    sold = {sku for sku, each in shop["products"].items() if each["type"] == "simple"}
    for (sku, source), wanted in shelf.exact().items():
        if sku in sold and sku not in unclear:
            shown = Decimal(shop["stock"].get(sku, {}).get(source, "-1"))
            if shown != wanted:
                verdict.unexplained += 1
                verdict.add(
                    "each sale counts once",
                    f"{sku}@{source}",
                    f"the shop has {shown}, the formula says {wanted}",
                )
