"""The set-up lists that mappings point into.

Subtotals cannot be listed by the gateway: which of them hold tax, charges and amounts is in the
configuration, so those lists are what it says.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.queries import Query
from tidegate.sage.intacct.reference import Reference
from tidegate.sage.intacct.rows import text_of
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.port.findings import CodeList

LISTS = (
    ("bank", "CHECKINGACCOUNT", "BANKACCOUNTID", "BANKNAME"),
    ("price-list", "SOPRICELIST", "NAME", "NAME"),
)


def code_lists(
    client: IntacctClient, reference: Reference, company: IntacctSettings
) -> list[CodeList] | Failure:
    """All lists; one that the user may not read, and no mapping of orders needs, is left out."""
    warehouses = reference.warehouses()
    if isinstance(warehouses, Failure):
        return warehouses
    listed = [
        CodeList("tax", {name: name for name in company.taxes}),
        CodeList("charge", {name: name for name in company.charges}),
        CodeList("account", dict(company.amounts)),
        CodeList("warehouse", dict(warehouses)),
    ]
    for kind, object, code, name in LISTS:
        rows = client.read(Query(object, tuple(dict.fromkeys(("RECORDNO", code, name)))))
        if isinstance(rows, Failure):
            if rows.code in (Code.NOT_PERMITTED, Code.UNKNOWN_ENDPOINT):
                continue
            return rows
        codes = {text_of(row, code): text_of(row, name) for row in rows}
        if kind == "bank":
            codes |= dict.fromkeys(company.undeposited, "undeposited funds")
        listed.append(CodeList(kind, codes))
    return listed
