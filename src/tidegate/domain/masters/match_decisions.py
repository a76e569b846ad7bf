"""The decisions of a first load as a table that users edit: written, read back, checked as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tidegate.domain.foreign_text import csv_cell, csv_text
from tidegate.domain.masters.matching import Certainty, Pair

COLUMNS = (
    *("kind", "store_id", "store_name", "company_id", "company_name", "match", "rule", "others", "decision"),
)
KINDS = ("customer", "product")
ANSWERS = ("yes", "no", "")


@dataclass(frozen=True, slots=True)
class Decision:
    """One line that says yes: this record of the store is that of the company."""

    kind: str
    store_id: str
    company_id: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one line of the file; the heading is line 1."""

    line: int
    text: str


def write(pairs: Mapping[str, Sequence[Pair]]) -> str:
    """The table as CSV. Certain pairs are decided; the others wait for `yes` or `no`."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for kind, found in pairs.items():
        for pair in found:
            company = pair.company
            writer.writerow(
                [
                    kind,
                    csv_cell(pair.store.id),
                    csv_cell(pair.store.name),
                    csv_cell(company.id) if company else "",
                    csv_cell(company.name) if company else "",
                    pair.certainty.value,
                    pair.rule,
                    csv_cell(" ".join(other.id for other in pair.others)),
                    "yes" if pair.certainty is Certainty.CERTAIN else "",
                ]
            )
    return stream.getvalue()


def read(
    text: str, store: Mapping[str, Iterable[str]], company: Mapping[str, Iterable[str]]
) -> tuple[list[Decision], list[Wrong]]:
    """The lines that say yes, and everything that is wrong: with one wrong line none counts.

    `store` and `company` are the ids that exist now, by kind.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    if not rows or tuple(rows[0]) != COLUMNS:
        return [], [Wrong(1, f"the heading must be {','.join(COLUMNS)}")]
    known = {kind: (set(store.get(kind, ())), set(company.get(kind, ()))) for kind in KINDS}
    decisions: list[Decision] = []
    wrong: list[Wrong] = []
    seen: dict[tuple[str, str], int] = {}
    taken: dict[str, int] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(COLUMNS):
            wrong.append(Wrong(number, f"{len(row)} columns instead of {len(COLUMNS)}"))
            continue
        line = dict(zip(COLUMNS, (_plain(cell) for cell in row), strict=True))
        problem = _problem(line, known, seen, taken)
        if problem:
            wrong.append(Wrong(number, problem))
        if line["decision"].lower() == "yes":
            seen.setdefault((line["kind"], line["store_id"]), number)
            if line["kind"] == "product":
                taken.setdefault(line["company_id"], number)
            decisions.append(Decision(line["kind"], line["store_id"], line["company_id"]))
    return ([], wrong) if wrong else (decisions, [])


def _problem(
    line: Mapping[str, str],
    known: Mapping[str, tuple[set[str], set[str]]],
    seen: Mapping[tuple[str, str], int],
    taken: Mapping[str, int],
) -> str:
    kind, ours, theirs = line["kind"], line["store_id"], line["company_id"]
    if line["decision"].lower() not in ANSWERS:
        return f"the decision is yes, no or empty, not {line['decision']!r}"
    if kind not in KINDS:
        return f"the kind is {' or '.join(KINDS)}, not {kind!r}"
    if line["decision"].lower() != "yes":
        return ""
    if ours not in known[kind][0]:
        return f"the store has no {kind} {ours!r}"
    if theirs not in known[kind][1]:
        return (
            f"the company has no {kind} {theirs!r}"
            if theirs
            else ("the decision is yes, but company_id is empty")
        )
    if (kind, ours) in seen:
        return f"{kind} {ours!r} was decided on line {seen[kind, ours]} already"
    if kind == "product" and theirs in taken:
        return f"{theirs!r} is used on line {taken[theirs]} already"
    return ""


def _plain(cell: str) -> str:
    return csv_text(cell.strip())
