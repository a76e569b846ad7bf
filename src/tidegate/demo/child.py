"""The hub's process as its parent holds it: started, listened to, started again after its death."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from typing import IO, Any

from tidegate.demo.stage import RATE, Stage
from tidegate.demo.story import START

Line = dict[str, Any]
#: Real seconds that a hub which was asked to stop may take to end its cycle.
PATIENCE = 15.0


class Child:
    """One life after the other of the hub's process; it is ended by its own handle only."""

    def __init__(self, stage: Stage, dies_at: int) -> None:
        self._stage = stage
        self._dies_at = dies_at
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.lines: queue.SimpleQueue[Line] = queue.SimpleQueue()
        self.lives = 0

    def start(self) -> None:
        """A new life; only the first one ends by its own hand."""
        stage = self._stage
        command = [sys.executable, "-m", "tidegate.demo.hub_process", "--config", str(stage.config_path)]
        command += ["--start", START.isoformat(), "--since", repr(stage.since), "--rate", repr(RATE)]
        command += ["--seed", str(stage.seed)]
        if self.lives == 0:
            command += ["--die-at", str(self._dies_at)]
        self.lives += 1
        with stage.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=stage.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=stage.folder,
            )
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        self._reader = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def _listen(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                if line.endswith("\n"):  # a killed process may leave half a line
                    self.lines.put(json.loads(line))

    def ended(self) -> int | None:
        """The exit status once the process has ended: -9 after SIGKILL. None while it lives."""
        return self._process.poll() if self._process is not None else None

    def stop(self) -> None:
        """Ask it to stop; end it when it does not."""
        process, reader = self._process, self._reader
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        if reader is not None:
            reader.join(PATIENCE)
        self._process = self._reader = None
