"""Checks of `[connections.NAME.prices]`."""

from __future__ import annotations

from tidegate.config import flow_rules
from tidegate.config.prices import Prices
from tidegate.config.problem import Report, joined, suggestion
from tidegate.config.store_rules import check_range

LONGEST_LIVE = 300  #: a cart does not wait longer


def check(prices: Prices, websites: tuple[str, ...], key: str, report: Report) -> None:
    """Check the prices of one connection."""
    check_range(prices.decimals, 0, 6, f"{key}.decimals", report)
    check_range(prices.live_ms, 0, LONGEST_LIVE, f"{key}.live_ms", report, "milliseconds")
    check_range(prices.chunk, 1, 5000, f"{key}.chunk", report)
    flow_rules.check_every(prices.full_every, f"{key}.full_every", report)
    for website in prices.tax_inclusive:
        if website not in websites:
            found = f'"{website}" is no website of this connection'
            report.problem(f"{key}.tax_inclusive", found, suggestion(website, websites))
    for group, code in prices.groups.items():
        path = joined(key, "groups", group)
        if not group.strip() or not code.strip():
            report.problem(path, "empty", "write customer group = price list")
        elif len(group) > 32:
            report.problem(path, f"{len(group)} characters", "a group's code in Magento has at most 32")
        elif group.casefold().startswith("sage-"):
            report.problem(
                path, f'the group "{group}"', "SAGE-... is for the groups made for single accounts"
            )
        elif group.casefold() == "all groups":
            report.problem(path, f'the group "{group}"', "the standard list's breaks are for all groups")
    if prices.scope == "global" and len(websites) > 1 and prices.tax_inclusive not in ((), websites):
        remedy = "with global prices all websites have the same ones: with tax or without"
        report.problem(f"{key}.tax_inclusive", "some of the websites", remedy)
