"""Checks of `[connections.NAME.accounts]` and `[connections.NAME.products]`."""

from __future__ import annotations

import re
from typing import get_args

from tidegate.config import flow_rules
from tidegate.config.accounts import Accounts, Field
from tidegate.config.problem import Report, joined, suggestion
from tidegate.config.products import Products
from tidegate.config.store_rules import check_range
from tidegate.domain.prices.prices import CONTRACT

LONGEST_GROUP = 32  #: `customer_group_code` in Magento
FIELDS: tuple[str, ...] = get_args(Field)
#: Magento's own: a customer attribute of ours never has such a name.
_TAKEN = ("email", "firstname", "lastname", "group_id", "website_id", "taxvat", "password_hash")


def check(accounts: Accounts, key: str, report: Report) -> None:
    """Check what is written to the store of accounts."""
    flow_rules.check_every(accounts.full_every, f"{key}.full_every", report)
    seen: dict[str, str] = {}
    for name, attribute in accounts.attributes.items():
        path = joined(key, "attributes", name)
        if name not in FIELDS:
            report.problem(path, f'an account has no field "{name}"', suggestion(name, FIELDS))
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", attribute) or attribute in _TAKEN:
            remedy = "name an attribute of your own: small letters, digits and _, e.g. sage_account"
            report.problem(path, f'the attribute "{attribute}"', remedy)
        if attribute in seen:
            report.problem(
                path, f'the attribute of "{seen[attribute]}"', ("use a different attribute for each field")
            )
        seen[attribute] = name
    for code, group in accounts.tax_groups.items():
        path = joined(key, "tax_groups", code)
        if not group.strip():
            report.problem(path, "no group", "write a customer group of Magento")
        _check_group(group, path, report)
    _check_group(accounts.default_group, f"{key}.default_group", report)


def _check_group(group: str, key: str, report: Report) -> None:
    if len(group) > LONGEST_GROUP:
        remedy = f"a group's code in Magento has at most {LONGEST_GROUP}"
        report.problem(key, f"{len(group)} characters", remedy)
    if group.casefold().startswith(CONTRACT.casefold()):
        report.problem(key, f'the group "{group}"', "SAGE-... is for the groups made for single accounts")


def check_products(products: Products, key: str, report: Report) -> None:
    """Check what is written to the store of products."""
    flow_rules.check_every(products.full_every, f"{key}.full_every", report)
    check_range(products.attribute_set, 1, 65535, f"{key}.attribute_set", report)
