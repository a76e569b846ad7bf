"""Commands as processes that begin with the program loaded.

Loading it takes several times as long as what most commands of these tests do. It is loaded once, by a process that
waits and does nothing else; each command is a fork of it: a process with an id, a memory and a death of its own. That
the installed program starts from nothing is tried by `test_quickstart.py`, and by `test_processes.py` of the command line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from process.hurried import FastClock
from tidegate.engine import cycle_queue
from tidegate.ledger import database, holder, location

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "__main__",  # the test runner's, which each fork would load otherwise
        "httpcore",
        "pydantic",
        "tidegate.cli.every_command",
        "tidegate.config.reading",
        "tidegate.console.server",
        "tidegate.engine.reports",
        "tidegate.engine.runner",
        "tidegate.ledger.engines.sqlite.base",
        "tidegate.log",
        "tidegate.sage.sage200.room",
    ]
)


def begin(
    words: Sequence[str],
    environment: Mapping[str, str],
    out: Path,
    err: Path,
    clock: FastClock | None,
    far: bool = False,
) -> BaseProcess:
    """Start `tidegate` with these words; its output goes to files that are there, its time is the machine's without a clock.

    One that is `far` knows of no process whether it has ended, as if each were on another machine.
    """
    process = _CONTEXT.Process(target=_carry_out, args=(words, dict(environment), out, err, clock, far))
    process.start()
    return process


def _carry_out(
    words: Sequence[str],
    environment: Mapping[str, str],
    out: Path,
    err: Path,
    clock: FastClock | None,
    far: bool,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for path, number in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
    sys.argv = ["tidegate", *words]
    database.locate = _without_waiting
    if far:
        holder.gone = lambda _: False
    if clock is None:
        from tidegate.cli.main import run

        run()
    else:
        from tidegate.cli.every_command import app
        from tidegate.cli.invocation import Invocation

        hurry(clock.rate)
        app(words, obj=Invocation(clock=clock), prog_name="tidegate")


def hurry(rate: float) -> None:
    """The queue asks the server for the time, which no test hands in: what it waits for is shortened instead."""
    for name in ("HEARTBEAT", "DEAD", "POLL"):
        setattr(cycle_queue, name, getattr(cycle_queue, name) / rate)


def _without_waiting(url: str, durability: location.Durability) -> location.Location:
    """Kill as we may, nobody cuts the power: a file needs no disk. A server may be killed, too, and has to keep its word."""
    return location.locate(url, "off" if url.startswith("sqlite:") else durability)
