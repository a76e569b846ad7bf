"""`tidegate simulate`: weeks by their seeds, side by side, and one summary."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import structlog
from rich.progress import Progress

from tidegate.simulation import campaign_file, coverage, fault_states, shrinking
from tidegate.simulation.campaign_file import Campaign
from tidegate.simulation.haste import make_haste
from tidegate.simulation.run import Outcome, run_week
from tidegate.simulation.summary import Summary


def main(
    *,
    seeds: int,
    first: int,
    products: Sequence[str],
    jobs: int,
    as_json: bool,
    at_least: int = 0,
    shrink: Path | None = None,
    keep: Path | None = None,
    days: int | None = None,
) -> int:
    """Run `seeds` weeks of each product from seed `first`, but for those that `keep` has already.

    `days` is how long they are; None: as each seed has it.

    0 when no promise was broken and no cell of either table has fewer than `at_least` faults. Raises OtherFile
    where `keep` is not this campaign's.
    """
    campaign = Campaign(days) if keep is None else campaign_file.read(keep, days)
    left = list(campaign.left(range(first, first + seeds), products))
    summary = campaign.summary
    with Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("weeks", total=len(left))
        for sage, outcome in outcomes(left, jobs, days):
            campaign.add(outcome, sage)
            for each in outcome.violations:  # a campaign of hours says at once what it has found
                sys.stderr.write(f"{sage} seed {outcome.seed}: {each['promise']}: {each['subject']}\n")
            if keep is not None:
                campaign_file.write(keep, campaign)
            progress.advance(task)
    if shrink is not None:
        write_shrunk(summary, shrink, days)
    seldom = summary.seldom(at_least)
    if as_json:
        sys.stdout.write(json.dumps({**summary.as_dict(), "seldom": seldom}) + "\n")
    else:
        tell(summary, at_least)
        sys.stdout.writelines(f"FEWER THAN {at_least}: {cell}\n" for cell in seldom)
    broken = summary.violations or summary.lost or summary.doubled or summary.unexplained
    return 1 if broken or seldom else 0


def write_shrunk(summary: Summary, folder: Path, days: int | None = None) -> None:
    """Each week that broke a promise, with the fewest events that still break the first of them, into a file."""
    prepare()
    first = {(each["sage"], each["seed"]): each["promise"] for each in reversed(summary.violations)}
    for (sage, seed), promise in sorted(first.items()):
        path, left = shrinking.shrink(seed, sage, promise, folder, days)
        more = "" if left.smallest else ", not yet the smallest"
        sys.stderr.write(f"{path}: {promise} with {len(left.events)} events, after {left.runs} runs{more}\n")


def outcomes(
    weeks: Iterable[tuple[int, str]], jobs: int, days: int | None = None
) -> Iterator[tuple[str, Outcome]]:
    """The weeks, in any order, each with its product."""
    lived = partial(whole_week, days=days)
    if jobs == 1:
        prepare()
        yield from map(lived, weeks)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, initializer=prepare) as pool:
        yield from pool.imap_unordered(lived, weeks)


def whole_week(week: tuple[int, str], days: int | None = None) -> tuple[str, Outcome]:
    """One week, by seed and product; an error that ends it is a violation of its own, and the other weeks go on."""
    seed, sage = week
    try:
        return sage, run_week(seed, sage=sage, days=days)
    except Exception as error:
        text = f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-3)}"
        ended = {"promise": "a week comes to its end", "subject": f"seed {seed}", "text": text}
        return sage, Outcome(seed, violations=[ended], days=days)


def prepare() -> None:
    """A process that is to run weeks."""
    # read when the first table is made; weeks run side by side, and for sixty rows several threads cost more than they do
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    quiet()
    make_haste()


def quiet() -> None:
    """A simulated week says nothing about its thousands of failures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def tell(summary: Summary, at_least: int) -> None:
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
    sys.stdout.writelines(f"{line}\n" for line in fault_states.table_lines(summary.state_cells, at_least))
    for each in summary.violations:
        write(f"VIOLATION {each['promise']}: {each['subject']}: {each['text']}\n  replay: {each['replay']}\n")
