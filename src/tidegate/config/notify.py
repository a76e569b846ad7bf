"""`[notify]`: who is notified of alerts, when, and how; and the hour of the daily digest."""

from __future__ import annotations

import re
from datetime import time
from typing import Literal

from tidegate.config.references import Reference
from tidegate.config.strict import Strict

RoleName = Literal["operator", "finance", "administrator"]
SeverityName = Literal["info", "warning", "critical"]
_HOUR = r"([01]\d|2[0-3]):([0-5]\d)"


class Target(Strict, frozen=True, kw_only=True):
    """`[notify.targets.NAME]`: one mailbox, channel or pager."""

    url: Reference  #: as Apprise writes it, e.g. mailtos://user:password@example.com?to=ops@example.com
    roles: tuple[RoleName, ...] = ("operator", "finance", "administrator")  #: whose alerts; () = none
    severity: SeverityName = "warning"  #: the least that is sent
    connections: tuple[str, ...] = ()  #: () = all, and the hub itself
    quiet: str = ""  #: 22:00-07:00: what is not critical waits until it ends
    time_zone: str = "UTC"  #: of `quiet`
    escalation: bool = False  #: gets only what nobody has ended within `escalate_minutes`
    resolved: bool = True  #: whether the end of an alert is sent, too
    digest: bool = False


class Notify(Strict, frozen=True, kw_only=True):
    """`[notify]`; without targets alerts are shown and sent to nobody."""

    digest_at: str = "07:00"  #: in each company's time zone; "" = never
    escalate_minutes: int = 60
    link: str = ""  #: the console's address, for messages
    targets: dict[str, Target] = {}


def quiet_hours(text: str) -> tuple[time, time] | None:
    """`22:00-07:00` as two times of day; None for "". ValueError for anything else."""
    if not text:
        return None
    found = re.fullmatch(f"{_HOUR}-{_HOUR}", text)
    if found is None:
        raise ValueError(f"{text!r} is not a period of hours; write it like 22:00-07:00")
    first = time(int(found[1]), int(found[2]))
    last = time(int(found[3]), int(found[4]))
    if first == last:
        raise ValueError(f"{text!r} begins and ends at the same time")
    return first, last


def hour_of(text: str) -> time | None:
    """`07:00` as a time of day; None for "". ValueError for anything else."""
    if not text:
        return None
    found = re.fullmatch(_HOUR, text)
    if found is None:
        raise ValueError(f"{text!r} is not a time of day; write it like 07:00")
    return time(int(found[1]), int(found[2]))
