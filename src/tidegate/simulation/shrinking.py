"""A week that breaks a promise, made as short as it can be: the fewest events that still break it.

By delta debugging (Zeller and Hildebrandt, 2002): ever smaller parts of the script are left out, and whatever is not
needed stays out. The settings stay those of the seed. What remains is written to a file, from which it is run again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tidegate.simulation.event import Event
from tidegate.simulation.ledger_file import ledger_folder
from tidegate.simulation.products import LIVED
from tidegate.simulation.run import Outcome, Simulation
from tidegate.simulation.week import Week, write_week

#: Weeks that are run for one at most: some minutes.
MOST_RUNS = 150
#: What is broken by a week that an error has ended.
ENDED = "a week comes to its end"

Fails = Callable[[Sequence[Event]], bool]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What is left, after how many runs; `smallest` is False where the runs were used up."""

    events: tuple[Event, ...]
    runs: int
    smallest: bool


def shrunk(events: Sequence[Event], fails: Fails, most: int = MOST_RUNS) -> Shrunk:
    """The fewest of the events with which it still fails, in their order; it must fail with all of them."""
    kept, parts, runs = list(events), 2, 0
    while len(kept) >= 1:
        size = max(len(kept) // parts, 1)
        for start in range(0, len(kept), size):
            if runs >= most:
                return Shrunk(tuple(kept), runs, smallest=False)
            rest = kept[:start] + kept[start + size :]
            runs += 1
            if fails(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(kept))
    return Shrunk(tuple(kept), runs, smallest=True)


def outcome_of(week: Week) -> Outcome:
    """The week, run; an error that ends it is a violation, as in a campaign."""
    try:
        with ledger_folder() as folder:
            return Simulation(week, folder).run()
    except Exception as error:
        ended = {"promise": ENDED, "subject": f"seed {week.seed}", "text": f"{type(error).__name__}: {error}"}
        return Outcome(week.seed, violations=[ended])


def breaks(week: Week, promise: str) -> Fails:
    """Whether a week of some of the events breaks the promise."""

    def fails(events: Sequence[Event]) -> bool:
        found = outcome_of(replace(week, events=tuple(events)))
        return any(each["promise"] == promise for each in found.violations)

    return fails


def shrink(seed: int, sage: str, promise: str, folder: Path, days: int | None = None) -> tuple[Path, Shrunk]:
    """Shrink one seed's week of so many days, and write what is left into a file of the folder."""
    week = write_week(seed, house=LIVED[sage], days=days)
    left = shrunk(week.events, breaks(week, promise))
    path = folder / f"{sage}-{seed}.json"
    write(path, replace(week, events=left.events), promise)
    return path, left


def write(path: Path, week: Week, promise: str) -> None:
    """One event a line."""
    document = {"sage": week.house.lived_as, "seed": week.seed, "days": week.days, "promise": promise}
    lines = [
        json.dumps({"at": each.at.isoformat(), "what": each.what, "options": each.options})
        for each in week.events
    ]
    head = json.dumps(document)[:-1]
    events = ",\n  ".join(lines)
    path.write_text(f'{head},\n "events": [\n  {events}\n ]}}\n', encoding="utf-8")


def read(path: Path) -> tuple[Week, str]:
    """The week of a file, and the promise that it broke. ValueError for another file."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    try:
        week = write_week(document["seed"], house=LIVED[document["sage"]], days=document["days"])
        events = tuple(
            Event(datetime.fromisoformat(each["at"]), each["what"], each["options"])
            for each in document["events"]
        )
        return replace(week, events=events), str(document["promise"])
    except KeyError as missing:
        raise ValueError(f"{path}: no week that was shrunk: {missing} is missing") from None
