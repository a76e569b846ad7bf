"""Checks of `[connections.NAME.prices]`."""

from __future__ import annotations

from tidegate.config import flow_rules
from tidegate.config.model import Configuration, ConnectionSettings
from tidegate.config.prices import Prices
from tidegate.config.problem import Report, joined, suggestion
from tidegate.config.store_rules import check_range

LONGEST_LIVE = 300  #: a cart does not wait longer


def check(prices: Prices, websites: tuple[str, ...], key: str, report: Report) -> None:
    """Check the prices of one connection."""
    check_range(prices.decimals, 0, 6, f"{key}.decimals", report)
    check_range(prices.live_ms, 0, LONGEST_LIVE, f"{key}.live_ms", report, "milliseconds")
    check_range(prices.chunk, 1, 5000, f"{key}.chunk", report)
    check_range(prices.enquiries, 1, 100_000, f"{key}.enquiries", report)
    _check_contracts(prices, key, report)
    flow_rules.check_every(prices.full_every, f"{key}.full_every", report)
    for website in prices.tax_inclusive:
        if website not in websites:
            found = f'"{website}" is not a website of this connection'
            report.problem(f"{key}.tax_inclusive", found, suggestion(website, websites))
    seen: dict[str, str] = {}
    for group, code in prices.groups.items():
        path = joined(key, "groups", group)
        first = seen.setdefault(group.casefold(), group)
        if first != group:
            report.problem(path, f'Magento treats it as the same group as "{first}"', "keep one of the two")
        if not group.strip() or not code.strip():
            report.problem(path, "empty", "write customer group = price list")
        elif len(group) > 32:
            report.problem(path, f"{len(group)} characters", "a group's code in Magento has at most 32")
        elif group.casefold().startswith("sage-"):
            report.problem(
                path, f'the group "{group}"', "SAGE-... is for the groups made for single accounts"
            )
        elif group.casefold() == "all groups":
            report.problem(
                path, f'the group "{group}"', ("the quantity breaks of the standard list apply to all groups")
            )
    if prices.scope == "global" and len(websites) > 1 and prices.tax_inclusive not in ((), websites):
        remedy = "with the global scope all websites have the same prices: either all with tax or all without"
        report.problem(f"{key}.tax_inclusive", "some of the websites", remedy)


def sharing(configuration: Configuration, name: str) -> tuple[str, ...]:
    """The other connections that write prices to the same store."""
    store = configuration.connections[name].store
    return tuple(
        other
        for other, connection in configuration.connections.items()
        if other != name and connection.store == store and _writes(connection)
    )


def check_shared(configuration: Configuration, report: Report) -> None:
    """Prices of all websites of a store can be one connection's only."""
    for name, connection in configuration.connections.items():
        others = sharing(configuration, name)
        if others and _writes(connection) and connection.prices.scope == "global":
            report.problem(
                f"connections.{name}.prices.scope",
                f'"global", and {", ".join(others)} writes prices to the same store',
                (
                    'each would overwrite the other\'s prices: set scope = "website", or leave prices to '
                    "one of them"
                ),
            )


def _writes(connection: ConnectionSettings) -> bool:
    return "prices" in connection.flows and connection.flows["prices"].enabled


def check_contract_groups(connection: ConnectionSettings, key: str, report: Report) -> None:
    """Groups of single accounts need somebody who puts customers into them, and takes them out again."""
    prices, accounts = connection.prices, connection.accounts
    if prices.customer_prices != "groups" or "prices" not in connection.flows:
        return
    path = f"{key}.prices.customer_prices"
    if "customers" not in connection.flows:
        remedy = "switch the flow customers on: it puts the customers into their groups"
        report.warning(path, "no customer is put into the groups", remedy)
    elif not accounts.default_group:
        remedy = "set accounts.default_group: customers whose price list has no group stay in SAGE-... groups"
        report.warning(path, "no group for customers whose contract ends", remedy)


def _check_contracts(prices: Prices, key: str, report: Report) -> None:
    if not prices.contract_quantities or any(each < 1 for each in prices.contract_quantities):
        remedy = "write the quantities at which prices change, beginning with 1, e.g. [1, 10, 100]"
        report.problem(
            f"{key}.contract_quantities", f"the quantities {list(prices.contract_quantities)}", remedy
        )
    for account in prices.contract_accounts:
        if not account or account != account.strip() or "|" in account:
            remedy = 'write account references of Sage, e.g. ["ACME001"]'
            report.problem(f"{key}.contract_accounts", f'the entry "{account}"', remedy)
    if prices.contract_accounts and prices.customer_prices != "groups":
        remedy = 'set customer_prices = "groups", or remove the accounts'
        report.warning(f"{key}.contract_accounts", "not used", remedy)
