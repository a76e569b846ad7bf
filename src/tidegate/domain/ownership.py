"""Who owns what, as code: a flow that would write against the owner cannot be built.

Table: design, *Who owns what*. Data flows from its owner to its readers; content that one side
keeps for itself is written by no flow at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """The two systems."""

    MAGENTO = "Magento"
    SAGE = "Sage"


class Kind(StrEnum):
    """Kinds of data that pass, or must not pass, between the two."""

    CUSTOMER_MASTER = "customer master"  #: credit, terms, tax status, price level, sales rep, on hold
    CUSTOMER_LOGIN = "customer login"  #: login and preferences
    REGISTRATION = "registration"  #: the minimal Sage record of a new web customer
    PRODUCT_MASTER = "product master"  #: SKU, cost, active
    PRODUCT_CONTENT = "product content"  #: descriptions, images
    PRICES = "prices"  #: lists, levels, breaks, customer and contract prices
    PROMOTIONS = "promotions"  #: coupons, cart rules
    INVENTORY = "inventory"
    ORDER = "order"  #: the document, after checkout
    ORDER_STATUS = "order status"  #: status, Sage's number
    SHIPMENT = "shipment"  #: with tracking
    INVOICE = "invoice"
    PAYMENT = "payment"
    DEPOSIT = "deposit"  #: what the buyer paid at checkout
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Ownership:
    """One row: who owns this kind of data, and which flows may write it where."""

    kind: Kind
    owner: Side
    writes: tuple[tuple[str, Side], ...] = ()  #: (flow, the side that is written to)


@dataclass(frozen=True, slots=True)
class Write:
    """What a flow declares to write: this kind of data, to that side."""

    kind: Kind
    to: Side


class OwnershipError(ValueError):
    """A flow was built that would write against the ownership table: a programmer's error."""


TABLE: dict[Kind, Ownership] = {
    row.kind: row
    for row in (
        Ownership(Kind.CUSTOMER_MASTER, Side.SAGE, (("customers", Side.MAGENTO),)),
        Ownership(Kind.CUSTOMER_LOGIN, Side.MAGENTO),
        # A registration is Magento's until Sage has taken it in: the one record a reader may found.
        Ownership(Kind.REGISTRATION, Side.MAGENTO, (("registrations", Side.SAGE), ("orders", Side.SAGE))),
        Ownership(Kind.PRODUCT_MASTER, Side.SAGE, (("products", Side.MAGENTO),)),
        Ownership(Kind.PRODUCT_CONTENT, Side.MAGENTO),
        Ownership(Kind.PRICES, Side.SAGE, (("prices", Side.MAGENTO),)),
        Ownership(Kind.PROMOTIONS, Side.MAGENTO),
        Ownership(Kind.INVENTORY, Side.SAGE, (("inventory", Side.MAGENTO),)),
        # Checkout is the moment the order changes hands: until then Magento's, from then on Sage's.
        Ownership(Kind.ORDER, Side.MAGENTO, (("orders", Side.SAGE),)),
        Ownership(Kind.DEPOSIT, Side.MAGENTO, (("orders", Side.SAGE), ("payments", Side.SAGE))),
        Ownership(Kind.ORDER_STATUS, Side.SAGE, (("orders", Side.MAGENTO), ("order-status", Side.MAGENTO))),
        Ownership(Kind.SHIPMENT, Side.SAGE, (("shipments", Side.MAGENTO),)),
        Ownership(Kind.INVOICE, Side.SAGE, (("invoices", Side.MAGENTO),)),
        Ownership(Kind.PAYMENT, Side.SAGE, (("payments", Side.MAGENTO),)),
        Ownership(Kind.CREDIT, Side.SAGE, (("credits", Side.MAGENTO),)),
    )
}

FLOWS = frozenset(
    {
        "orders",
        "order-status",
        "inventory",
        "prices",
        "customers",
        "registrations",
        "products",
        "shipments",
        "invoices",
        "payments",
        "credits",
    }
)


def may_write(flow: str, side: Side) -> bool:
    """Whether a flow writes anything to this side."""
    return any((flow, side) in row.writes for row in TABLE.values())


def check_flow(flow: str, writes: Iterable[Write]) -> None:
    """Raise OwnershipError when the flow would write what is not its to write; for constructors."""
    if flow not in FLOWS:
        raise OwnershipError(f"unknown flow {flow!r}; the flows are {', '.join(sorted(FLOWS))}")
    for write in writes:
        row = TABLE[write.kind]
        if write.to is row.owner:
            raise OwnershipError(f"flow {flow!r} would write {row.kind} to its owner, {row.owner}")
        if (flow, write.to) not in row.writes:
            allowed = ", ".join(f"{name} to {side}" for name, side in row.writes) or "no flow"
            raise OwnershipError(f"flow {flow!r} may not write {row.kind}; {allowed} may")
