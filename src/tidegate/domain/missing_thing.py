"""Names of what held deliveries wait for: `kind:name`, such as `sku:A-1`. They are made and read here alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Kind = Literal["customer", "group", "number", "order", "payment", "registration", "sku", "step", "warehouse"]


def missing_thing(kind: Kind, name: str) -> str:
    """The name of one thing, for `Failure.missing` and `waits_for`."""
    return f"{kind}:{name}"


def missing_order(store: str, entity_id: int) -> str:
    """What the copy that replaces an edited order waits for: that this order is out of the company."""
    return missing_thing("order", f"{store}:{entity_id}")


def missing_customer(website: str, who: str) -> str:
    """A customer without an account: `who` is the store's id, an e-mail address, or `guest`."""
    return missing_thing("customer", f"{website}:{who}")


def customer_of(thing: str) -> str:
    """Who a missing customer is, without the website."""
    return thing.rpartition(":")[2]


def kind_of(thing: str) -> str:
    """Its kind; also of one that another version of Tidegate has named."""
    return thing.partition(":")[0]


def name_of(thing: str) -> str:
    """Its name without the kind; "" when it has none."""
    return thing.partition(":")[2]


def names_of(kind: Kind, things: Iterable[str]) -> list[str]:
    """The names of all things of one kind."""
    return [name_of(thing) for thing in things if kind_of(thing) == kind]
