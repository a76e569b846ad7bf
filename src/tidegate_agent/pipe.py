"""A child process that answers lines of JSON, and can be ended when it does not."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Sequence
from typing import Any


class PipeBroken(Exception):
    """The child is gone, or answers no JSON."""


class PipeSilent(Exception):
    """The child did not answer within the limit."""


class Pipe:
    """One child. Used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._process = subprocess.Popen(  # noqa: S603 - the command is the agent's own
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        threading.Thread(target=self._listen, name=f"pipe-{self._process.pid}", daemon=True).start()

    @property
    def process(self) -> int:
        """The process id of the child."""
        return self._process.pid

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        with self._process.stdout as source:
            for text in source:
                self._answers.put(text)
        self._answers.put(None)

    def ask(self, request: dict[str, Any], limit_s: float) -> dict[str, Any]:
        """The answer to a request. PipeSilent after the limit: the caller then kills; PipeBroken."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self._process.stdin.write(json.dumps(request, separators=(",", ":")) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise PipeBroken("the process is gone") from None
        try:
            text = self._answers.get(timeout=limit_s)
        except queue.Empty:
            raise PipeSilent(f"no answer within {limit_s:g} s") from None
        if text is None:
            raise PipeBroken("the process died")
        answer = json.loads(text)
        if not isinstance(answer, dict):
            raise PipeBroken("the process answered no object")
        return answer

    def close(self, limit_s: float) -> None:
        """Close the pipe and wait for the child to end by itself. PipeSilent when it does not."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self._process.stdin.close()
            self._process.wait(limit_s)
        except OSError:
            raise PipeBroken("the process is gone") from None
        except subprocess.TimeoutExpired:
            raise PipeSilent(f"it did not end within {limit_s:g} s") from None

    def kill(self) -> None:
        """End the child, whatever it does."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:
                return
