"""The production hub over a ledger of its own, between the systems of a sandbox process."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from tidegate.bench.sandbox import Introduction
from tidegate.clock import SystemClock
from tidegate.config.reading import loads
from tidegate.engine.hub import Hub, Surroundings, open_hub
from tidegate.sage.rooms import SETTINGS
from tidegate.sage.tokens import Tokens, keep_tokens
from tidegate.simulation.settings import Settings, render
from tidegate.transport import ClientFactory

CONNECTION, COMPANY, STORE = "web", "sage", "main"
#: Orders older than this are not read.
HISTORY = timedelta(days=1)


@contextmanager
def opened_hub(ledger: Path, sandbox: Introduction, **differences: Any) -> Iterator[Hub]:
    """A hub, signed in, on synchronous FULL; `differences` are those of `Settings`."""
    quiet()
    clock = SystemClock()
    now = clock.now()
    settings = {
        "window": "",
        "lag_seconds": 0,
        "since": (now - HISTORY).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **differences,
    }
    text = render(
        Settings(
            ledger=f"sqlite:///{ledger}",
            shop_url=sandbox.shop_url,
            room=sandbox.room,
            websites=("base",),
            currency="USD",
            time_zone="America/Detroit",
            **settings,
        )
    )
    loaded = loads(text, path=Path("bench.toml"), environment=sandbox.secrets, settings=SETTINGS)
    around = Surroundings(
        clock=clock,
        factory=ClientFactory(),
        chance=random.Random("bench"),
        holder="bench",
        environment=sandbox.secrets,
    )
    with open_hub(loaded.configuration, around) as hub:
        ends = now + timedelta(seconds=sandbox.expires_in)
        tokens = Tokens(sandbox.access_token, sandbox.refresh_token, now, ends, signed_in_at=now)
        keep_tokens(hub.vault, COMPANY, tokens)
        yield hub


def quiet() -> None:
    """Nothing below an error is logged: a terminal's speed is not measured here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
