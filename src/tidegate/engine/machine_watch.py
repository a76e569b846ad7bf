"""What concerns the machine and all connections: room on the disk, and a second hub over the same ledger."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from tidegate.engine.conditions import agree
from tidegate.engine.hub import Hub
from tidegate.ledger import database, presence
from tidegate.ledger.database import transaction

DISK, SECOND_HUB = "disk-space", "second-hub"
PAUSE = timedelta(minutes=1)
#: When this hub looked for the first time.
BEGAN = "began"
_MEGABYTE = 1_000_000


def look(hub: Hub) -> None:
    """Say that this hub is at work, and raise or clear both alerts; once a minute.

    Workers share the ledger and do not say so: whoever plans next would take them for hubs started by mistake.
    """
    now = hub.clock.now()
    looked = hub.watched.get(SECOND_HUB)
    if looked is not None and timedelta(0) <= now - looked < PAUSE:
        return
    hub.watched[SECOND_HUB] = now
    if not hub.shares:
        with transaction("presence"):
            presence.beat(hub.holder, now)
    since = hub.watched.setdefault(BEGAN, now)
    others = presence.others(hub.holder, since, now)
    agree(SECOND_HUB, "", {"": second_hub(others)} if others else {}, now)
    path = database.place()
    free = free_mb(path) if path is not None else None
    least = hub.configuration.hub.disk_free_mb
    agree(DISK, "", {"": disk(path, least)} if free is not None and free < least else {}, now)


def leave(hub: Hub) -> None:
    """Record that this hub ends well, so that the next one does not count it as a second hub."""
    with transaction("presence"):
        presence.leave(hub.holder, hub.clock.now())


def second_hub(others: list[str]) -> str:
    """A text for users; a holder's name begins with host and process id."""
    named = ", ".join(" process ".join(holder.split(":")[:2]) for holder in others[:5])
    return (
        f"another hub works with this ledger: {named}. Nothing is sent twice, but the hubs wait for each "
        "other: stop one of them"
    )


def disk(path: Path | None, least: int) -> str:
    """A text for users; without the figure, which changes all the time."""
    where = path.parent if path is not None else ""
    return f"less than {least} MB are free in {where}. A full disk stops every cycle: free some space"


def free_mb(path: Path) -> int | None:
    """Megabytes (of 10^6 bytes) free on the ledger's disk; None when it cannot be known."""
    try:
        return shutil.disk_usage(path.parent).free // _MEGABYTE
    except OSError:
        return None
