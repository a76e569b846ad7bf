"""One Windows host with a late-bound server: who holds its seats, what was called, and what may go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tidegate_sandbox.com.faults import Arranged
from tidegate_sandbox.com.licence import Licence, Seats


class Call(NamedTuple):
    """One call as the host saw it."""

    process: int
    object: str
    method: str
    args: tuple[Any, ...]
    answer: Any


class ComHost:
    """Safe from several threads: one call at a time. A product says how long its calls take.

    ``block_on_hang``: a hanging call really blocks until its process is ended (for worker processes); otherwise the
    caller sees it at once, and ``on_hang`` hears of it, so that a simulated clock can move.
    """

    def __init__(self, pool: Seats, *, block_on_hang: bool = False) -> None:
        self.block_on_hang = block_on_hang
        self.licence = Licence(pool)
        self.faults: list[Arranged] = []
        self.calls: list[Call] = []
        self.lock = threading.RLock()
        self.ended = threading.Condition()
        self.on_hang: Callable[[], object] = lambda: None
        self.pace: Callable[[float], object] | None = (
            None  #: lets so many seconds pass; None: calls take none
        )
        self.before_call: Callable[[str, str], object] = lambda _object, _method: None
        self.after_call: Callable[[str, str], object] = lambda _object, _method: None

    def seconds_of(self, object: str, method: str) -> float:
        """How long a call usually takes."""
        return 0.0

    def busy_text(self) -> str:
        """What the server says when a file is busy."""
        return "busy"

    def end_server(self, process: int) -> None:
        """End a server process: its seats are free and its locks gone."""
        with self.lock:
            self.licence.end(process)
            self.forget(process)
        with self.ended:
            self.ended.notify_all()

    def forget(self, process: int) -> None:
        """What else goes with a server process."""

    # Faults

    def arrange(
        self, kind: Any, method: str = "", object: str = "", *, skip: int = 0, times: int = 1
    ) -> None:
        """Let a coming call go wrong."""
        self.faults.append(Arranged(kind, method.lower(), object.lower(), skip, times))

    def fault_of(self, object: str, method: str) -> str:
        """What goes wrong with this call; empty: nothing."""
        for one in self.faults:
            if one.applies_to(object, method):
                return one.kind
        return ""

    def methods(self, *objects: str) -> Iterable[str]:
        """The methods called on these objects, in their order."""
        return [call.method for call in self.calls if call.object in objects]
