"""Documents of how things stand: `status`, `alerts` and the daily digest."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import field

from tidegate.cli.documents.shape import Shape
from tidegate.cli.documents.state_counts import StateCounts

Severity = Literal["critical", "warning", "info"]
Audience = Literal["operator", "finance", "administrator"]


class Halt(Shape):
    """Why a connection stands still."""

    reason: str
    code: str
    since: datetime
    by: str


class Closing(Shape):
    """When the company closes next, and until when."""

    at: datetime
    until: datetime
    reason: str


class WindowState(Shape):
    """Whether the company is open."""

    open: bool
    closed_until: datetime | None
    reason: str
    next_closing: Closing | None


class FlowAccount(StateCounts):
    """Where everything that was read is; `unexplained` is what does not add up (0)."""

    accounted: int
    unexplained: int


class Age(Shape):
    """Since when, and for how many seconds."""

    since: datetime
    seconds: int


class Used(Shape):
    """What was used of a company in a day; `units` are what its maker meters."""

    calls: int
    units: int
    bytes: int
    seat_seconds: int


class Seats(Shape):
    """Seats of the company, and who holds them."""

    limit: int
    in_use: int
    holders: list[str]


class Allowance(Shape):
    """One allowance of calls or the like."""

    measure: str
    amount: int
    used: int
    left: int
    per_seconds: int
    shared: bool
    words: str


class OpenParcel(Shape):
    """Records handed over at once whose outcome is not known yet."""

    id: int
    scope: str
    tracking: str
    digest: str
    records: int
    opened: Age
    not_before: datetime | None
    expires: datetime | None
    overdue: bool


class FlowStatus(Shape):
    """A flow: its account, also by step; what is queued; its cycles."""

    enabled: bool
    account: FlowAccount
    steps: dict[str, FlowAccount]
    queue: int
    ended_early: int
    last_cycle: datetime | None
    next_cycle: datetime | None


class ConnectionStatus(Shape):
    """A connection, also one that is no longer configured."""

    configured: bool
    store: str | None
    company: str | None
    time_zone: str
    halted: Halt | None
    window: WindowState | None
    oldest_waiting: Age | None
    used: Used | None
    seats: Seats | None
    budget: list[Allowance]
    parcels: list[OpenParcel]
    flows: dict[str, FlowStatus]
    alerts: int


class Status(Shape):
    """`status`."""

    at: datetime
    adds_up: bool
    unexplained: int
    alerts: int
    connections: dict[str, ConnectionStatus]


class Notification(Shape):
    """A message to a target, and what became of it."""

    target: str
    kind: Literal["raised", "escalated", "resolved", "digest"]
    state: Literal["planned", "sent", "failed", "dropped"]
    tries: int
    error: str
    due_at: datetime | None
    sent_at: datetime | None


class Alert(Shape):
    """An open alert."""

    id: int
    code: str
    title: str
    severity: Severity
    role: Audience
    connection: str
    subject: str
    text: str
    raised_at: datetime
    last_at: datetime
    count: int
    notifications: list[Notification]


class HaltedConnection(Halt):
    """A connection that stands still."""

    connection: str


class Alerts(Shape):
    """`alerts`: those that are open, halts, messages that did not arrive, and the ids that were cleared now."""

    at: datetime
    alerts: list[Alert]
    halted: list[HaltedConnection]
    undelivered: list[Notification]
    cleared: list[int]


class FlowDigest(Shape):
    """A flow: its account, also by step."""

    enabled: bool
    account: FlowAccount
    steps: dict[str, FlowAccount]
    pending: int
    confirmed: int
    last_cycle: datetime | None
    next_cycle: datetime | None


class OrdersDigest(Shape):
    """Orders, pending against confirmed."""

    read: int
    confirmed: int
    pending: int
    confirmed_in_the_day: int


class Oldest(Shape):
    """A delivery that has waited longest."""

    label: str
    flow: str
    step: str
    state: str
    code: str
    waits_for: str
    since: datetime
    seconds: int


class CodeCount(Shape):
    """How many of an error code."""

    code: str
    count: int


class Resolved(Shape):
    """How many alerts of a code have ended."""

    code: str
    title: str
    count: int


class Work(Shape):
    """What the cycles of a flow did in the day."""

    cycles: int
    sent: int
    confirmed: int
    failed: int
    in_doubt: int
    handed_over: int
    calls: int


class LastComparison(Shape):
    """The last comparison of Magento, ledger and Sage; amounts as texts."""

    at: datetime
    first: date = field(name="from")
    last: date = field(name="to")
    compared: bool
    differences: int
    waiting: str
    unexplained: str
    not_compared: list[str]


class ReconciliationDigest(Shape):
    """Whether both sides agree."""

    state: Literal["agrees", "differs", "not compared"]
    scheduled: bool
    last: LastComparison | None
    orders_in_review: int
    alerts: int


class Calls(Shape):
    """Calls used, against the budget."""

    used: Used
    budget: list[Allowance]


class AlertDigest(Shape):
    """An alert that needs a person."""

    code: str
    title: str
    severity: Severity
    role: Audience
    subject: str
    since: datetime
    count: int


class HeldCount(Shape):
    """How many wait for one thing."""

    waits_for: str
    count: int


class Person(Shape):
    """What needs a person."""

    alerts: list[AlertDigest]
    reviews: list[CodeCount]
    held: list[HeldCount]


class DayDigest(Shape):
    """The day of one connection."""

    connection: str
    store: str | None
    company: str | None
    currency: str
    time_zone: str
    day: date
    since: datetime = field(name="from")
    at: datetime
    adds_up: bool
    halted: Halt | None
    window: WindowState | None
    flows: dict[str, FlowDigest]
    orders: OrdersDigest
    oldest: list[Oldest]
    failed: list[CodeCount]
    resolved: list[Resolved]
    raised: int
    work: dict[str, Work]
    writes: dict[str, Work]
    reconciliation: ReconciliationDigest
    calls: Calls
    parcels: list[OpenParcel]
    person: Person


class NotSentTo(Shape):
    """A target that did not take a digest."""

    target: str
    connection: str
    error: str


class Digest(Shape):
    """`digest`: one for each connection, and who did not get theirs."""

    digests: list[DayDigest]
    not_sent: list[NotSentTo]
