"""Depth and age over time: samples become shapes here, templates draw them. A gap is where no hub looked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tidegate.ledger import depths
from tidegate.ledger.depths import PLACES, Sample

WIDTH, HEIGHT = 960.0, 120.0
#: Shapes have so many corners at most; of the samples between them the deepest is drawn.
MOST = 288
#: Lines of the table that says the same in figures.
LINES = 24
#: How far back a plot looks: name in the address, words, span.
SPANS = (
    ("1d", "a day", timedelta(days=1)),
    ("7d", "a week", timedelta(days=7)),
    ("31d", "a month", timedelta(days=31)),
)


def span_of(name: str) -> tuple[str, timedelta]:
    """The span that an address names, a day for anything else."""
    return next(((each, span) for each, _, span in SPANS if each == name), (SPANS[0][0], SPANS[0][2]))


def plot(samples: Sequence[Sample], start: datetime, end: datetime) -> dict[str, Any] | None:
    """Both drawings with their scales and the table; None without a sample."""
    if not samples:
        return None
    drawn = thinned(samples, start, end, MOST)
    top = scale(max(each.depth for each in drawn))
    ages = [(each, age(each)) for each in drawn]
    oldest = scale(max(int(hours) + 1 for _, hours in ages))
    runs = list(unbroken(drawn, start, end))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "top": top,
        "oldest": oldest,
        "areas": [
            {"place": place, "points": area(run, place, top, start, end)}
            for place in reversed(PLACES)
            if any(getattr(each, place) for each in drawn)
            for run in runs
        ],
        "places": [place for place in PLACES if any(getattr(each, place) for each in drawn)],
        "lines": [
            " ".join(f"{x(each.at, start, end)},{y(age(each), oldest)}" for each in padded(run))
            for run in runs
        ],
        "table": [
            {"at": each.at, "depth": each.depth, "sample": each, "age": age(each) * 3600}
            for each in reversed(thinned(samples, start, end, LINES))
        ],
        "now": samples[-1],
    }


def spark(samples: Sequence[Sample], start: datetime, end: datetime) -> dict[str, Any] | None:
    """The depth alone, as a small line."""
    if not samples:
        return None
    top = max(1, max(each.depth for each in samples))
    drawn = thinned(samples, start, end, MOST // 3)
    return {
        "lines": [
            " ".join(f"{x(each.at, start, end)},{y(each.depth, top)}" for each in padded(run))
            for run in unbroken(drawn, start, end)
        ],
        "top": max(each.depth for each in samples),
        "width": WIDTH,
        "height": HEIGHT,
    }


def thinned(samples: Sequence[Sample], start: datetime, end: datetime, most: int) -> list[Sample]:
    """The deepest sample of each of `most` equal parts of the span."""
    part = max(depths.EVERY, (end - start) / most)
    deepest: dict[int, Sample] = {}
    for each in samples:
        place = (each.at - start) // part
        if place not in deepest or each.depth > deepest[place].depth:
            deepest[place] = each
    return [deepest[place] for place in sorted(deepest)]


def unbroken(samples: Sequence[Sample], start: datetime, end: datetime) -> Iterator[list[Sample]]:
    """The samples in runs without a gap."""
    longest = max(2 * depths.EVERY, 2 * (end - start) / MOST)
    run: list[Sample] = []
    for each in samples:
        if run and each.at - run[-1].at > longest:
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def padded(run: list[Sample]) -> list[Sample]:
    """A run that can be seen: a lone sample lasts for its quarter of an hour."""
    return run if len(run) > 1 else [run[0], replace(run[0], at=run[0].at + depths.EVERY)]


def area(run: list[Sample], place: str, top: float, start: datetime, end: datetime) -> str:
    """The corners of one place's area, on top of the places before it."""
    run = padded(run)
    below = PLACES[: PLACES.index(place)]
    upper = [(each.at, sum(getattr(each, name) for name in (*below, place))) for each in run]
    lower = [(each.at, sum(getattr(each, name) for name in below)) for each in reversed(run)]
    return " ".join(f"{x(at, start, end)},{y(count, top)}" for at, count in (*upper, *lower))


def x(at: datetime, start: datetime, end: datetime) -> float:
    """Where an instant lies."""
    return round(max(0.0, min(1.0, (at - start) / (end - start))) * WIDTH, 1)


def y(value: float, top: float) -> float:
    """Where a figure lies; nothing is at the bottom."""
    return round(HEIGHT - value / top * (HEIGHT - 4), 1)


def age(sample: Sample) -> float:
    """For how many hours the oldest had waited then."""
    return max(0.0, (sample.at - sample.oldest).total_seconds() / 3600) if sample.oldest else 0.0


def scale(most: int) -> int:
    """The round figure at the top of a scale: 1, 2 or 5 and noughts."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power >= most:
                return step * power
        power *= 10
