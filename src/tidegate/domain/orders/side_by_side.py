"""Two calculations of one order in a table for users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.money import plain, shown, total


@dataclass(frozen=True, slots=True)
class Row:
    """One line as Magento billed it and as Sage will calculate it."""

    label: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    sage_net: Decimal
    sage_tax: Decimal
    tax_code: str = ""
    rate: Decimal | None = None  #: percent that Sage uses, as far as known


HEADINGS = ("line", "quantity", "Magento net", "Magento tax", "Sage net", "Sage tax", "tax code")


def cells(rows: Sequence[Row], magento_total: Decimal) -> list[tuple[str, ...]]:
    """The table's cells: one row a line, their sums, and both totals after tax."""
    body: list[tuple[str, ...]] = [
        (
            row.label,
            plain(row.quantity),
            shown(row.net),
            shown(row.tax),
            shown(row.sage_net),
            shown(row.sage_tax),
            f"{row.tax_code} ({plain(row.rate)} %)" if row.rate is not None else row.tax_code,
        )
        for row in rows
    ]
    net, tax = total(row.net for row in rows), total(row.tax for row in rows)
    sage_net, sage_tax = total(row.sage_net for row in rows), total(row.sage_tax for row in rows)
    body.append(("sum", "", shown(net), shown(tax), shown(sage_net), shown(sage_tax), ""))
    body.append(("total after tax", "", shown(magento_total), "", shown(sage_net + sage_tax), "", ""))
    return body


def text_table(rows: Sequence[Row], magento_total: Decimal) -> str:
    """The table in plain text, columns aligned."""
    lines = [HEADINGS, *cells(rows, magento_total)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, len(HEADINGS) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
