"""Where a campaign of days keeps what it has run, so that it goes on where it was broken off.

One JSON file: the version, the weeks' length, the sums, and the seeds that are done, by product. It is replaced as a whole after each
week, so that a campaign that dies has lost the weeks that were under way and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tidegate import __version__
from tidegate.simulation.run import Outcome
from tidegate.simulation.summary import Summary

Span = tuple[int, int]
"""The first and the last of seeds that follow each other."""


class OtherFile(ValueError):
    """A file that is not this campaign's; the text says what to do."""


@dataclass
class Campaign:
    """What has been run: its sums, and the seeds by product, in weeks of so many days (None: as each seed has it)."""

    days: int | None = None
    summary: Summary = field(default_factory=Summary)
    done: dict[str, set[int]] = field(default_factory=dict)

    def add(self, outcome: Outcome, sage: str) -> None:
        """One more week."""
        self.summary.add(outcome, sage)
        self.done.setdefault(sage, set()).add(outcome.seed)

    def left(self, seeds: Iterable[int], products: Iterable[str]) -> Iterator[tuple[int, str]]:
        """What is still to be run: each seed with all products before the next."""
        names = list(products)
        return ((seed, sage) for seed in seeds for sage in names if seed not in self.done.get(sage, ()))


def read(path: Path, days: int | None = None) -> Campaign:
    """What was kept; an empty campaign where there is no such file yet.

    Raises OtherFile for another file, for one of another version, since its weeks prove nothing about this one, and
    for one of weeks of other lengths, since a seed makes another week with them.
    """
    if not path.exists():
        return Campaign(days)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        version = kept["tidegate"]
        done = {sage: set(seeds_of(spans)) for sage, spans in kept["done"].items()}
        campaign = Campaign(kept.get("days"), Summary.kept(kept["summary"]), done)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OtherFile(f"{path} is no file of a campaign: name another one") from error
    if version != __version__:
        raise OtherFile(f"{path} is of Tidegate {version}, and this is {__version__}: name another file")
    if campaign.days != days:
        begun = "without --days" if campaign.days is None else f"with --days {campaign.days}"
        raise OtherFile(f"{path} was begun {begun}: go on in the same way, or name another file")
    return campaign


def write(path: Path, campaign: Campaign) -> None:
    """Replace the file."""
    kept: dict[str, Any] = {
        "tidegate": __version__,
        "days": campaign.days,
        "done": {sage: list(spans_of(seeds)) for sage, seeds in sorted(campaign.done.items())},
        "summary": campaign.summary.to_keep(),
    }
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, path)


def spans_of(seeds: Iterable[int]) -> Iterator[Span]:
    """Seeds as spans, in order."""
    first: int | None = None
    last = 0
    for seed in sorted(seeds):
        if first is None:
            first = seed
        elif seed != last + 1:
            yield first, last
            first = seed
        last = seed
    if first is not None:
        yield first, last


def seeds_of(spans: Iterable[Iterable[int]]) -> Iterator[int]:
    """The seeds of spans."""
    for first, last in spans:
        yield from range(first, last + 1)
