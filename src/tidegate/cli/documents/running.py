"""Documents of `cycle`: what it did, why it did nothing, and what it would send."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, UnsetType

from tidegate.cli.documents.shape import Shape, one_of


class CycleReport(Shape):
    """`cycle`: what it counted, by name; `unfinished` when it let others go first."""

    connection: str
    flow: str
    started: datetime
    outcome: Literal["done", "ended early", "halted", "busy", "lease lost"]
    text: str
    counts: dict[str, int]
    unfinished: bool


class NotDue(Shape):
    """`cycle` without `--now` before its time."""

    connection: str
    flow: str
    outcome: Literal["not due"]
    due: datetime


class OrderSent(Shape):
    """An order with the payload that would be sent, in the company's own shape."""

    order: str
    key: str
    magento_total: str
    sage_total: str
    payload: Any
    prepaid: str | UnsetType = UNSET


class OrderInCompany(Shape):
    """An order that the company has already, under these numbers."""

    order: str
    in_company: list[str]


class AccountWanted(Shape):
    """A customer's account before it is created."""

    account: str
    name: str
    email: str


class AccountFirst(Shape):
    """An order whose account would be created first."""

    order: str
    creates_account: AccountWanted
    text: str


class NotSent(Shape):
    """An order or document that would not be sent: the error code, or what happens instead; no order = all of them."""

    order: str
    not_sent: str
    text: str
    step: str | UnsetType = UNSET
    magento_total: str | UnsetType = UNSET
    missing: str | UnsetType | None = UNSET


class DocumentSent(Shape):
    """A document of an order with the payload that the store would get, in the store's own shape."""

    order: str
    step: str
    payload: Any


class NoteSent(Shape):
    """What would be written on a Magento order."""

    order: str
    entity_id: int
    ext_order_id: str
    comment: str | UnsetType = UNSET
    visible: bool | UnsetType = UNSET


class StockWritten(Shape):
    """The stock of a SKU at a source."""

    sku: str
    source: str
    has: str
    wanted: str


class PriceWritten(Shape):
    """A price, or why it is left out."""

    sku: str
    website: str
    price: str
    group: str
    sent: str
    wanted: str
    left_out: str


class CustomerWritten(Shape):
    """What a customer of the store would show."""

    customer: int
    email: str
    sent: str
    wanted: str
    left_out: str


class ProductWritten(Shape):
    """What a product of the store would show."""

    sku: str
    item: str
    sent: str
    wanted: str
    left_out: str


class Registered(Shape):
    """What would become of a new customer."""

    customer: int | str | None
    email: str
    would: Literal["create", "review", "nothing", "wait"]
    account: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class NotReadable(Shape):
    """Why nothing can be said."""

    problem: str


#: What the entries of a dry run are, by flow.
PLANNED = (
    *(OrderSent, OrderInCompany, AccountFirst, NotSent, DocumentSent, NoteSent),
    *(StockWritten, PriceWritten, CustomerWritten, ProductWritten, Registered, NotReadable),
)


class DryRun(Shape):
    """`cycle --dry-run`: each thing in the shape of its flow."""

    connection: str
    flow: str
    dry_run: Literal[True]
    would_send: list[Annotated[Any, one_of(*PLANNED)]]
