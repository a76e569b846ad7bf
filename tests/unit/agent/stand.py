"""What the tests of the agent stand on: a fake installation, a clock that stands still, an open session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from tidegate_agent.backends import NativeBackend
from tidegate_agent.inline_worker import InlineWorker
from tidegate_agent.sage100.session import Session
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage100.backend import Host
from tidegate_sandbox.sage100.demo import demo_installation
from tidegate_sandbox.sage100.installation import Installation

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
DAY = date(2026, 3, 2)


def installation(**options: Any) -> Installation:
    """A small installation whose clock stands still."""
    options.setdefault("items", 3)
    return demo_installation(SandboxClock.virtual(START), **options)


def session(one: Installation, company: str = "ABC", *, password: str = "secret") -> Session:
    """A session, not yet open."""
    backend = NativeBackend(Host(one))
    return Session(
        company,
        lambda: InlineWorker(backend.connect(), backend.end_server),
        home=one.home,
        user="tidegate",
        password=password,
        drop_limit_s=10,
    )


@contextmanager
def opened(one: Installation, company: str = "ABC") -> Iterator[Session]:
    """An open session, dropped at the end."""
    made = session(one, company)
    made.open()
    try:
        yield made
    finally:
        made.drop()
