"""The arithmetic of an order, and where an order's own sums differ from it (contract section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.money import ZERO, percent_of, rounded
from tidegate_sandbox.sage50.options import Options

Order = dict[str, Any]
TOLERANCE = Decimal("0.01")


def amount(record: dict[str, Any], name: str) -> Decimal:
    """A number of a record; nothing where it is absent."""
    return Decimal(record.get(name, 0))


def shipping_net(order: Order, options: Options) -> Decimal:
    """The shipping costs without tax, whichever way ``totalShipping`` is meant."""
    shipping = amount(order, "totalShipping")
    if options.shipping_amount == "gross":
        shipping = rounded(shipping / (1 + amount(order, "shippingTax") / 100))
    return shipping


def differences(order: Order, options: Options) -> Iterator[tuple[str, str]]:
    """Which sums of an order do not add up by more than 0.01: their names, and a text.

    A sum that was not sent is not missed. An order discount over several rates of tax may be spread over them
    in any way: the tax then lies between what the lowest and the highest rate make of it (A).
    """
    for position, line in enumerate(order["lines"]):
        net = rounded(
            amount(line, "quantity") * amount(line, "netPrice") * (1 - amount(line, "discount") / 100)
        )
        yield from _compared(f"lines[{position}].totalNet", amount(line, "totalNet"), net, net)
    net = sum((amount(line, "totalNet") for line in order["lines"]), ZERO)
    net += shipping_net(order, options) - amount(order, "discount")
    least, most = _taxes(order, options)
    surcharge = sum((amount(line, "surcharge") for line in order["lines"]), ZERO)
    sums = {
        "totalNet": (net, net),
        "totalTax": (least, most),
        "totalSurcharge": (surcharge, surcharge),
    }
    for name, (lowest, highest) in sums.items():
        if name in order:
            yield from _compared(name, amount(order, name), lowest, highest)
    if "totalGross" in order:
        tax = amount(order, "totalTax") if "totalTax" in order else None
        more = surcharge + net
        yield from _compared(
            "totalGross",
            amount(order, "totalGross"),
            more + (least if tax is None else tax),
            more + (most if tax is None else tax),
        )


def _compared(name: str, sent: Decimal, least: Decimal, most: Decimal) -> Iterator[tuple[str, str]]:
    if not least - TOLERANCE <= sent <= most + TOLERANCE:
        expected = f"{least}" if least == most else f"{least} to {most}"
        yield name, f"{sent} was sent, {expected} is expected"


def bases(order: Order, options: Options) -> dict[Decimal, Decimal]:
    """What is taxed by rate, before the order's own discount."""
    found: dict[Decimal, Decimal] = {}
    for line in order["lines"]:
        rate = amount(line, "tax")
        found[rate] = found.get(rate, ZERO) + amount(line, "totalNet")
    if shipping := shipping_net(order, options):
        rate = amount(order, "shippingTax")
        found[rate] = found.get(rate, ZERO) + shipping
    return found


def _taxes(order: Order, options: Options) -> tuple[Decimal, Decimal]:
    """The lowest and the highest tax that the order can have, rounded once for each rate."""
    by_rate, discount = bases(order, options), amount(order, "discount")
    sums = [
        _tax({**by_rate, rate: by_rate[rate] - discount})
        for rate in ((min(by_rate), max(by_rate)) if discount else ())
    ] or [_tax(by_rate)]
    return min(sums), max(sums)


def _tax(by_rate: dict[Decimal, Decimal]) -> Decimal:
    return sum((percent_of(base, rate) for rate, base in by_rate.items()), ZERO)
