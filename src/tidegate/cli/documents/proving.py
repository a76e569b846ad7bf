"""Documents of what shows and proves Tidegate: demo, simulated weeks, measurements, simulated systems."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from tidegate.cli.documents.shape import Shape
from tidegate.cli.documents.state_counts import StateCounts


class Played(StateCounts):
    """Orders by where they are, what came back to the shop, and Sage's trial balance (0)."""

    unexplained: int
    sage_orders: int
    duplicates: int
    shipped: int
    invoiced: int
    posted: int
    paid: int
    stock_writes: int
    price_writes: int
    chain_complete: int
    trial_balance: float


class Demo(Played):
    """`demo`."""

    calls_per_order: float | None
    seat_seconds_per_order: float | None
    kills: int
    closed_windows: int
    seconds: float


class DemoProduct(Played):
    """One product of the family."""

    calls: int
    calls_while_closed: int


class Closing(Shape):
    """One company's closed window: orders that waited, orders of others that it delayed (0)."""

    waited: int
    delayed: int
    least_cycles: int


class DemoFamily(DemoProduct):
    """`demo --sage all`: all together, and each of them."""

    websites: int
    adds_up: bool
    kills: int
    closings: dict[str, Closing]
    digests: int
    seconds: float
    products: dict[str, DemoProduct]


class Violation(Shape):
    """A broken promise, and the command that runs the week again."""

    sage: str
    seed: int
    promise: str
    subject: str
    text: str
    replay: str


class Weeks(Shape):
    """`simulate`: sums over all weeks. `seldom` names the cells of both tables that have too few.

    `injections` by call and kind of fault; `by_state` by flow, state of a record and kind of fault.
    """

    seeds: int
    orders: int
    cycles: int
    deaths: int
    lost: int
    doubled: int
    unexplained: int
    shipments: int
    invoices: int
    payments: int
    credits: int
    stock_writes: int
    price_writes: int
    faults: dict[str, int]
    faults_by_call: dict[str, int]
    injections: dict[str, dict[str, int]]
    by_state: dict[str, dict[str, dict[str, int]]]
    violations: list[Violation]
    seldom: list[str]


class Figure(Shape):
    """One measurement; without a target neither `target` nor `met`."""

    value: float
    unit: str
    target: str | None
    met: bool | None
    kind: Literal["counted", "timed"]
    text: str


class Bench(Shape):
    """What `bench` prints beside the figures."""

    machine: str
    quick: bool


class Served(Shape):
    """One simulated system: where it listens, what opens it, what is in it."""

    system: str
    url: str
    control: str
    credentials: dict[str, str]
    inside: dict[str, str]


class Placed(Shape):
    """`sandbox --place`: the entity ids of the new orders."""

    ids: list[int] = field(name="entity_ids")
