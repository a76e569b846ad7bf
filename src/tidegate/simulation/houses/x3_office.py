"""What happens in weeks with X3 alone: people have orders open, the batch server is late, others fill the pool."""

from __future__ import annotations

import random
import re
import shutil
import weakref
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tidegate.simulation.event import Event, moment

FOLDER = re.compile(r'way = "files", folder = "([^"]+)"')


def script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's, from a random stream of its own."""
    rng = random.Random(f"x3-{seed}")
    for _ in range(3):
        at = moment(rng, start, days)
        yield Event(at, "order-open", {"pick": rng.random(), "on": True})
        yield Event(at + timedelta(minutes=rng.choice((20, 90, 240))), "order-open", {"on": False})
    for _ in range(rng.randrange(3)):
        at = moment(rng, start, days)
        yield Event(at, "batch-server", {"minutes": rng.choice((1, 20, 45))})
    for _ in range(rng.randrange(2)):
        at = moment(rng, start, days)
        yield Event(at, "pool-taken", {"others": 3})
        yield Event(at + timedelta(hours=rng.choice((1, 3))), "pool-taken", {"others": 0})


class Office:
    """The people of X3 who have nothing to do with orders, and the folder that its import task reads."""

    def __init__(self, face: Any, room: str) -> None:
        self._face = face
        folder = FOLDER.search(room)
        if folder is not None:
            face.import_task.pick_up = Path(folder[1])
            weakref.finalize(face, shutil.rmtree, folder[1], ignore_errors=True)

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        deeds: dict[str, Callable[..., None]] = {
            "order-open": self._open,
            "batch-server": self._batch,
            "pool-taken": self._pool,
        }
        if what not in deeds:
            return False
        deeds[what](**options)
        return True

    def peace(self) -> None:
        """Nobody has anything open, and the batch server works."""
        self._face.folder.locks.clear()
        self._pool(0)
        self._batch(1)

    def _open(self, on: bool, pick: float = 0) -> None:
        orders = [order.number for order in self._face.company.orders.table if order.external_key]
        self._face.folder.locks.clear()
        if on and orders:
            self._face.perform("open-document", {"document": orders[int(pick * len(orders))]})

    def _batch(self, minutes: int) -> None:
        self._face.options.batch_minutes = minutes

    def _pool(self, others: int) -> None:
        self._face.options.others = others
