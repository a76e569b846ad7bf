"""Documents of what compares both systems, and of what is tied, advised and erased by the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, UnsetType, field

from tidegate.cli.documents.shape import Shape


class Row(Shape):
    """One line of a table; an amount that nobody can say is null."""

    name: str
    count: int | None
    magento: str | None
    ledger: str | None
    sage: str | None
    difference: str | None


class Table(Shape):
    """One table; no sum where there is nothing to add."""

    name: str
    rows: list[Row]
    sum: Row | None


class Bucket(Shape):
    """Orders of one age."""

    age: str
    orders: int
    value: str
    confirmed: str
    waiting: str
    unexplained: str


class DifferenceReport(Shape):
    """One finding; `gap` is what it explains of the difference between both totals."""

    kind: str
    subject: str
    order: str
    figure: str
    magento: str | None
    ledger: str | None
    sage: str | None
    gap: str
    text: str


class ReconcileReport(Shape):
    """`reconcile`."""

    connection: str
    currency: str
    first: date = field(name="from")
    last: date = field(name="to")
    agrees: bool
    compared: bool
    waiting: str
    unexplained: str
    tables: list[Table]
    completeness: list[Bucket]
    completeness_total: Bucket
    differences: list[DifferenceReport]
    gap: str
    unchecked: list[str]
    small: list[str]
    notes: list[str]


class Covered(Shape):
    """Where one thing that orders can hold goes."""

    kind: str
    name: str
    target: str
    verdict: Literal["mapped", "default", "missing", "unreadable"]
    text: str


class Coverage(Shape):
    """`coverage`: how many are open, and every line."""

    connection: str
    missing: int
    unreadable: int
    lines: list[Covered]


class Gap(Shape):
    """Seconds between two cycles; null before there were two."""

    usual: int | None
    longest: int | None


class SkuClass(Shape):
    """SKUs that sell alike; pieces as decimal texts."""

    name: str
    skus: int
    web_pieces_a_day: str
    other_pieces_a_day: str


class Option(Shape):
    """One cadence with one buffer, and what would come of it."""

    sku_class: str = field(name="class")
    every_seconds: int
    buffer_percent: int
    buffer_pieces: int
    oversold_per_1000: str
    refused_per_1000: str


class Advice(Shape):
    """`advise`; `too_little` says why nothing is recommended."""

    connection: str
    orders: int
    days: int
    measured_gap_seconds: Gap
    classes: list[SkuClass]
    recommended: list[Option]
    options: list[Option]
    measured: list[str]
    assumed: list[str]
    too_little: str


class PairCounts(Shape):
    """How many of each."""

    certain: int
    likely: int
    unmatched: int
    only_in_sage: int


class BothCounts(Shape):
    """Customers and products."""

    customer: PairCounts
    product: PairCounts


class Pair(Shape):
    """A record of the store and the company's, null when none fits."""

    kind: Literal["customer", "product"]
    store_id: str
    store_name: str
    company_id: str | None
    company_name: str | None
    match: Literal["certain", "likely", "unmatched"]
    rule: str
    others: list[str]


class LeftOver(Shape):
    """Ids that Sage alone has."""

    customer: list[str]
    product: list[str]


class Matching(Shape):
    """`match`; after an import also what was `linked`, and the products' other codes."""

    connection: str
    counts: BothCounts
    pairs: list[Pair]
    only_in_sage: LeftOver
    linked: int | UnsetType = UNSET
    skus: dict[str, str] | UnsetType = UNSET


class AdoptCounts(Shape):
    """How many of each."""

    certain: int
    doubtful: int
    not_found: int = field(name="not found")
    known: int


class AdoptOrder(Shape):
    """One order; what Sage has of it is empty where nothing was found."""

    order: str
    entity_id: int
    website: str
    created_at: datetime
    total: str
    currency: str
    match: Literal["certain", "doubtful", "not found", "known"]
    sage_number: str
    sage_id: str
    sage_total: str
    sage_status: str
    text: str
    will_be_sent: bool


class Adoption(Shape):
    """`adopt`; `moved_on` were changed by a cycle meanwhile, `unreadable` are entity ids."""

    connection: str
    since: str = field(name="from")
    applied: bool
    read: int
    counts: AdoptCounts
    will_be_sent: int
    written: int
    moved_on: int
    unreadable: list[int]
    orders: list[AdoptOrder]


class Erased(Shape):
    """`erase`: how much by kind; `freed_pages` says why old pages of the file may still have data."""

    connection: str
    dry_run: bool
    orders: int
    customer_ids: list[int]
    counts: dict[str, int]
    freed_pages: str


class Exported(Shape):
    """`erase --export`."""

    connection: str
    orders: int
    file: str


class Erasure(Shape):
    """One erasure of the past; never whose data."""

    at: datetime
    by: str
    connection: str
    counts: dict[str, int]


class Erasures(Shape):
    """`erase --history`."""

    erasures: list[Erasure]
