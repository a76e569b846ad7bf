"""What a batch costs in metered transactions: Intacct charges for every function."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from conformance.intacct_stand import IntacctStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import charge, goods, make_order
from tidegate.domain.orders.order import Address
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted


@pytest.fixture
def stand() -> Iterator[IntacctStand]:
    built = IntacctStand()
    yield built
    built.close()


def home(number: int) -> Address:
    return Address(
        name=f"Ada Byron {number}",
        street=(f"{number} Main Street",),
        city="Detroit",
        region="MI",
        postcode="48201",
        country="US",
    )


def send_batch(stand: IntacctStand, first: int, count: int = 25) -> list[object]:
    orders = [
        make_order(stand, number, goods(stand), charge(stand), delivery=home(number))
        for number in range(first, first + count)
    ]
    with opened(stand.company) as session:
        ready = [one for one in session.orders.prepare(orders) if isinstance(one, Prepared)]
        assert len(ready) == count
        return [outcome for _, outcome in session.orders.send(ready)]


def test_a_batch_of_25_orders_to_new_addresses_costs_at_most_1_05_an_order(stand: IntacctStand) -> None:
    send_batch(stand, 1, 1)  # customers, items and warehouses are known from earlier cycles
    used, told, calls = stand.face.tenant.usage, stand.company.usage(), stand.company.calls
    before = sum(used.transactions.values())

    assert all(isinstance(one, Accepted) for one in send_batch(stand, 100))

    spent = sum(used.transactions.values()) - before
    assert Decimal(spent) / 25 <= Decimal("1.05")
    assert stand.company.usage().units - told.units == spent, "counted as the company does"
    assert stand.company.calls - calls == 2
    assert all(len(stand.booked(f"magento:main:{number}")) == 1 for number in range(100, 125))


def test_addresses_that_are_there_cost_nothing_in_this_process_and_two_more_in_another(
    stand: IntacctStand,
) -> None:
    send_batch(stand, 1, 3)
    used = stand.face.tenant.usage.transactions
    stand.company.close()
    stand.company = stand.open()
    again = [make_order(stand, number, delivery=home(number)) for number in (1, 2, 3, 4)]
    with opened(stand.company) as session:
        session.orders.prepare([make_order(stand, 99)])
        orders = [one for one in session.orders.prepare(again) if isinstance(one, Prepared)]
        before = dict(used)
        outcomes = [outcome for _, outcome in session.orders.send(orders)]

    assert sum(isinstance(one, Accepted) for one in outcomes) == 1, "the other three were sent before"
    assert {name: used[name] - before.get(name, 0) for name in used if used[name] != before.get(name, 0)} == {
        "create": 2,
        "query": 1,
        "create_sotransaction": 4,
    }
    contacts = [one.name for one in stand.face.tenant.store.contacts if "Main" in str(one.values)]
    assert len(contacts) == len(set(contacts)) == 4


def test_one_address_that_is_refused_harms_its_own_order_alone(stand: IntacctStand) -> None:
    stand.inject("status", "send", times=None, body="13 Main Street", status=400, body_text="No such street.")
    outcomes = send_batch(stand, 10, 5)

    assert [isinstance(one, Accepted) for one in outcomes].count(False) == 1
    assert stand.booked("magento:main:13") == []
    assert len(stand.booked("magento:main:14")) == 1
