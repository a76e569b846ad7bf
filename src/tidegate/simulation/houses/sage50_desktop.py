"""The computer that Sage 50 runs on, in a simulated week: off at night and for days; what it reports is late or half."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment

Call = Callable[[Mapping[str, str], bytes, str], int]
"""(headers, body, path behind the bell) -> the status of the answer, 0 where none came."""
RINGS = ("rings", "rings", "rings-twice", "is-lost", "is-forged")
#: The result file of an upload may come late, in part, or never; one that never comes is a person's.
RESULTS = ("full", "full", "late", "partial")


def script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's: a whole day or two without the computer, shorter absences, and odd reports."""
    rng = random.Random(f"desktop-{seed}")
    long = rng.choice((12, 26, 40))
    for hours in (long, *(rng.choice((1, 3, 8)) for _ in range(rng.randrange(1, 4)))):
        at = moment(rng, start, days)
        yield Event(at, "desktop", {"on": False})
        yield Event(at + timedelta(hours=hours), "desktop", {"on": True})
    for _ in range(rng.randrange(3)):
        at = moment(rng, start, days)
        yield Event(at, "desktop-reports", {"result": rng.choice(RESULTS)})
        yield Event(at + timedelta(hours=rng.choice((2, 6))), "desktop-reports", {"result": "full"})
    calls = random.Random(f"platform-calls-{seed}")
    for _ in range(3 * days):
        yield Event(moment(calls, start, days), "platform-calls", {"how": calls.choice(RINGS)})
    rings = calls.random() < 0.3  # whether the platform calls because of uploads, too
    yield Event(start, "desktop-reports", {"tracking_notifications": rings})
    at = moment(calls, start, days)  # two processes find that their key is over, one after the other
    yield Event(at, "keys-expire", {})
    yield Event(at, "second-hub", {})
    for kind in ("key_expired", "processing_fails", "status_word"):
        if rng.random() < 0.4:
            yield Event(moment(rng, start, days), "platform-fault", {"kind": kind})


class Desktop:
    """Who switches it on and off, and the platform, which calls the hub."""

    def __init__(self, face: Any, faults: Any, call: Call) -> None:
        self._face = face
        self._faults = faults
        self._face.bell.call = call

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what == "desktop":
            self.switch(**options)
        elif what == "desktop-reports":
            self._face.options.change(**options)
        elif what == "platform-fault":
            from tidegate_sandbox.faults import Fault

            self._faults.add(Fault(options["kind"], 1))
        elif what == "platform-calls":
            self.call(**options)
        elif what == "keys-expire":
            platform = self._face.platform
            for connection in platform.keys:
                platform.keys.expire_all(connection)
        else:
            return False
        return True

    def peace(self) -> None:
        """It is on, and reports as it should."""
        self.switch(on=True)
        self._face.options.change(result="full")
        self.call("rings")

    def call(self, how: str) -> None:
        """Make the call-backs that are due."""
        self._face.bell.how = how
        self._face.run_due()

    def switch(self, *, on: bool) -> None:
        """On or off, from now on."""
        platform = self._face.platform
        platform.settle()
        for installation in platform.installations.values():
            installation.power.switch(on, platform.clock.now())
