"""Orders by the contract's arithmetic, worked out with fractions, are booked with exactly their sums (section 10)."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from integration.sandbox.sage50.platform_world import START, Hooks, Sage50, sage50
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage50 import build, spanish_company

RATES = (21, 10, 4, 0)


def cents(value: Fraction) -> Fraction:
    """Rounded to cents, a half away from zero."""
    sign = -1 if value < 0 else 1
    return Fraction(sign * ((abs(value) * 200 + 1) // 2), 100)


def figure(value: Fraction) -> float:
    return float(Decimal(value.numerator) / Decimal(value.denominator))


def random_order(world: Sage50, id: str, chance: random.Random, *, discounted: bool) -> dict[str, Any]:
    """An order of up to six lines, at one rate of tax if there is a discount on the whole."""
    rates = [chance.choice(RATES)] if discounted else list(RATES)
    lines, by_rate = [], dict[int, Fraction]()
    model = world.order(id)["lines"][0]
    for number in range(chance.randint(1, 6)):
        quantity = Fraction(chance.choice((1, 2, 3, 7, 12, 48, Fraction(1, 2), Fraction(5, 4))))
        price = Fraction(chance.randint(1, 5_000_000), chance.choice((100, 1000, 10_000)))
        percent, rate = chance.choice((0, 0, 5, 10, Fraction(25, 2), 33)), chance.choice(rates)
        net = cents(quantity * price * (1 - Fraction(percent) / 100))
        lines.append(
            {
                **model,
                "id": str(number),
                "quantity": figure(quantity),
                "netPrice": figure(price),
                "discount": figure(Fraction(percent)),
                "tax": rate,
                "totalNet": figure(net),
            }
        )
        by_rate[rate] = by_rate.get(rate, Fraction(0)) + net
    shipping, rate = Fraction(chance.randint(0, 2000), 100), chance.choice(rates)
    by_rate[rate] = by_rate.get(rate, Fraction(0)) + shipping
    discount = cents(sum(by_rate.values()) * chance.randint(1, 30) / 100) if discounted else Fraction(0)
    by_rate[rate] -= discount
    net = sum(by_rate.values(), Fraction(0))
    tax = sum((cents(base * each / 100) for each, base in by_rate.items()), Fraction(0))
    return world.order(
        id,
        lines=lines,
        totalShipping=figure(shipping),
        shippingTax=rate,
        discount=figure(discount),
        totalNet=figure(net),
        totalTax=figure(tax),
        totalGross=figure(net + tax),
    )


@pytest.mark.parametrize("discounted", [False, True])
def test_the_books_have_the_sums_of_the_orders(discounted: bool) -> None:
    world, chance = sage50(), random.Random(int(discounted))
    orders = [random_order(world, str(number), chance, discounted=discounted) for number in range(150)]
    results = world.results(world.processed(*orders))
    assert [one["messages"] for one in results if one["status"] != "created"] == []
    booked = {order.external_key: order.totals for order in world.company.orders.table}
    for order in orders:
        totals = booked[order["id"]]
        sent = [Decimal(str(order[name])) for name in ("totalNet", "totalTax", "totalGross")]
        assert [totals.net, totals.tax, totals.gross] == sent, order


def test_a_company_in_another_currency_and_its_own_tax_rates() -> None:
    clock, faults, hooks = SandboxClock.virtual(START), FaultPlan(), Hooks()
    company = spanish_company(clock, base="USD", items=3)
    face, wire = build(clock, faults, company, call_backs=hooks)
    world = Sage50(clock, faults, face, wire, hooks).connect()
    order = world.order(currency="USD", shippingTax=8.25, totalTax=4.53, totalGross=28.53)
    order["customer"]["id"] = "WEB"
    [result] = world.results(world.processed(order))
    assert result["status"] == "created"
    world.sim("sage-upload", {})
    assert {one["currency"] for one in world.download("customers")} == {"USD"}
