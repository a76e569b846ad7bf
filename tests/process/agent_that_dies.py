"""An agent that opens a session through a worker process, says so, and waits to be killed."""

from __future__ import annotations

import sys
from datetime import date

from tidegate_agent.process_worker import ProcessWorker
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.session import Session


def main() -> None:
    """``python -m process.agent_that_dies BACKEND DROP_LIMIT``."""
    command = [sys.executable, "-m", "tidegate_agent.worker_main", sys.argv[1], sys.argv[2]]
    session = Session(
        "ABC",
        lambda: ProcessWorker(command, limit_s=60, end_server=lambda _: None),
        home="C:\\Sage\\MAS90\\Home",
        user="tidegate",
        password="secret",
        drop_limit_s=float(sys.argv[2]),
    )
    session.open()
    session.begin(names.ORDER, date(2026, 3, 2))
    print("open", session.worker.process, flush=True)  # type: ignore[attr-defined]
    sys.stdin.read()


if __name__ == "__main__":
    main()
