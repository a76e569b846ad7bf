"""Documents of what waits, and of what people do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tidegate.cli.documents.listed_delivery import ListedDelivery
from tidegate.cli.documents.shape import Shape
from tidegate.domain.states import State


class Waiting(ListedDelivery):
    """One delivery without its history, and all that it waits for (`why`)."""

    created_at: datetime
    why: str
    amount: str | None
    currency: str
    customer: str


class Queue(Shape):
    """`queue list`: a page; `next` is the `--after` of the next one."""

    deliveries: list[Waiting]
    next: int | None


class Possible(Waiting):
    """One delivery with the acts that its state allows."""

    possible: list[Literal["retry", "release", "hold", "cancel", "skip", "link"]]


class QueueShown(Shape):
    """`queue show`."""

    deliveries: list[Possible]


class Acted(Shape):
    """What became of one delivery; its state before and after."""

    id: int
    label: str
    step: str
    result: Literal["done", "nothing to do", "refused"]
    before: State
    after: State
    text: str


class Acts(Shape):
    """`queue retry`, `release`, `hold`, `cancel`, `skip` and `link`."""

    results: list[Acted]


class Item(Shape):
    """One value that the store has (`sent`) and shall have (`wanted`)."""

    key: str
    name: str
    wanted: str
    sent: str
    state: State
    failures: int
    code: str
    reason: str
    waits_for: str
    due_at: datetime | None
    changed_at: datetime | None


class Items(Shape):
    """`items list`: a page; `next` is the `--after` of the next one."""

    items: list[Item]
    next: str | None


class ItemsRetried(Shape):
    """`items retry`: how many there were."""

    retried: int


class ConnectionChanged(Shape):
    """`halt` and `lift`: whether anything changed, and in words what."""

    connection: str
    changed: bool
    text: str


class TargetTried(Shape):
    """One target of messages; the error as `text`."""

    target: str
    ok: bool
    text: str


class AlertsTest(Shape):
    """`alerts test`."""

    targets: list[TargetTried]
