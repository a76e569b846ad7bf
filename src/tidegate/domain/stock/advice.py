"""How often to publish stock and how much to hold back: oversell risk against cadence and buffer.

Between two publications the web sells from the number published last, while other channels sell from the
real stock. A web sale beyond the real stock is oversold; one that the buffer turned away is refused. The
end of a product's stock is played many times with the company's own rates; chance is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from tidegate.domain.money import ZERO, quotient, rounded, total

DAY = 86_400
HOUR = 3_600
EVEN = (1,) * 24  #: sales spread evenly over the day
PROFILE = 240  #: fewer lines than this say nothing about single hours
#: Classes by their part of all pieces sold, in percent: the first 80 are `fast`, the next 15 `medium`.
CLASSES = (("fast", 80), ("medium", 95), ("slow", 100))
EVENTS = 5_000  #: sales that are played for one option, about
RUNS = 300  #: ends of a stock that are played for one option at most


class Chance(Protocol):
    """Where chance comes from."""

    def below(self, limit: int) -> int:
        """A whole number from 0 to below `limit`, each as likely."""
        ...

    def pause(self, per_day: int) -> int:
        """Seconds until the next event, exponential, for a rate in thousandths of an event a day."""
        ...


@dataclass(frozen=True, slots=True)
class SkuClass:
    """SKUs that sell alike. Rates are thousandths of a piece a day, for one SKU."""

    name: str
    skus: int
    web: int
    other: int
    hours: tuple[int, ...] = EVEN  #: weights of the 24 hours, in the company's time zone


@dataclass(frozen=True, slots=True)
class Buffer:
    """What is held back: percent of the stock, rounded up, or pieces."""

    percent: int = 0
    pieces: int = 0

    def of(self, stock: int) -> int:
        """Pieces held back of a stock."""
        return max(-(-stock * self.percent // 100), self.pieces) if stock > 0 else 0

    def __str__(self) -> str:
        return f"{self.percent} %" if self.percent or not self.pieces else f"{self.pieces} pieces"


@dataclass(frozen=True, slots=True)
class Option:
    """One cadence (seconds) with one buffer, and what came of it; per thousand web pieces."""

    sku_class: str
    cadence: int
    buffer: Buffer
    oversold: Decimal
    refused: Decimal


@dataclass(frozen=True, slots=True)
class Target:
    """What is acceptable: per thousand web pieces."""

    oversold: Decimal = Decimal(1)
    refused: Decimal = Decimal(50)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What other channels sell: pieces by the web's SKU in a number of days, or a percentage of the web's sales."""

    percent: int = 0
    pieces: Mapping[str, Decimal] = field(default_factory=dict)
    days: int = 0  #: 0 = by percent

    def rate(self, skus: Sequence[str], web: int) -> int:
        """Thousandths of a piece a day, for one of these SKUs; `web` is the web's own rate."""
        if not self.days:
            return web * self.percent // 100
        pieces = total(self.pieces.get(sku, ZERO) for sku in skus)
        return int(quotient(pieces * 1000, Decimal(len(skus) * self.days)))


