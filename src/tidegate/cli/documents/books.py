"""Documents of one order and of one month: `trace` and `month-end`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from tidegate.cli.documents.listed_delivery import ListedDelivery
from tidegate.cli.documents.shape import Shape


class MagentoOrder(Shape):
    """The order as the store has it; amounts as texts."""

    connection: str
    store: str
    kind: str
    entity_id: int | None
    increment_id: str
    website: str
    state: str
    status: str
    grand_total: str | None
    currency: str
    created_at: datetime | None
    updated_at: datetime | None
    first_read_at: datetime
    read_at: datetime
    revision: str
    replaces: int | None
    replaced_by: int | None


class Attempt(Shape):
    """One attempt; with `--attempts` also what was `sent`, as far as copies are kept."""

    id: int
    number: int
    batch: int | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    code: str
    text: str
    payload_hash: str
    sent: Any | UnsetType = UNSET


class TracedEvent(Shape):
    """A change of state, or what a person did."""

    at: datetime
    letter: str
    what: str
    before: str
    after: str
    by: str
    text: str


class Edit(Shape):
    """A field that a person has set."""

    field: str
    own: str
    before: str
    value: str
    at: datetime
    by: str
    reason: str


class TracedDelivery(ListedDelivery):
    """A delivery with its attempts and its history."""

    attempts: list[Attempt]
    history: list[TracedEvent]
    edits: list[Edit] | UnsetType = UNSET


class Link(Shape):
    """A document of either side that belongs to the order."""

    kind: str
    identifier: str
    number: str


class Node(Shape):
    """A document of the chain, and those that follow from it."""

    kind: str
    number: str
    identifier: str
    presence: Literal["there", "missing", "not linked"]
    text: str
    amount: str | None
    day: date | None
    at: datetime | None
    children: list[Node]


class Chain(Shape):
    """From Magento to the general ledger: what is missing, and what the product does not tell."""

    complete: bool
    missing: list[str]
    unavailable: list[str] = field(name="not_told")
    tree: Node


class TracedOrder(Shape):
    """An order, and the document that it was found by."""

    found_by: str
    magento: MagentoOrder | None
    deliveries: list[TracedDelivery]
    links: list[Link]
    chain: Chain | None


class Trace(Shape):
    """`trace`: several orders where the number fits several."""

    identifier: str
    orders: list[TracedOrder]


Compared = Literal["agrees", "partly compared", "differs", "not compared"]
Cell = str | int | None


class Signature(Shape):
    """Who signed the month, and whether it has changed since."""

    by: str
    at: datetime
    note: str
    changed: bool


class Change(Shape):
    """A figure that is not what it was when the month was signed."""

    connection: str
    section: str
    row: str
    column: str
    then: Cell
    now: Cell


class Column(Shape):
    """A column of a section; money as texts, in the month's currency."""

    id: str
    title: str
    kind: Literal["text", "count", "money", "day"]


class MonthRow(Shape):
    """A row: its cells by column, null where nobody can say, and the documents behind it."""

    key: str
    cells: dict[str, Cell]
    documents: list[str]


class Section(Shape):
    """One table of the month."""

    id: str
    title: str
    basis: str
    compared: bool
    columns: list[Column]
    rows: list[MonthRow]
    total: dict[str, Cell] | None
    notes: list[str]


class ConnectionMonth(Shape):
    """One connection's month."""

    state: Compared
    waiting: str
    unexplained: str
    differences: int
    not_compared: list[str]
    small: list[str]
    sections: list[Section]


class MonthEnd(Shape):
    """`month-end`."""

    company: str
    period: str
    first: date = field(name="from")
    last: date = field(name="to")
    over: bool
    time_zone: str
    ran_at: datetime
    currency: str
    state: Compared
    signed: Signature | None
    changes: list[Change]
    connections: dict[str, ConnectionMonth]
