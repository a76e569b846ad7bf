"""`start`: how long `tidegate --version` takes, and what it needs: the price of every command's start."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.clock import SystemClock

STARTS, QUICK = 20, 5
#: The program itself, then what it has used, as the last line on standard error.
PROGRAM = """
import json, sys
from tidegate.cli.main import run
try:
    run()
finally:
    from tidegate.bench.resources import cpu_seconds, peak_memory
    print(json.dumps([cpu_seconds(), peak_memory()]), file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until the process had ended, CPU seconds, and its largest memory in MiB."""

    seconds: float
    cpu: float
    memory: float


def measure(_folder: Path, *, quick: bool) -> list[Figure]:
    """The median of some starts, after one that does not count."""
    start_once()
    starts = [start_once() for _ in range(QUICK if quick else STARTS)]
    what = f"`tidegate --version`, median of {len(starts)} starts"
    return [
        Figure(
            "start-time",
            round(statistics.median(each.seconds for each in starts), 3),
            "s",
            "timed",
            f"{what}, until the process has ended",
            Target("<", 1),
        ),
        Figure(
            "start-cpu",
            round(statistics.median(each.cpu for each in starts), 3),
            "s",
            "timed",
            f"{what}: CPU time",
        ),
        Figure(
            "start-memory",
            round(statistics.median(each.memory for each in starts), 1),
            "MiB",
            "timed",
            f"{what}: peak resident memory",
        ),
    ]


def start_once() -> Start:
    """Start the command and wait for its end. RuntimeError when it does not say its version."""
    clock = SystemClock()
    began = clock.monotonic()
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, "--version"], capture_output=True, text=True, check=False
    )
    seconds = clock.monotonic() - began
    if ended.returncode or not ended.stdout.startswith("tidegate "):
        raise RuntimeError(f"tidegate --version: {ended.stdout}{ended.stderr}")
    cpu, memory = json.loads(ended.stderr.splitlines()[-1])
    return Start(seconds, cpu, memory)