def classes(
    sold: Mapping[str, int], days: int, hours: Sequence[int], elsewhere: Elsewhere
) -> tuple[SkuClass, ...]:
    """SKUs by how much the web sells of them; `sold` = pieces by SKU in `days`."""
    ranked = sorted(sold.items(), key=lambda each: (-each[1], each[0]))
    whole = sum(sold.values())
    groups: dict[str, list[str]] = {name: [] for name, _ in CLASSES}
    running = 0
    for sku, pieces in ranked:
        name = next(name for name, part in CLASSES if running * 100 < part * whole or part == 100)
        groups[name].append(sku)
        running += pieces
    weights = tuple(hours) if sum(hours) >= PROFILE else EVEN
    found = []
    for name, members in groups.items():
        if members:
            web = max(sum(sold[sku] for sku in members) * 1000 // (len(members) * days), 1)
            found.append(SkuClass(name, len(members), web, elsewhere.rate(members, web), weights))
    return tuple(found)


def explore(
    sku_classes: Iterable[SkuClass],
    cadences: Sequence[int],
    buffers: Sequence[Buffer],
    chance: Chance,
    *,
    cover_days: int = 14,
) -> tuple[Option, ...]:
    """Every cadence with every buffer for every class. `cover_days` = how long one delivery lasts."""
    return tuple(
        play(each, cadence, buffer, chance, cover_days)
        for each in sku_classes
        for cadence in cadences
        for buffer in buffers
    )


def play(sku: SkuClass, cadence: int, buffer: Buffer, chance: Chance, cover_days: int) -> Option:
    """Play the end of the stock often enough; what was sold before the end had no risk."""
    rate = sku.web + sku.other
    cover = max(rate * cover_days // 1000, 1)
    peak = max(sku.hours) * 24 // max(sum(sku.hours), 1) + 1
    end = min(4 * peak * (rate * cadence // (1000 * DAY)) + 2 * buffer.of(cover) + 5, cover)
    runs = min(max(EVENTS // end, 5), RUNS)
    sales = oversold = refused = 0
    for _ in range(runs):
        web, beyond, turned_away = _deplete(sku, end, cadence, buffer, chance)
        sales += web + (cover - end) * sku.web // rate
        oversold += beyond
        refused += turned_away
    return Option(sku.name, cadence, buffer, _per_thousand(oversold, sales), _per_thousand(refused, sales))


def _deplete(sku: SkuClass, stock: int, cadence: int, buffer: Buffer, chance: Chance) -> tuple[int, int, int]:
    """Sell until nothing is left and the store knows; web pieces wanted, oversold and refused."""
    rate, busiest = sku.web + sku.other, max(sku.hours)
    per_day = rate * busiest * 24 // max(sum(sku.hours), 1)
    now = chance.below(DAY)
    publication = now + chance.below(cadence)
    salable = max(stock - buffer.of(stock), 0)
    web = oversold = refused = 0
    while True:
        now += chance.pause(per_day)
        if publication <= now:  # of those in a pause only the first adds anything
            if stock == 0:
                return web, oversold, refused
            salable = max(stock - buffer.of(stock), 0)
            publication += cadence * ((now - publication) // cadence + 1)
            if salable == 0:  # the rest is held back until the next delivery: other channels may have it
                held_back = stock * sku.web // rate  # wanted by the web, too: no rate is above 1000
                return web + held_back, oversold, refused + held_back
        if chance.below(busiest) >= sku.hours[now // HOUR % 24]:
            continue
        if chance.below(rate) >= sku.web:
            stock = max(stock - 1, 0)
            continue
        web += 1
        if salable == 0:
            refused += stock > 0
        else:
            salable -= 1
            oversold += stock == 0
            stock = max(stock - 1, 0)


def _per_thousand(part: int, whole: int) -> Decimal:
    return rounded(quotient(Decimal(part * 1000), Decimal(max(whole, 1))), 2)


# --- recommendation -----------------------------------------------------------------------------


def recommend(options: Sequence[Option], target: Target) -> Option | None:
    """The slowest cadence that meets the target, with the buffer that refuses least.

    Where no option meets it, the one that oversells least.
    """
    good = [each for each in options if each.oversold <= target.oversold and each.refused <= target.refused]
    if good:
        return min(good, key=lambda each: (-each.cadence, each.refused, each.oversold))
    return min(options, key=lambda each: (each.oversold, each.refused, -each.cadence), default=None)


def together(options: Sequence[Option], target: Target) -> tuple[Option, ...]:
    """One cadence for all classes, as a connection has one: that of the most demanding; its buffers."""
    names = list(dict.fromkeys(each.sku_class for each in options))
    alone = [recommend([each for each in options if each.sku_class == name], target) for name in names]
    cadence = min((each.cadence for each in alone if each is not None), default=0)
    chosen = [
        recommend([each for each in options if each.sku_class == name and each.cadence == cadence], target)
        for name in names
    ]
    return tuple(each for each in chosen if each is not None)
