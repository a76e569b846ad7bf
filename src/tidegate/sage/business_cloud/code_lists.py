"""The set-up lists that mappings point into (contract §7)."""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.reference import Reference
from tidegate.sage.business_cloud.rows import text_of
from tidegate.sage.business_cloud.wire_names import CARRIAGE, WAREHOUSE
from tidegate.sage.port.findings import CodeList

LESS_NEEDED = (
    ("payment-method", "payment_methods", "id"),
    ("price-list", "product_sales_price_types", "displayed_as"),
)


def code_lists(client: BusinessCloudClient, reference: Reference) -> list[CodeList] | Failure:
    """All lists; one that the user may not read, and no mapping of orders needs, is left out."""
    taxes = reference.taxes()
    if isinstance(taxes, Failure):
        return taxes
    accounts = reference.accounts()
    if isinstance(accounts, Failure):
        return accounts
    listed = [
        CodeList(
            "tax",
            {id: name for id, (name, _) in taxes.items()},
            {id: rate for id, (_, rate) in taxes.items()},
        ),
        CodeList("account", {one.code: one.name for one in accounts.values()}),
        CodeList("charge", {CARRIAGE: "Shipping of the document"}),
        CodeList("warehouse", {WAREHOUSE: "All that is in stock"}),
    ]
    banks = reference.banks()
    if not isinstance(banks, Failure):
        names = [one.name for one in banks]
        aliases = {one.name: one.code for one in banks if names.count(one.name) == 1}
        listed.append(CodeList("bank", {one.code: one.name for one in banks}, aliases=aliases))
    elif banks.code is not Code.NOT_PERMITTED:
        return banks
    for kind, resource, code in LESS_NEEDED:
        rows = client.read(resource)
        if isinstance(rows, Failure):
            if rows.code in (Code.NOT_PERMITTED, Code.WRONG_COMPANY):
                continue
            return rows
        listed.append(CodeList(kind, {text_of(row, code): text_of(row, "displayed_as") for row in rows}))
    return listed
