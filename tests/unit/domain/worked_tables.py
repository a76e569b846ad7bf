"""The worked tables of `docs/algorithms/order-totals.md`, made from what the translation really does.

Run as a program it writes the tables into the page: `PYTHONPATH=tests python -m unit.domain.worked_tables`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tidegate.domain.errors import Failure
from tidegate.domain.money import plain, shown
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.order import LineAmounts, Order
from tidegate.domain.orders.sales_order import LineKind, SalesOrder
from tidegate.domain.orders.totals import translate
from unit.domain.agreements import PER_LINE, PER_RATE, terms
from unit.domain.orders import RECORDED, TAX_ON_THE_TOTAL, line, order

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "order-totals.md"
MARKED = re.compile(r"<!-- worked: (?P<name>[a-z -]+) -->\n.*?<!-- end -->", re.DOTALL)

VAT: dict[str, Any] = {"rate": "20", "names": ("GB-VAT-20",)}
SCREWS = order(line(1, "SCREW", "100000", "12345.50", "2469.10", **VAT))
MISMATCH = order(line(1, "CHAIR", "2", "100", "17.50", rate="17.5", names=("GB-VAT-20",)))
HEADINGS = (
    "line", "sent as", "quantity", "unit price", "unit discount", "tax code",
    "Sage net", "Sage tax", "Magento net", "Magento tax",
)  # fmt: skip


def worked(document: Order, *, arithmetic: Arithmetic = PER_LINE, **changes: Any) -> str:
    """One order's table and the sentence under it."""
    agreed = terms(**({"currency": document.currency} | changes))
    sent = translate(document, agreed, arithmetic, account="WEB")
    assert isinstance(sent, SalesOrder), sent
    ordered = sent.currency == document.currency
    totals = document.totals if ordered else document.base_totals
    by_item: dict[int | None, LineAmounts] = {
        each.item_id: each.amounts if ordered else each.base for each in document.lines
    }
    for each in document.lines:  # a bundle as one line
        if each.bundle_item_id is not None and agreed.bundles == "parent":
            before = by_item.get(each.bundle_item_id, LineAmounts(Decimal(0), Decimal(0), Decimal(0)))
            money = by_item.pop(each.item_id)
            by_item[each.bundle_item_id] = LineAmounts(
                before.net + money.net, before.tax + money.tax, before.discount + money.discount
            )
    lines = []
    for each in sent.lines:
        if each.kind is LineKind.CHARGE:
            money = LineAmounts(totals.shipping, totals.shipping_tax, Decimal(0))
        else:
            money = by_item.pop(each.item_id, None)
        lines.append(
            (
                each.code or each.description,
                each.kind.value,
                plain(each.quantity),
                shown(each.unit_price),
                shown(each.unit_discount) if each.unit_discount else "",
                each.tax_code,
                shown(each.net),
                shown(each.tax),
                shown(money.net) if money else "",
                shown(money.tax) if money else "",
            )
        )
    lines.append(("**sum**", *[""] * 5, shown(sent.net), shown(sent.tax), "", shown(totals.tax)))
    rounding = f"a rounding line of {shown(sent.rounding)}" if sent.rounding else "no rounding line"
    return (
        f"{table(lines)}\n\nSage arrives at {shown(sent.net)} + {shown(sent.tax)} = {shown(sent.gross)} "
        f"{sent.currency}; Magento's grand total is {shown(totals.grand_total)}: {rounding}."
    )


def table(lines: list[tuple[str, ...]]) -> str:
    rule = ("---", "---", *["--:"] * 3, "---", *["--:"] * 4)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (HEADINGS, rule, *lines))


def refused(document: Order) -> str:
    """What a person reads when the totals differ."""
    failure = translate(document, terms(), PER_LINE, account="WEB")
    assert isinstance(failure, Failure), failure
    return f"```text\n{failure.text}\n```"


TABLES: dict[str, Callable[[], str]] = {
    "guest-tax": lambda: worked(RECORDED["guest-tax"]),
    "guest-tax per rate": lambda: worked(RECORDED["guest-tax"], arithmetic=PER_RATE),
    "cust-po-coupon": lambda: worked(RECORDED["cust-po-coupon"]),
    "conf": lambda: worked(RECORDED["conf"]),
    "bundle": lambda: worked(RECORDED["bundle"]),
    "bundle as one line": lambda: worked(RECORDED["bundle"], bundles="parent"),
    "eur-tax-inclusive order currency": lambda: worked(RECORDED["eur-tax-inclusive"]),
    "eur-tax-inclusive base currency": lambda: worked(RECORDED["eur-tax-inclusive"], currency="GBP"),
    "gbp-tax-inclusive": lambda: worked(RECORDED["gbp-tax-inclusive"]),
    "notax": lambda: worked(RECORDED["notax"]),
    "tax on the total": lambda: worked(TAX_ON_THE_TOTAL),
    "large quantity": lambda: worked(SCREWS),
    "beyond tolerance": lambda: refused(MISMATCH),
}


def with_tables(page: str) -> str:
    """The page with every table as it is today."""
    return MARKED.sub(
        lambda found: f"<!-- worked: {found['name']} -->\n{TABLES[found['name']]()}\n<!-- end -->", page
    )


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
