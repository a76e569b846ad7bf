"""A company that takes orders as files: they lie on a platform until its desktop fetches them.

The desktop carries each order into the company of the stage, a second time, too, when it comes a second
time: whoever sends twice makes two orders.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from integration.flows.stage import Stage
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.sage.port.orders import OrderDesk, OrderWriting, Prepared
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.port.session import Purpose, Session

NEVER_CAME = Failure(Code.TRANSIENT, "the platform has no such file")
REFUSED_WHOLE = Failure(Code.PARCEL_REFUSED, "the desktop refused the file and does not say why")


@dataclass
class File:
    """An upload; `results` is None until the desktop has worked on it."""

    tracking: str
    digest: str
    orders: dict[str, Prepared]
    results: dict[str, Outcome] | None = None


@dataclass
class Platform:
    """What lies between the hub and the desktop; it outlives every process."""

    stage: Stage
    one_at_a_time: bool = True
    size: int = 25
    lifetime: timedelta | None = None
    bad: set[str] = field(default_factory=set)  #: keys for which a file is refused as a whole
    rejected: set[str] = field(default_factory=set)  #: keys that the result names as refused
    left_out: set[str] = field(
        default_factory=set
    )  #: keys that are made, and of which the result says nothing
    silent: bool = False  #: results get lost
    files: list[File] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(551))

    def __post_init__(self) -> None:
        self.attach()

    def attach(self) -> None:
        """Stand before the company of the stage's present hub."""
        company = self.stage.connection.company
        self._open = company.session

        @contextmanager
        def session(purpose: Purpose) -> Iterator[Session | Failure]:
            with self._open(purpose) as real:
                if isinstance(real, Failure):
                    yield real
                else:
                    yield replace(real, orders=Desk(self, real.orders))

        company.session = session  # type: ignore[method-assign]

    @property
    def about(self) -> OrderWriting:
        """How the company takes orders."""
        real = self.stage.connection.company.about.orders
        return replace(real, hands_over=True, orders_per_call=self.size, one_parcel=self.one_at_a_time)

    @property
    def expires(self) -> datetime | None:
        """Until when a file that comes now is kept."""
        return self.stage.now + self.lifetime if self.lifetime is not None else None

    def receive(self, batch: Sequence[Prepared]) -> File:
        """A file comes."""
        orders = {each.order.key: each for each in batch}
        digest = digest_of((each.order.key, each.payload_hash) for each in batch)
        self.files.append(File(f"up-{next(self._numbers)}", digest, orders))
        return self.files[-1]

    def find(self, parcel: Parcel) -> File | None:
        """By its reference; by its content where there is none."""
        return next(
            (
                each
                for each in reversed(self.files)
                if (each.tracking == parcel.tracking if parcel.tracking else each.digest == parcel.digest)
            ),
            None,
        )

    def work(self) -> None:
        """The desktop is switched on, fetches what lies there and carries it in."""
        mortality = self.stage.world.mortality
        armed, mortality.at = mortality.at, ""  # it is another machine
        try:
            for file in [each for each in self.files if each.results is None]:
                file.results = self._result(file)
        finally:
            mortality.at = armed

    def _result(self, file: File) -> dict[str, Outcome]:
        if self.bad & file.orders.keys():
            return dict.fromkeys(file.orders, REFUSED_WHOLE)
        results: dict[str, Outcome] = {}
        with self._open(Purpose.WRITING) as real:
            assert not isinstance(real, Failure)
            for key, prepared in file.orders.items():
                if key in self.rejected:
                    results[key] = Failure(Code.REFUSED, "the customer is blocked")
                    continue
                (made,) = real.orders.send([prepared])
                results[key] = made[1]
        return {key: outcome for key, outcome in results.items() if key not in self.left_out}


class Desk:
    """The order desk: everything as the real one, but orders are handed over."""

    def __init__(self, platform: Platform, real: OrderDesk) -> None:
        self._platform, self._real = platform, real
        self._mortality = platform.stage.world.mortality
        self.about = platform.about
        self.prepare, self.lacking = real.prepare, real.lacking

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """Upload."""
        self._mortality.point("send-before")
        file = self._platform.receive(batch)
        self._mortality.point("send-after")
        for key in file.orders:
            yield key, HandedOver(file.tracking, expires=self._platform.expires)

    def collect(self, parcels: Sequence[Parcel]) -> dict[str, Outcome]:
        """Ask for the results."""
        found: dict[str, Outcome] = {}
        for parcel in parcels:
            self._mortality.point("send-before")
            file = self._platform.find(parcel)
            self._mortality.point("send-after")
            if file is None:
                found |= dict.fromkeys(parcel.keys, NEVER_CAME)
            elif file.results is None or self._platform.silent:
                expires = parcel.expires or self._platform.expires
                found |= dict.fromkeys(file.orders, HandedOver(file.tracking, expires=expires))
            else:
                found |= file.results
        return found
