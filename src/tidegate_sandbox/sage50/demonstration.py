"""A filled Spanish company: what a Sage 50 of the tests and the demo holds."""

from __future__ import annotations

from typing import Any, Literal

from tidegate_sandbox.erp import Company, demo_company
from tidegate_sandbox.erp.stamps import Clock


def spanish_company(
    clock: Clock,
    *,
    name: str = "Comercial Ejemplo SL",
    base: Literal["GBP", "USD", "EUR"] = "EUR",
    items: int = 1000,
    **options: Any,
) -> Company:
    """The demonstration company of the kernel in euros, with a full postal address for every customer.

    ``base`` another currency; further options are those of :func:`demo_company`.
    """
    company = demo_company(clock, base=base, items=items, name=name, **options)
    with company.system():
        for number, customer in enumerate(company.customers.table, 1):
            address = customer.address
            address.line_1 = f"Calle Mayor {number}"
            address.city = address.city or "Burgos"
            address.postcode = f"{9000 + number:05d}"
            customer.vat_number = f"B{number:08d}"
    return company
