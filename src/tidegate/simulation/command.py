"""`tidegate simulate`: weeks by their seeds, side by side, and one summary."""

from __future__ import annotations

import json
import logging
import multiprocessing
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from rich.progress import Progress

from tidegate.simulation import coverage, shrinking
from tidegate.simulation.haste import make_haste
from tidegate.simulation.run import Outcome, run_week

#: What is summed up over all weeks.
COUNTED = (
    *("orders", "cycles", "deaths", "lost", "doubled", "unexplained"),
    *("shipments", "invoices", "payments", "credits", "stock_writes", "price_writes"),
)


@dataclass
class Summary:
    """All weeks of one campaign."""

    seeds: int = 0
    orders: int = 0
    cycles: int = 0
    deaths: int = 0
    lost: int = 0
    doubled: int = 0
    unexplained: int = 0
    shipments: int = 0
    invoices: int = 0
    payments: int = 0
    credits: int = 0
    stock_writes: int = 0
    price_writes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    faults_by_call: Counter[str] = field(default_factory=Counter)
    injections: Counter[str] = field(default_factory=Counter)
    violations: list[dict[str, Any]] = field(default_factory=list)

    def add(self, outcome: Outcome, sage: str) -> None:
        """One more week."""
        self.seeds += 1
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + getattr(outcome, name))
        self.faults.update(outcome.faults)
        self.faults_by_call.update(outcome.faults_by_call)
        self.injections.update(outcome.injections)
        replay = f"tidegate simulate --seeds 1 --first {outcome.seed} --sage {sage}"
        self.violations += [{"seed": outcome.seed, **each, "replay": replay} for each in outcome.violations]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        sorted_counts = {
            name: dict(sorted(getattr(self, name).items())) for name in ("faults", "faults_by_call")
        }
        return {**self.__dict__, **sorted_counts, "injections": self.cells}

    @property
    def cells(self) -> coverage.Cells:
        """How often each kind of fault struck each kind of call."""
        return coverage.table(self.injections, self.faults)


def main(
    *,
    seeds: int,
    first: int,
    sage: str,
    jobs: int,
    as_json: bool,
    at_least: int = 0,
    shrink: Path | None = None,
) -> int:
    """Run `seeds` weeks from seed `first`; 0 when no promise was broken and no cell has fewer than `at_least` faults."""
    summary = Summary()
    with Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("weeks", total=seeds)
        for outcome in outcomes(range(first, first + seeds), sage, jobs):
            summary.add(outcome, sage)
            for each in outcome.violations:  # a campaign of hours says at once what it has found
                sys.stderr.write(f"seed {outcome.seed}: {each['promise']}: {each['subject']}\n")
            progress.advance(task)
    if shrink is not None:
        write_shrunk(summary, sage, shrink)
    seldom = list(coverage.below(summary.cells, at_least))
    if as_json:
        sys.stdout.write(json.dumps({**summary.as_dict(), "seldom": seldom}) + "\n")
    else:
        tell(summary)
        sys.stdout.writelines(f"FEWER THAN {at_least}: {cell}\n" for cell in seldom)
    broken = summary.violations or summary.lost or summary.doubled or summary.unexplained
    return 1 if broken or seldom else 0


def write_shrunk(summary: Summary, sage: str, folder: Path) -> None:
    """Each week that broke a promise, with the fewest events that still break the first of them, into a file."""
    prepare()
    first = {each["seed"]: each["promise"] for each in reversed(summary.violations)}
    for seed, promise in sorted(first.items()):
        path, left = shrinking.shrink(seed, sage, promise, folder)
        more = "" if left.smallest else ", not yet the smallest"
        sys.stderr.write(f"{path}: {promise} with {len(left.events)} events, after {left.runs} runs{more}\n")


def outcomes(seeds: range, sage: str, jobs: int) -> Iterator[Outcome]:
    """The weeks, in any order."""
    if jobs == 1:
        prepare()
        yield from map(partial(whole_week, sage=sage), seeds)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, initializer=prepare) as pool:
        yield from pool.imap_unordered(partial(whole_week, sage=sage), seeds)


def whole_week(seed: int, sage: str) -> Outcome:
    """One week; an error that ends it is a violation of its own, and the other weeks go on."""
    try:
        return run_week(seed, sage=sage)
    except Exception as error:
        text = f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-3)}"
        ended = {"promise": "a week comes to its end", "subject": f"seed {seed}", "text": text}
        return Outcome(seed, violations=[ended])


def prepare() -> None:
    """A process that is to run weeks."""
    quiet()
    make_haste()


def quiet() -> None:
    """A simulated week says nothing about its thousands of failures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def tell(summary: Summary) -> None:
    """For people."""
    write = sys.stdout.write
    write(
        f"{summary.seeds} weeks, {summary.orders} orders, {summary.cycles} cycles, {summary.deaths} deaths\n"
    )
    write(
        f"{summary.shipments} shipments, {summary.invoices} invoices, {summary.payments} payments, "
        f"{summary.credits} credits, {summary.stock_writes} stock values, {summary.price_writes} price calls\n"
    )
    write(f"lost {summary.lost}, doubled {summary.doubled}, unexplained {summary.unexplained}\n")
    write("faults: " + ", ".join(f"{kind} {count}" for kind, count in sorted(summary.faults.items())) + "\n")
    sys.stdout.writelines(f"{line}\n" for line in coverage.table_lines(summary.cells))
    for each in summary.violations:
        write(f"VIOLATION {each['promise']}: {each['subject']}: {each['text']}\n  replay: {each['replay']}\n")
