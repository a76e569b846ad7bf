"""Which kind of fault must strike which kind of call, and how often each has: the cells of one table.

A kind of call is what the hub has to do when it fails: read again, look up what it has sent, set the value again.
A kind of fault is what the hub can tell apart; the names that draws give to shades of one kind count together.
A cell is left out where the fault cannot mean anything: a read has no effect that comes late or twice, an odd 4xx
at a write is the system's own refusal, a figure that nobody can read stands in an answer to a read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tidegate.simulation.target import MAGENTO, SAGE

#: Of any call. At a read, a 504 has no effect.
COMMON = (
    *("refuse", "drop_before", "cut_body", "login_page", "garbage", "slow", "drip"),
    *("status-401", "status-403", "status-408", "status-418", "status-418-words"),
    *("status-429", "status-429-retry-after", "pause-absurd"),
    *("status-500", "status-502", "status-503", "status-504-effect"),
)
READ = (*COMMON, "odd-page", "odd-words", "unreadable")
WRITE = (*COMMON, "drop_after", "late", "login_page-effect", "status-500-effect")
#: Shades of a kind, by the beginnings of their names.
SHADES = (
    (r"odd-\d+-page", "odd-page"),
    (r"odd-\d+-json", "odd-words"),
    (r"pause-.*|status-429-absurd", "pause-absurd"),
    ("page-for-write|login-page-delete", "login_page"),
    ("page-for-write-effect", "login_page-effect"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of call: the first whose `method` and `path` fit, "" for any."""

    name: str
    system: str
    method: str
    path: str
    kinds: tuple[str, ...]


CALLS = (
    Call("sign-in", SAGE, "", "oauth/token$|/apikeys$", WRITE),
    Call("company read", SAGE, "GET", "", (*READ, "status-404")),
    Call("order sent", SAGE, "", "sop_orders$|^/?u/", WRITE),
    Call("order deleted", SAGE, "DELETE", "", WRITE),
    Call("account, receipt, allocation sent", SAGE, "", "", WRITE),
    Call("shop read", MAGENTO, "GET", "", READ),
    Call("prices asked for by POST", MAGENTO, "POST", "-information$", ()),
    Call("order noted in the shop", MAGENTO, "POST", "^orders", WRITE),
    Call("document made in the shop", MAGENTO, "POST", "^(order|shipment)/", WRITE),
    Call("value set in the shop", MAGENTO, "", "", WRITE),
)
#: What strikes at calls of its own nature, or none: one cell each, whatever the call.
NATURE = "by its nature"
BY_NATURE = (
    *("lock", "seats", "token_revoked", "closed_period", "late_commit"),
    *("poison_order", "page_cap", "maintenance", "ignore_sort"),
    *("short_queries", "slow_large_reads", "count_lies"),
    *("bulk_lies", "consumer_stopped"),
    *("another company closed", "locked unannounced", "process death", "second hub"),
    *("ledger restored", "retried twice", "clock jump", "two ledgers"),
)
Cells = Mapping[str, Mapping[str, int]]
"""How often, by kind of call and kind of fault; every meaningful cell is there."""


def kind_of(name: str) -> str:
    """The kind of fault that a draw's name stands for."""
    return next((kind for shade, kind in SHADES if re.fullmatch(shade, name)), name)


def call_of(system: str, method: str, path: str) -> str:
    """The kind of a call; `path` below the version, as the faults of a simulator count it."""
    return next(
        each.name
        for each in CALLS
        if each.system == system and each.method in ("", method) and re.search(each.path, path)
    )


def injected(system: str, by_call: Mapping[str, int]) -> Counter[str]:
    """One system's counts by "name METHOD path", as counts by "kind @ kind of call"."""
    counted: Counter[str] = Counter()
    for call, count in by_call.items():
        name, method, path = call.split(" ", 2)  # a SKU in a path may hold blanks
        counted[f"{kind_of(name)} @ {call_of(system, method, path)}"] += count
    return counted


def table(injections: Mapping[str, int], faults: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """All cells: `injections` by kind and call, `faults` by name."""
    cells = {
        call.name: {kind: injections.get(f"{kind} @ {call.name}", 0) for kind in call.kinds}
        for call in CALLS
        if call.kinds
    }
    cells[NATURE] = {kind: faults.get(kind, 0) for kind in BY_NATURE}
    return cells


def below(cells: Cells, least: int) -> Iterator[str]:
    """The cells that have fewer than `least`, by name."""
    for call, row in cells.items():
        for kind, count in row.items():
            if count < least:
                yield f"{kind} at {call}: {count}"


def table_lines(cells: Cells) -> Iterator[str]:
    """The table for people: a block for each kind of call, as many cells in a line as 80 columns hold."""
    for call, row in cells.items():
        yield f"struck: {call}"
        line = ""
        for kind, count in row.items():
            cell = f"  {kind} {count}"
            if line and len(line) + len(cell) > 80:
                yield line
                line = ""
            line += cell
        yield line
