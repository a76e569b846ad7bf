"""The advisor's own numbers: sales from the captured orders, gaps from the cycles, and the curve."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from tidegate.config.model import CompanySettings
from tidegate.domain.money import plain, total
from tidegate.domain.stock.advice import (
    Buffer,
    Elsewhere,
    Option,
    SkuClass,
    Target,
    classes,
    explore,
    together,
)
from tidegate.flows.stored_order import read_order
from tidegate.ledger import movements, period

#: So many whole days of movements are needed: every day of the week has its own trade.
ENOUGH = 7
#: With fewer orders no SKU's rate is known, and nothing is recommended.
ENOUGH_ORDERS = 30
USUAL_PERCENT = 100
DAY = timedelta(days=1)
CADENCES = (300, 900, 3600, 14_400, 86_400)  #: seconds
BUFFERS = (*(Buffer(percent=each) for each in (0, 5, 10, 20)), *(Buffer(pieces=each) for each in (1, 2, 5)))


@dataclass(frozen=True, slots=True)
class Gaps:
    """Seconds between the cycles of the flow `inventory`; None before there were two."""

    usual: int | None
    longest: int | None


@dataclass(frozen=True, slots=True)
class Advice:
    """What was measured, what was assumed, every option, and one for each class."""

    orders: int
    days: int
    classes: tuple[SkuClass, ...]
    gaps: Gaps
    options: tuple[Option, ...]
    recommended: tuple[Option, ...]
    measured: tuple[str, ...]
    assumed: tuple[str, ...]
    too_little: str = ""  #: why nothing is recommended; "" = there is history enough


class Dice:
    """Chance from one generator, so that one seed gives one advice."""

    def __init__(self, generator: random.Random) -> None:
        self._generator = generator

    def below(self, limit: int) -> int:
        return self._generator.randrange(limit)

    def pause(self, per_day: int) -> int:
        return int(self._generator.expovariate(per_day / 1000 / 86_400)) + 1


def advise(
    connection: str,
    company: CompanySettings,
    now: datetime,
    dice: Dice,
    *,
    skus: Mapping[str, str],
    days: int,
    other_percent: int | None,
    cover_days: int,
    target: Target,
) -> Advice | None:
    """Advice for one connection from its last `days` days; None without any sale.

    `skus` are Sage's codes of SKUs that have another name there. `other_percent` is what other channels sell, in
    percent of the web's; None = as Sage's stock has moved, where the ledger has watched that long enough.
    """
    since, zone = now - timedelta(days=days), ZoneInfo(company.time_zone)
    sold, hours, orders = sales(connection, since, now, zone)
    if not sold:
        return None
    today, measures, assumed = now.astimezone(zone).date(), [], []
    elsewhere = watched(connection, today, days, {sku: skus.get(sku, sku) for sku in sold})
    if other_percent is not None or elsewhere.days < ENOUGH:
        reason = "as you specified" if other_percent is not None else unwatched(elsewhere.days)
        elsewhere = Elsewhere(percent=USUAL_PERCENT if other_percent is None else other_percent)
        assumed.append(
            f"other channels sell {elsewhere.percent} % of what the web sells, at the same hours: {reason}"
        )
    else:
        pieces = total(elsewhere.pieces.values())
        measures.append(
            f"other channels took {plain(pieces)} pieces of these SKUs in {elsewhere.days} days: pieces "
            "that left Sage's stock between two cycles and were not on a web order"
        )
        assumed.append("other channels sell at the same hours as the web")
    gaps = gaps_of(period.cycles(connection, "inventory", since))
    found = classes(sold, days, hours, elsewhere)
    measured = (gaps.usual,) if gaps.usual else ()
    cadences = sorted({*CADENCES, *(each for each in measured if 60 <= each <= 86_400)})
    options = explore(found, cadences, BUFFERS, dice, cover_days=cover_days)
    assumed.append(
        f"one delivery of goods lasts {cover_days} days, and overselling can happen when it runs out"
    )
    if gaps.usual is None:
        assumed.append(
            "no cycle of the flow inventory has run yet: intervals are compared, but none was measured"
        )
    too_little = ""
    if orders < ENOUGH_ORDERS:
        too_little = (
            f"{orders} orders in {days} days; at least {ENOUGH_ORDERS} are needed for a meaningful rate"
        )
    recommended = () if too_little else together(options, target)
    return Advice(
        orders, days, found, gaps, options, recommended, tuple(measures), tuple(assumed), too_little
    )


def watched(connection: str, today: date, days: int, codes: Mapping[str, str]) -> Elsewhere:
    """What left Sage's stock for other than web orders, by the web's SKU; `codes` are Sage's own.

    Today is not over, and is left out; so is the day of the first reading, which was not seen whole.
    """
    begun = movements.watched_since(connection)
    if begun is None:
        return Elsewhere()
    first = max(begun + DAY, today - min(timedelta(days=days), movements.KEPT))
    left = movements.left(connection, first, today)
    pieces = {sku: left[code] for sku, code in codes.items() if code in left}
    return Elsewhere(pieces=pieces, days=max((today - first).days, 0))


def unwatched(days: int) -> str:
    """Why movements are not used yet."""
    return f"the ledger has watched Sage's stock for {days} whole days, and {ENOUGH} are needed"


def sales(
    connection: str, since: datetime, now: datetime, zone: ZoneInfo
) -> tuple[dict[str, int], list[int], int]:
    """Pieces by SKU, orders' lines by hour of the day, and how many orders."""
    sold: Counter[str] = Counter()
    hours = [0] * 24
    orders = 0
    for row in period.orders(connection, since, now):
        if not row.document or row.state == "cancelled":
            continue
        order = read_order(row.document)
        orders += 1
        for line in order.lines:
            sold[line.sku] += max(int(line.quantity), 1)
            hours[order.created_at.astimezone(zone).hour] += 1
    return dict(sold), hours, orders


