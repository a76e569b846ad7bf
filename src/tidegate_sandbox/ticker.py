"""For simulators that are served: what is due is done while nobody asks."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Protocol, Self


class DoesDue(Protocol):
    """A face that has work of its own, by the sandbox clock."""

    def run_due(self) -> object:
        """Do what is due, and send what is to be sent."""
        ...


class Ticker:
    """A context manager: a thread that does what is due, every so many real seconds, until the block ends."""

    def __init__(self, face: DoesDue, every: float = 0.2) -> None:
        self._face = face
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-ticker", daemon=True)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            self._face.run_due()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
