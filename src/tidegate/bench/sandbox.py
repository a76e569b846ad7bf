"""The shop and the company in a process of their own, over loopback: their CPU time is not the hub's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

#: Seconds that the process may take to end once it was asked to.
PATIENCE = 20.0


class SandboxEnded(RuntimeError):
    """The process of the sandbox ended though it was needed."""


@dataclass(frozen=True)
class Introduction:
    """Where both systems listen and what opens them. These secrets open nothing else."""

    shop_url: str
    sage_url: str
    room: str  #: the product's own lines of `[companies.sage]`
    secrets: dict[str, str]  #: the environment that the hub's configuration refers to
    access_token: str
    refresh_token: str
    expires_in: int  #: seconds
    access_tokens: list[str]  #: of each company, where there are many


@dataclass(frozen=True)
class Count:
    """What both systems have seen since the last `forget`."""

    shop: dict[str, int]  #: requests, by method and path without identifiers
    sage: dict[str, int]
    orders: int  #: orders in the company, ever
    doubled: int  #: of these, beyond the first of the same key

    @property
    def shop_calls(self) -> int:
        """Requests to the shop."""
        return sum(self.shop.values())

    @property
    def sage_calls(self) -> int:
        """Requests to the company, sign-in included."""
        return sum(self.sage.values())


class Sandbox:
    """The parent's end of the process; it is ended by its own handle only."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        self._asking: IO[str] = process.stdin
        self._answers: IO[str] = process.stdout

    @cached_property
    def introduction(self) -> Introduction:
        """Its first line. Raises SandboxEnded when it could not start."""
        return Introduction(**self._answer())

    def place(
        self, count: int, *, seed: int = 0, ago: float = 60, choices: Mapping[str, str] | None = None
    ) -> None:
        """Have so many orders placed, `ago` seconds before now: the very next read sees them; `choices` as in `buy`."""
        self._ask({"place": count, "seed": seed, "ago": ago, "choices": dict(choices or {})})

    def deal(self, document: str) -> int:
        """Have the company make the next document of all its orders: `despatch`, `invoice`, `payment`. How many."""
        return int(self._ask({"deal": document})["made"])

    def count(self) -> Count:
        """What both systems have seen."""
        return Count(**self._ask({"count": True}))

    def forget(self) -> None:
        """Count from zero."""
        self._ask({"forget": True})

    def stop(self) -> None:
        """End it; it ends by itself, too, when this process does."""
        self._asking.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._answers.close()

    def _ask(self, wish: dict[str, Any]) -> dict[str, Any]:
        self._asking.write(json.dumps(wish) + "\n")
        self._asking.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line:
            raise SandboxEnded(f"the sandbox ended with status {self._process.wait(PATIENCE)}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def sandbox(
    folder: Path, *, service_time: float = 0.0, shop_time: float = 0.0, seed: int = 1, companies: int = 1
) -> Iterator[Sandbox]:
    """Both systems, serving on free ports; a call to Sage takes `service_time` seconds, one to the shop `shop_time`.

    Of many companies, each has a number, which its address ends with.
    """
    command = [sys.executable, "-m", "tidegate.bench.sandbox_process"]
    command += ["--seed", str(seed), "--service-time", str(service_time)]
    command += ["--shop-time", str(shop_time), "--companies", str(companies)]
    with (folder / "sandbox.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
    started = Sandbox(process)
    try:
        started.introduction  # noqa: B018 - it serves from then on
        yield started
    finally:
        started.stop()