def gaps_of(cycles: Sequence[datetime]) -> Gaps:
    """The usual (median) and the longest time between two cycles."""
    gaps = sorted(int((after - before).total_seconds()) for before, after in pairwise(cycles))
    return Gaps(gaps[len(gaps) // 2], gaps[-1]) if gaps else Gaps(None, None)


def draw(advice: Advice, path: Path) -> None:
    """The curves: risk against cadence, a panel for each class, a line for each buffer; a star is the advice.

    SVG or PNG. The axis of the risk is linear up to 1 in 1000 and logarithmic above: both ends can be read.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

    figure = Figure(figsize=(5 * len(advice.classes) + 1, 4.5), layout="constrained")
    panels = figure.subplots(1, len(advice.classes), sharey=True, squeeze=False)[0]
    for panel, each in zip(panels, advice.classes, strict=True):
        mine = [option for option in advice.options if option.sku_class == each.name]
        for buffer in BUFFERS:
            points = [option for option in mine if option.buffer == buffer]
            panel.plot(
                [option.cadence for option in points],
                [float(option.oversold) for option in points],
                marker="o",
                markersize=3,
                label=f"{buffer} held back",
            )
        for option in advice.recommended:
            if option.sku_class == each.name:
                panel.plot(
                    [option.cadence],
                    [float(option.oversold)],
                    marker="*",
                    markersize=16,
                    color="black",
                    linestyle="",
                    zorder=5,
                    label=f"recommended: every {every(option.cadence)}, {option.buffer}",
                )
        panel.set_xscale("log")
        cadences = sorted({option.cadence for option in mine})
        panel.xaxis.set_major_locator(FixedLocator(cadences))
        panel.xaxis.set_minor_locator(NullLocator())
        panel.set_xticklabels([every(cadence) for cadence in cadences], rotation=45)
        panel.set_yscale("symlog", linthresh=1)
        panel.yaxis.set_major_formatter(ScalarFormatter())
        panel.set_title(
            f"{each.name}: {each.skus} SKUs, {each.web / 1000:g} web pieces a day each", fontsize=10
        )
        panel.set_xlabel("time between two publications")
        panel.grid(alpha=0.3)
        panel.legend(fontsize="x-small", loc="upper left")
    panels[0].set_ylim(bottom=0)  # of all: set before the last curve, it would cut what is higher
    panels[0].set_ylabel("oversold, of 1000 pieces that the web sells")
    if advice.too_little:
        figure.suptitle(f"Too little history: {advice.too_little}", color="darkred", fontsize=10)
    figure.savefig(
        path,
        format=path.suffix.removeprefix(".").lower() or "svg",
        metadata={"Date": None} if path.suffix == ".svg" else None,
    )


def every(seconds: int) -> str:
    """A cadence as a label: `15 min`, `4 h`, `1 d`."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds // 60} min {seconds % 60} s" if seconds > 60 else f"{seconds} s"
