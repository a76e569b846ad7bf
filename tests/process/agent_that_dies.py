"""An agent that opens a session through a worker process, says so, and waits to be killed."""

from __future__ import annotations

import sys
from datetime import date

from tidegate_agent.process_worker import ProcessWorker
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.session import Session
from tidegate_agent.sage300.names import TEXTS
from tidegate_agent.sage300.session import Session as ViewSession
from tidegate_agent.texts import Texts


def main() -> None:
    """``python -m process.agent_that_dies BACKEND DROP_LIMIT [sage300]``."""
    command = [sys.executable, "-m", "tidegate_agent.worker_main", sys.argv[1], sys.argv[2]]

    def worker() -> ProcessWorker:
        return ProcessWorker(command, limit_s=60, end_server=lambda _: None)

    if sys.argv[3:] == ["sage300"]:
        views = ViewSession(
            "SAMLTD",
            worker,
            user="WEBAPI",
            password="webapi-password",
            version="70A",
            today=lambda: date(2026, 3, 2),
            drop_limit_s=float(sys.argv[2]),
            texts=Texts((), TEXTS),
        )
        views.open()
        with views.view("OE0520"):
            print("open", views.worker.process, flush=True)  # type: ignore[attr-defined]
            sys.stdin.read()
    session = Session(
        "ABC",
        worker,
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
