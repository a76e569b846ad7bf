"""Which customer group represents which price list: what the customers' cards and the prices have in common."""

from __future__ import annotations

from tidegate.domain.masters.account_card import CardRules
from tidegate.flows.connection import Connection
from tidegate.flows.prices import book


def card_rules(connection: Connection) -> CardRules:
    """The connection's rules as the domain wants them."""
    accounts, prices = connection.settings.accounts, connection.settings.prices
    lists: dict[str, str] = {}
    for group, code in prices.groups.items():
        lists.setdefault(code, group)
    standard = next((each.code for each in book.lists(connection.name).values() if each.standard), "")
    if standard in lists:
        lists.setdefault("", lists[standard])
    contracts: frozenset[str] = frozenset()
    if prices.customer_prices == "groups":
        contracts = book.accounts(connection.name)
    return CardRules(
        groups=lists,
        default_group=accounts.default_group,
        tax_groups=accounts.tax_groups,
        contracts=contracts,
        vat_number=accounts.vat_number,
    )
