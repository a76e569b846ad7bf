"""The hub's process as its parent holds it: prepared, started, listened to, replaced after its death."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from tidegate_sandbox.clock import SandboxClock

Line = dict[str, Any]
#: Real seconds that a hub which was asked to stop may take to end its cycle.
PATIENCE = 20.0


class Served(Protocol):
    """What a hub's process needs of a setup."""

    seed: int
    folder: Path
    sandbox_clock: SandboxClock

    @property
    def dies_of(self) -> str:
        """The product whose order it does not survive."""
        ...

    @property
    def config_path(self) -> Path:
        """Its configuration."""
        ...

    @property
    def log_path(self) -> Path:
        """Its log."""
        ...

    def environment(self) -> dict[str, str]:
        """Its secrets, beside what this process has."""
        ...


class HubEnded(RuntimeError):
    """The hub's process ended though nobody had asked it to."""


class Life:
    """One process, from its preparation to its end."""

    def __init__(self, setup: Served, dies_at: int, lines: queue.SimpleQueue[Line]) -> None:
        self._lines = lines
        self._ready = threading.Event()
        self.waits_until: datetime | None = None  #: None while it is at work
        self.news = threading.Event()  #: set whenever a line has come
        command = [sys.executable, "-m", "tidegate.demo.hub_process", "--config", str(setup.config_path)]
        command += ["--seed", str(setup.seed), "--die-at", str(dies_at), "--sage", setup.dies_of]
        with setup.log_path.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                command,
                env=setup.environment(),
                cwd=setup.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._reader = threading.Thread(target=self._listen, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def _listen(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                if not line.endswith("\n"):
                    return  # a killed process may leave half a line
                if line == "ready\n":
                    self._ready.set()
                elif "waits_until" in (message := json.loads(line)):
                    self.waits_until = datetime.fromisoformat(message["waits_until"])
                else:
                    self._lines.put(message)
                self.news.set()
            self.news.set()

    def until_ready(self) -> None:
        """Wait until it could begin at once. Raises HubEnded."""
        while not self._ready.wait(0.05):
            if (status := self.process.poll()) is not None:
                raise HubEnded(f"the hub's process ended with status {status} before it had begun")

    def go_on(self, now: datetime) -> None:
        """Let it work from this time on. What has died meanwhile shows in `process`."""
        assert self.process.stdin is not None  # noqa: S101 - it is a pipe
        self.waits_until = None
        try:
            self.process.stdin.write(f"{now.isoformat()}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return

    def end(self) -> None:
        """Ask it to stop; end it when it does not."""
        if self.process.poll() is None:
            self.process.terminate()
            self.hang_up()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE)
        self.hang_up()

    def hang_up(self) -> None:
        """Close its standard input: what waits for the time ends."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


class Child:
    """One life at a time, the next one in readiness; each is ended by its own handle only."""

    def __init__(self, setup: Served, dies_at: int) -> None:
        self._setup = setup
        self._dies_at = dies_at
        self._life: Life | None = None
        self._next: Life | None = None
        self.lines: queue.SimpleQueue[Line] = queue.SimpleQueue()

    def prepare(self) -> None:
        """Start a process that waits for its turn; only the first one ends by its own hand."""
        if self._next is None:
            self._next = Life(self._setup, self._dies_at, self.lines)
            self._dies_at = 0

    def until_ready(self) -> None:
        """Wait for the process that was prepared."""
        self.prepare()
        assert self._next is not None  # noqa: S101 - just prepared
        self._next.until_ready()

    def begin(self, now: datetime) -> None:
        """It is the next one's turn, from this time on."""
        self.prepare()
        if self._life is not None:
            self._life.end()
        self._life, self._next = self._next, None
        if self._life is not None:
            self._life.go_on(now)

    @property
    def waits_until(self) -> datetime | None:
        """Until when the hub waits; None while it is at work. What it reported before is in `lines`."""
        return self._life.waits_until if self._life is not None else None

    def go_on(self, now: datetime) -> None:
        """End the hub's wait: it is `now`."""
        if self._life is not None:
            self._life.go_on(now)

    def listen(self, seconds: float) -> None:
        """Wait so many real seconds at most for a line of the hub, or for its end."""
        if self._life is not None:
            self._life.news.wait(seconds)
            self._life.news.clear()

    def reported(self) -> Iterator[Line]:
        """What the hub has reported since it was asked last."""
        with suppress(queue.Empty):
            while True:
                yield self.lines.get_nowait()

    def ended(self) -> int | None:
        """The exit status of the one whose turn it was: -9 after SIGKILL. None while it lives."""
        return self._life.process.poll() if self._life is not None else None

    def stop(self) -> None:
        """End whatever lives."""
        for life in (self._life, self._next):
            if life is not None:
                life.end()
        self._life = self._next = None
