"""`tidegate` under a fast clock: START SINCE RATE, then the words of the command line."""

from __future__ import annotations

import sys
from datetime import datetime

from tidegate.cli.invocation import Invocation
from tidegate.cli.main import app
from tidegate.clock import FastClock


def main() -> None:
    """The same program, told another time."""
    start, since, rate, *words = sys.argv[1:]
    clock = FastClock(datetime.fromisoformat(start), float(since), float(rate))
    app(words, obj=Invocation(clock=clock), prog_name="tidegate")


if __name__ == "__main__":
    main()
