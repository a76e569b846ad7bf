"""Checks of `[connections.NAME.amounts]`."""

from __future__ import annotations

from tidegate.config.amounts import Amount, Amounts
from tidegate.config.problem import Report, joined
from tidegate.domain.orders.extras import LINES, PAYMENTS


def check(amounts: Amounts, key: str, report: Report) -> None:
    """Check where extra amounts go."""
    for source, amount in amounts.sources():
        payment = amount.payment or source in PAYMENTS
        path = joined(key, *source.split(".", 1))
        if not amount.account.strip() and not payment:
            report.problem(f"{path}.account", "no account", "give the nominal account of its line")
        if payment and amount.tax_code:
            report.problem(f"{path}.tax_code", "a tax code", "a payment has no tax: leave it out")
        _only_where_it_counts(source, amount, path, report)


def _only_where_it_counts(source: str, amount: Amount, path: str, report: Report) -> None:
    if not source.startswith("fields."):
        for name in ("base", "tax"):
            if getattr(amount, name):
                remedy = "only entries of fields name other fields"
                report.problem(f"{path}.{name}", f'the text "{getattr(amount, name)}"', remedy)
    if amount.payment and source in LINES:
        report.problem(f"{path}.payment", "true", f"{source} is always a line; leave payment out")
    if amount.payment and source in PAYMENTS:
        report.problem(f"{path}.payment", "true", f"{source} is always a payment; leave payment out")
