"""Lets a platform that is served go on by itself: what is due happens although nobody asks."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from tidegate_sandbox.sage50.face import Sage50Face


class Ticker:
    """A context manager: a thread that does what is due, every so many real seconds, until the block ends."""

    def __init__(self, face: Sage50Face, every: float = 0.2) -> None:
        self._face = face
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sage50-ticker", daemon=True)

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
