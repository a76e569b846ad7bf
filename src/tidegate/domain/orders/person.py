"""Somebody of the store who is to have an account in the company: who placed an order, or who has registered."""

from __future__ import annotations

import msgspec

from tidegate.domain.orders.order import Address, Customer, Order


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What decides whose account it is, and what a new one is made of.

    The ledger keeps it with a registration. Until this version it kept a whole order there: the names that
    both have are the same.
    """

    label: str = msgspec.field(name="increment_id")  #: the order's number, or the customer's, for people
    store: str  #: name of the store in the configuration
    website: str  #: website code
    customer: Customer
    billing: Address
    currency: str = ""  #: of the account, where the product has one for each; else ""


def who_ordered(order: Order, currency: str = "") -> Person:
    """The person of an order."""
    return Person(
        label=order.increment_id,
        store=order.store,
        website=order.website,
        customer=order.customer,
        billing=order.billing,
        currency=currency,
    )
