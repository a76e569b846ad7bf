"""The hub of the demonstration: a process of its own, so that it can be killed with SIGKILL.

It runs the loop of `tidegate run` with the parent's clock. First it writes `ready` to standard output. Then it
writes one line of JSON for each cycle, and one before each wait, with the time until which it waits. It reads the
time from standard input at the start and after every wait. With `--die-at N` it kills itself as soon as Sage has
answered its N-th order, before anything of that answer is committed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

from tidegate import log
from tidegate.config.reading import load
from tidegate.demo.hub_clock import HubClock
from tidegate.engine.cycles import Report
from tidegate.engine.hub import Surroundings, open_hub
from tidegate.engine.runner import run
from tidegate.sage.rooms import SETTINGS
from tidegate.simulation.products import SIMULATED
from tidegate.transport import ClientFactory


def main() -> None:
    """Run until SIGTERM, until the parent ends, or until the crash of `--die-at`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--die-at", type=int, default=0)
    parser.add_argument("--sage", required=True)
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and then stops this process
    print("ready", flush=True)
    start = read_time()
    if start is None:
        return  # the parent has ended
    configuration = load(given.config, environment=os.environ, settings=SETTINGS).configuration
    clock = HubClock(start, ask)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    log.set_up("json", clock=clock, stream=sys.stderr)
    around = Surroundings(
        clock=clock,
        factory=ClientFactory(transport=Executioner(given.die_at, given.sage))
        if given.die_at
        else ClientFactory(),
        chance=random.Random(f"{given.seed}/{os.getpid()}"),
        holder=f"demo:{os.getpid()}",
        environment=os.environ,
    )
    with open_hub(configuration, around) as hub:
        clock.at_work = lambda: hub.at_work()
        run(hub, stop, lambda report: tell(report, stop))


class Executioner(httpx.HTTPTransport):
    """An HTTP transport that kills this process after order number `at`, which Sage has and the ledger lacks."""

    def __init__(self, at: int, sage: str) -> None:
        super().__init__(trust_env=False)
        self._left = at
        self._orders_in = SIMULATED[sage].orders_in

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; kill this process when its answer is that of the chosen order."""
        response = super().handle_request(request)
        if self._left > 0:
            self._left -= self._orders_in(request)
            if self._left <= 0:
                psutil.Process().kill()  # SIGKILL; on Windows TerminateProcess
        return response


def read_time() -> datetime | None:
    """Read the time from the parent, one line in ISO 8601; None when the parent has ended."""
    line = sys.stdin.readline().strip()
    return datetime.fromisoformat(line) if line else None


def ask(until: datetime) -> datetime | None:
    """Report until when this process waits; return the time at which it continues, None without a parent."""
    return read_time() if write({"waits_until": until.isoformat()}) else None


def tell(report: Report, stop: threading.Event) -> None:
    """Report a cycle to the parent; when the parent has ended, set `stop`."""
    line = {
        "connection": report.connection,
        "flow": report.flow,
        "at": report.started.isoformat(),
        "outcome": report.outcome,
        "text": report.text,
        "counts": report.counts,
    }
    if not write(line):
        stop.set()


def write(line: dict[str, Any]) -> bool:
    """Write one line of JSON to the parent; false when the parent has ended."""
    try:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return False
    return True


if __name__ == "__main__":
    main()
