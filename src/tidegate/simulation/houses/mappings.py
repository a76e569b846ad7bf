"""The tables of a simulated connection that point to its company's codes, as TOML."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

TOLERANCE = Decimal("0.05")
"""What may be put on a rounding line."""


def mappings(
    *,
    taxes: Sequence[tuple[str, str]],
    untaxed: str,
    charge: str,
    payments: str,
    fees: str,
    paid: str,
    revenue: Sequence[tuple[str, str]],
    destinations: Sequence[tuple[str, str, str]] = (),
) -> str:
    """Rounding, tax, shipping, payments, amounts and revenue.

    `taxes` are percent and code, `untaxed` the code of the rounding line, `payments` an account; `fees` and `paid` are
    TOML of `[connections.web.amounts]`, for what is charged besides goods and for what has paid otherwise; `revenue`
    are patterns of SKUs and accounts, `destinations` country, region and tax schedule.
    """
    codes = "\n".join(f'"{percent}" = "{code}"' for percent, code in taxes)
    accounts = "\n".join(f'"{pattern}" = "{account}"' for pattern, account in revenue)
    places = "".join(
        f'\n[[connections.web.tax.destinations]]\ncountry = "{country}"\nregion = "{region}"\nschedule = "{schedule}"\n'
        for country, region, schedule in destinations
    )
    return f"""
[connections.web.rounding]
tolerance = "{TOLERANCE}"
account = "7900"
tax_code = "{untaxed}"

[connections.web.tax.codes]
{codes}

[connections.web.shipping."*"]
charge = "{charge}"

[connections.web.payments."*"]
account = "{payments}"

[connections.web.amounts]
fixed_product_tax = {{ {fees} }}
gift_card = {{ {paid} }}
store_credit = {{ {paid} }}
gift_wrapping = {{ {fees} }}
custom_fees = {{ "*" = {{ {fees} }} }}
fields = {{ "surcharge_amount" = {{ {fees} }} }}

[connections.web.revenue.accounts]
{accounts}
{places}"""
