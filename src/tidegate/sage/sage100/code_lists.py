"""The set-up lists that mappings point into, as far as the agent's datasets show them."""

from __future__ import annotations

from tidegate.domain.errors import Failure
from tidegate.sage.port.findings import CodeList
from tidegate.sage.sage100.reference import Reference
from tidegate.sage.sage100.settings import Sage100Settings


def code_lists(reference: Reference, company: Sage100Settings) -> list[CodeList] | Failure:
    """Tax classes, miscellaneous items, warehouses, the accounts that `amounts` names, and the schedules that are written down."""
    charges = reference.charges()
    if isinstance(charges, Failure):
        return charges
    warehouses = reference.warehouses()
    if isinstance(warehouses, Failure):
        return warehouses
    classes = reference.tax_classes()
    if isinstance(classes, Failure):
        return classes
    listed = [
        CodeList("tax", {name: name for name in sorted(classes)}),
        CodeList("charge", {code: one.name for code, one in charges.items()}),
        CodeList("account", dict(company.amounts)),
        CodeList("warehouse", dict(warehouses)),
    ]
    if company.tax_schedules:
        listed.append(CodeList("tax-schedule", {name: name for name in company.tax_schedules}))
    return listed
