"""The hub of the demonstration, a process of its own, so that it can be killed for real.

It is the loop of `tidegate run` under the parent's clock. It writes lines of JSON to standard output: one for
each cycle, and one whenever it waits, with the time until which it does. It writes `ready` and reads the
time from standard input before it begins, and after every wait. With `--die-at N` it kills itself with SIGKILL
as soon as Sage has answered its N-th order: nothing of that answer has been committed.
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
    """Serve until SIGTERM, or until the appointed death."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--die-at", type=int, default=0)
    parser.add_argument("--sage", required=True)
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the parent, which then stops us
    print("ready", flush=True)
    start = read_time()
    if start is None:
        return  # the parent is gone
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
    """A wire that kills this process after the chosen order: it has arrived, the ledger does not know."""

    def __init__(self, at: int, sage: str) -> None:
        super().__init__(trust_env=False)
        self._left = at
        self._orders_in = SIMULATED[sage].orders_in

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, and the end when its time has come."""
        response = super().handle_request(request)
        if self._left > 0:
            self._left -= self._orders_in(request)
            if self._left <= 0:
                psutil.Process().kill()  # SIGKILL; on Windows TerminateProcess
        return response


def read_time() -> datetime | None:
    """The time that the parent says, as ISO text on one line; None when it is gone."""
    line = sys.stdin.readline().strip()
    return datetime.fromisoformat(line) if line else None


def ask(until: datetime) -> datetime | None:
    """Report until when this process waits, and wait for the time at which it goes on."""
    return read_time() if write({"waits_until": until.isoformat()}) else None


def tell(report: Report, stop: threading.Event) -> None:
    """One line for the parent; without a parent there is nothing left to do."""
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
    """One line of JSON to the parent; false when it is gone."""
    try:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return False
    return True


if __name__ == "__main__":
    main()
