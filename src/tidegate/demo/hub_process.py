"""The hub of the demonstration, a process of its own, so that it can be killed for real.

It is the loop of `tidegate run` under a fast clock; one line of JSON on standard output for each
cycle. It says `ready` and waits for the clock's origin on standard input before it begins, so that
the time which Python takes to start is no part of the story. With `--die-at N` it kills itself with SIGKILL as soon as Sage has answered its N-th order:
nothing of that answer has been committed.
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

import httpx

from tidegate import log
from tidegate.clock import FastClock
from tidegate.config.reading import load
from tidegate.engine.cycles import Report
from tidegate.engine.hub import Surroundings, open_hub
from tidegate.engine.runner import run
from tidegate.transport import ClientFactory


def main() -> None:
    """Serve until SIGTERM, or until the appointed death."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--start", type=datetime.fromisoformat, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--die-at", type=int, default=0)
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the parent, which then stops us
    print("ready", flush=True)
    since = sys.stdin.readline()
    if not since:
        return  # the parent is gone
    clock = FastClock(given.start, float(since), given.rate)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    log.set_up("json", clock=clock, stream=sys.stderr)
    around = Surroundings(
        clock=clock,
        factory=ClientFactory(transport=Executioner(given.die_at)) if given.die_at else ClientFactory(),
        chance=random.Random(f"{given.seed}/{os.getpid()}"),
        holder=f"demo:{os.getpid()}",
        environment=os.environ,
    )
    with open_hub(load(given.config, environment=os.environ).configuration, around) as hub:
        run(hub, stop, lambda report: tell(report, stop))


class Executioner(httpx.HTTPTransport):
    """A wire that kills this process after the chosen order: it has arrived, the ledger does not know."""

    def __init__(self, at: int) -> None:
        super().__init__(trust_env=False)
        self._left = at

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, and the end when its time has come."""
        response = super().handle_request(request)
        if request.method == "POST" and request.url.path.endswith("/sop_orders"):
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return response


def tell(report: Report, stop: threading.Event) -> None:
    """One line for the parent; without a parent there is nothing left to do."""
    line = {
        "flow": report.flow,
        "at": report.started.isoformat(),
        "outcome": report.outcome,
        "text": report.text,
        "counts": report.counts,
    }
    try:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        stop.set()


if __name__ == "__main__":
    main()
