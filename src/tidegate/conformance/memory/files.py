"""Files on the platform between the hub and the company's desktop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tidegate.domain.errors import Failure
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Outcome


@dataclass
class File:
    """An upload; `results` is None until the desktop has worked on it."""

    tracking: str
    digest: str
    orders: dict[str, Prepared]
    expires: datetime | None
    results: dict[str, Outcome] | None = None


@dataclass
class Request:
    """One record other than an order, that is worked on later."""

    tracking: str
    key: str
    work: Callable[[], Outcome | Failure]
    outcome: Outcome | None = None


@dataclass
class Platform:
    """The platform with its files; the switches of a test say how the desktop behaves."""

    files: list[File] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)  #: keys for which a whole file is refused
    rejected: set[str] = field(default_factory=set)  #: keys that a result names as refused
    left_out: set[str] = field(
        default_factory=set
    )  #: keys that are entered, and of which a result says nothing
    silent: bool = False  #: results get lost
    received: int = 0
    named: dict[str, str] = field(default_factory=dict)  #: references given out, by the content they are for
    requests: list[Request] = field(default_factory=list)

    def find(self, parcel: Parcel) -> File | None:
        """The file of a parcel, by reference; by content where no reference came back."""
        for file in reversed(self.files):
            if parcel.tracking == file.tracking if parcel.tracking else parcel.digest == file.digest:
                return file
        return None

    def request_of(self, parcel: Parcel) -> Request | None:
        """The request of a parcel, by reference; by the record's key where no reference came back."""
        for request in reversed(self.requests):
            if parcel.tracking == request.tracking if parcel.tracking else request.key in parcel.keys:
                return request
        return None
