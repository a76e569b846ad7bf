"""The hub of the demonstration, a process of its own, so that it can be killed for real.

It is the loop of `tidegate run` under a fast clock; one line of JSON on standard output for each
cycle. With `--die-at N` it kills itself, as SIGKILL does, right before its N-th commit that
follows a sent order.
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

from tidegate.clock import FastClock
from tidegate.config.reading import load
from tidegate.engine.cycles import Report
from tidegate.engine.hub import Surroundings, open_hub
from tidegate.engine.runner import run
from tidegate.ledger import database
from tidegate import log
from tidegate.transport import ClientFactory


def main() -> None:
    """Serve until SIGTERM, or until the appointed death."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--start", type=datetime.fromisoformat, required=True)
    parser.add_argument("--since", type=float, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--die-at", type=int, default=0)
    given = parser.parse_args()
    clock = FastClock(given.start, given.since, given.rate)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the parent, which then stops us
    log.set_up("json", clock=clock, stream=sys.stderr)
    around = Surroundings(
        clock=clock,
        factory=ClientFactory(),
        chance=random.Random(f"{given.seed}/{os.getpid()}"),
        holder=f"demo:{os.getpid()}",
        environment=os.environ,
    )
    with open_hub(load(given.config, environment=os.environ).configuration, around) as hub:
        if given.die_at:
            database.set_trip(Executioner(given.die_at).trip)
        run(hub, stop, tell)


class Executioner:
    """Kills this process at the chosen commit of an attempt: the order has left, the outcome is unknown."""

    def __init__(self, at: int) -> None:
        self._left = at

    def trip(self, label: str, when: str) -> None:
        """The ledger's hook around commits."""
        if label == "attempt" and when == "before":
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def tell(report: Report) -> None:
    """One line for the parent."""
    line = {
        "flow": report.flow,
        "at": report.started.isoformat(),
        "outcome": report.outcome,
        "text": report.text,
        "counts": report.counts,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
