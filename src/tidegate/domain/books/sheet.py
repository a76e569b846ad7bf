"""A table of month's end: columns that say what they hold, rows with the documents behind them, a sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tidegate.domain.money import total

Value = Decimal | int | str | date | None


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `summed`: its sum says something."""

    id: str
    title: str
    kind: Kind = Kind.MONEY
    summed: bool = True


def text(identifier: str, title: str) -> Column:
    """A column of words."""
    return Column(identifier, title, Kind.TEXT, summed=False)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: `key` identifies it in its table, in every run; None in a cell: not known.

    `documents` are the numbers of the orders, invoices or receipts that the row is made of.
    """

    key: str
    cells: Mapping[str, Value]
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table. `basis` says of which documents it is; `compared` is false where a side was not asked."""

    id: str
    title: str
    basis: str
    columns: Sequence[Column]
    lines: Sequence[SheetRow]
    compared: bool = True
    notes: Sequence[str] = ()
    with_sum: bool = True

    @property
    def sums(self) -> dict[str, Value]:
        """The sum of each column that has one; None where a value is not known."""
        if not self.with_sum or not self.lines:
            return {}
        return {each.id: _sum(each, self.lines) for each in self.columns if each.summed}


@dataclass
class Group:
    """Amounts and counts that are gathered under one key, with their documents."""

    money: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    documents: dict[str, None] = field(default_factory=dict)

    def add(self, name: str, amount: Decimal) -> None:
        """Add to one amount."""
        self.money[name] = total((self.money.get(name, Decimal(0)), amount))

    def count(self, name: str) -> None:
        """One more."""
        self.counts[name] = self.counts.get(name, 0) + 1

    def name(self, *documents: str) -> None:
        """These are behind it."""
        self.documents.update(dict.fromkeys(documents))


def lines_of(groups: Mapping[str, Group], first: str, columns: Iterable[Column]) -> list[SheetRow]:
    """A row for each group, by key; what a group has not is nought."""
    rest = [each for each in columns if each.id != first]
    return [
        SheetRow(
            key,
            {
                first: key,
                **{
                    each.id: group.counts.get(each.id, 0)
                    if each.kind is Kind.COUNT
                    else group.money.get(each.id, Decimal(0))
                    for each in rest
                },
            },
            tuple(group.documents),
        )
        for key, group in sorted(groups.items())
    ]


def _sum(column: Column, lines: Sequence[SheetRow]) -> Value:
    values = [line.cells.get(column.id) for line in lines]
    if any(value is None for value in values):
        return None
    if column.kind is Kind.COUNT:
        return sum(value for value in values if isinstance(value, int))
    return total(value for value in values if isinstance(value, Decimal))
