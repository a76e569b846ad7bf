"""The set-up lists that mappings point into: most are the configuration's own, since X3 shows no class of them."""

from __future__ import annotations

from tidegate.domain.errors import Failure
from tidegate.sage.port.findings import CodeList
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.settings import X3Settings


def code_lists(reference: Reference, company: X3Settings) -> list[CodeList] | Failure:
    """All lists. Charges and accounts are the names that invoicing elements stand for."""
    sites = reference.sites()
    if isinstance(sites, Failure):
        return sites
    names = {name.partition(":")[0]: f"invoicing element {code}" for name, code in company.elements.items()}
    rule = f"under tax rule {company.tax_rule}" if company.tax_rule else "under the customer's tax rule"
    lists = {name: criteria for name, criteria in company.price_lists.items() if "customer" not in criteria}
    return [
        CodeList("tax", {level: f"{level} {rule}" for level in company.tax_levels}, company.rates),
        CodeList("charge", names),
        CodeList("account", dict(names)),
        CodeList("warehouse", dict(sites)),
        CodeList("price-list", {company.price_list: "everybody's", **lists}),
    ]
