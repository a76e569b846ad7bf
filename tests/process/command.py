"""A running command: a process of its own, told and killed by its handle."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from process.hurried import FastClock
from process.nursery import begin

#: The longest that a command may take to end.
PATIENCE = 30.0


class Command:
    """One process; its output goes to files, so that it can never block on a pipe."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        clock: FastClock | None = None,
        *,
        far: bool = False,
    ) -> None:
        self.words = words
        self._stdout, self._stderr = log.with_suffix(".out"), log.with_suffix(".err")
        self._stdout.touch()
        self._stderr.touch()
        self._process = begin(words, environment, self._stdout, self._stderr, clock, far)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it still runs."""
        return self.code is None

    @property
    def stdout(self) -> str:
        """What it has answered so far."""
        return self._stdout.read_text()

    @property
    def stderr(self) -> str:
        """What it has logged so far."""
        return self._stderr.read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The whole lines of `run --json`."""
        lines = self.stderr.splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def cycles(self, *outcomes: str) -> list[dict[str, Any]]:
        """The cycles that it has logged: those that were carried out, unless told. Idle ones are at `debug`."""
        wanted = outcomes or ("done", "ended early")
        ended = [each for each in self.log if each["event"] in ("cycle", "idle", "closed")]
        return [each for each in ended if each.get("outcome", "done") in wanted]

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, *codes: int) -> None:
        """Wait until it ends, and insist on one of these exit codes; 0 unless told."""
        self._process.join(PATIENCE)
        found = self.code
        reported = f"{' '.join(self.words)}: exit {found}\n{self.stdout}\n{self.stderr}"
        assert found in (codes or (0,)), reported
        assert "Traceback" not in self.stderr, self.stderr

    def stop(self) -> None:
        """Ask it to stop; it ends its cycle and leaves with 0."""
        self.signal(signal.SIGTERM)
        self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, as by the kernel or a hasty operator."""
        self._process.kill()
        self.wait(-signal.SIGKILL)

    def end(self) -> None:
        """Leave nothing behind, however the test ended."""
        if self.runs:
            self._process.kill()
        self._process.join(PATIENCE)
        self._process.close()
