"""The lines of an order as the ERP gets them, with the tax that it will calculate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tidegate.domain.money import ZERO, product, quotient, rounded, total
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.billing_lines import BilledLine
from tidegate.domain.orders.calculation import Taxed, taxes
from tidegate.domain.orders.mapping import Mapped
from tidegate.domain.orders.sales_lines import sales_lines
from tidegate.domain.orders.sales_order import SalesLine
from tidegate.domain.orders.terms import Terms

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Draft:
    """One way to write the order down, and what the ERP makes of it.

    `parts[i]` are the sales lines of the i-th billed line. `difference` is what the ERP's total
    lacks to Magento's: the amount of the rounding line.
    """

    parts: tuple[tuple[SalesLine, ...], ...]
    difference: Decimal

    @property
    def lines(self) -> tuple[SalesLine, ...]:
        return tuple(line for part in self.parts for line in part)


def drafted(
    lines: Sequence[BilledLine], found: Mapped, terms: Terms, arithmetic: Arithmetic, gross: Decimal
) -> Draft:
    """The way to write the lines down that comes nearest to `gross`.

    One line for one item is worth a cent on the rounding line: stock, shipments and invoices then
    match line by line. Only where that cent is too many the quantity is parted.
    """
    target = rounded(gross, arithmetic.money_decimals)
    whole = _draft(lines, found, terms, arithmetic, target, parted=False)
    if abs(whole.difference) <= terms.tolerance:
        return whole
    parted = _draft(lines, found, terms, arithmetic, target, parted=True)
    return parted if abs(parted.difference) < abs(whole.difference) else whole


def _draft(
    lines: Sequence[BilledLine],
    found: Mapped,
    terms: Terms,
    arithmetic: Arithmetic,
    target: Decimal,
    *,
    parted: bool,
) -> Draft:
    parts = [
        sales_lines(line, code, found.shipping, terms, arithmetic, parted=parted)
        for line, code in zip(lines, found.tax, strict=True)
    ]
    taxed = [
        Taxed(part.net, part.tax_code, rate_of(line, part.tax_code, terms), given)
        for line, split in zip(lines, parts, strict=True)
        for part, given in zip(split, shares(line.tax, split, arithmetic), strict=True)
    ]
    stated = taxes(taxed, arithmetic)
    if terms.computes_shipping_tax:
        own = [bool(line.sku or line.source) for line, split in zip(lines, parts, strict=True) for _ in split]
        stated = _with_cents(stated, taxed, own, terms.tolerance)
    each = iter(stated)
    done = tuple(tuple(msgspec.structs.replace(part, tax=next(each)) for part in split) for split in parts)
    gross = total(part.net + part.tax for split in done for part in split)
    return Draft(done, target - gross)


def _with_cents(
    stated: Sequence[Decimal], taxed: Sequence[Taxed], own: Sequence[bool], tolerance: Decimal
) -> list[Decimal]:
    """The taxes, and in them what the product's tax of shipping lacks to the store's: a cent at most in a taxed line.

    `own` are the lines whose tax is given. Where these are too few the taxes stay, and the rounding line has the difference.
    """
    found = list(stated)
    off = total(line.given - tax for line, tax, ours in zip(taxed, stated, own, strict=True) if not ours)
    fitting = [at for at, ours in enumerate(own) if ours and found[at] and taxed[at].net]
    if abs(off) <= min(CENT * len(fitting), tolerance):
        fitting.sort(key=lambda at: -abs(taxed[at].net))
        for at in fitting[: int(abs(off) / CENT)]:
            found[at] += CENT if off > 0 else -CENT
    return found


def shares(tax: Decimal, parts: Sequence[SalesLine], arithmetic: Arithmetic) -> list[Decimal]:
    """The store's tax of a line on the lines that it became, by their net; the last has the rest."""
    net, left = total(part.net for part in parts), rounded(tax, arithmetic.money_decimals)
    given = []
    for part in parts[:-1]:
        share = rounded(quotient(product(left, part.net), net), arithmetic.money_decimals) if net else ZERO
        given.append(share)
        left, net = left - share, net - part.net
    return [*given, left]


def rate_of(line: BilledLine, code: str, terms: Terms) -> Decimal | None:
    """The percent that the ERP will use: its own when known, else Magento's; None = Magento's tax counts as it is."""
    computed = terms.computes_shipping_tax and not line.sku and not line.source
    if terms.tax.from_store and not computed:
        return None
    known = terms.tax_rates.get(code)
    if known is not None:
        return known
    return None if line.rate == 0 and line.tax != 0 else line.rate
