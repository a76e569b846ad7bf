"""The set-up lists that mappings point into."""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.findings import CodeList
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.reference import Reference
from tidegate.sage.sage300.rows import text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.wire_names import BANK_ACCOUNT, ITEM_NAME, PRICE_LIST

LISTS = (
    ("bank", "BKBanks", "BankCode", BANK_ACCOUNT),
    ("price-list", "ICPriceListCodes", PRICE_LIST, ""),
    ("courier", "OEShipViaCodes", "ShipViaCode", ""),
)


def code_lists(
    client: Sage300Client, reference: Reference, company: Sage300Settings
) -> list[CodeList] | Failure:
    """All lists; one that the user may not read, and no mapping of orders needs, is left out."""
    taxes = reference.taxes()
    if isinstance(taxes, Failure):
        return taxes
    charges = reference.charges()
    if isinstance(charges, Failure):
        return charges
    locations = reference.locations()
    if isinstance(locations, Failure):
        return locations
    listed = [
        CodeList("tax", {code: f"class {code} of {company.tax_authority}" for code in taxes}, dict(taxes)),
        CodeList("charge", dict(charges)),
        CodeList("account", dict(company.amounts)),
        CodeList("warehouse", dict(locations)),
    ]
    for kind, resource, code, alias in LISTS:
        rows = client.read(resource)
        if isinstance(rows, Failure):
            if rows.code in (Code.NOT_PERMITTED, Code.UNKNOWN_ENDPOINT):
                continue
            return rows
        names = {text_of(row, code): text_of(row, ITEM_NAME) for row in rows}
        others = [(text_of(row, alias), text_of(row, code)) for row in rows] if alias else []
        count = [other for other, _ in others]
        aliases = {other: name for other, name in others if other and count.count(other) == 1}
        listed.append(CodeList(kind, names, aliases=aliases))
    return listed
