"""After the evening: the console over what has happened, and the hub at work in real time, until somebody stops it."""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

import msgspec

from tidegate import log
from tidegate.clock import Clock, SystemClock
from tidegate.config.console import LOOPBACK, Console
from tidegate.config.model import Configuration
from tidegate.demo.child import Served
from tidegate.engine import runner
from tidegate.engine.hub import Surroundings, open_hub
from tidegate.transport import ClientFactory

#: The login of the demonstration. It opens nothing else: the console listens on this machine alone.
NAME, PASSWORD = "demo", "tide-gate-demo"
#: Real seconds between two steps of the simulated systems' time.
STEP = 0.2


class LaterClock(Clock):
    """The machine's clock, moved to the time of the story."""

    def __init__(self, start: datetime) -> None:
        self._machine = SystemClock()
        self._start, self._began = start, self._machine.monotonic()

    def now(self) -> datetime:
        """The story's time goes on as the machine's."""
        return self._start + timedelta(seconds=self.monotonic() - self._began)

    def monotonic(self) -> float:
        """The machine's."""
        return self._machine.monotonic()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        """A real wait."""
        return self._machine.wait(seconds, until)


def stay(setup: Served, configuration: Configuration, now: datetime) -> None:
    """Serve the console until SIGINT or SIGTERM; says where, and with which login."""
    from tidegate.console.installed import install

    install()
    from tidegate.console import accounts
    from tidegate.console.pages.serving import console
    from tidegate.console.roles import Role

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    clock = LaterClock(now)
    log.set_up("json", clock=clock, stream=setup.log_path.open("a"))
    around = Surroundings(
        clock=clock,
        factory=ClientFactory(),
        chance=random.Random(setup.seed),
        holder=f"demo:{os.getpid()}:console",
        environment=setup.environment(),
    )
    listens = msgspec.structs.replace(configuration, console=Console(listen=free_address()))
    with open_hub(listens, around) as hub, in_step(setup, clock, stop), console(hub) as port:
        accounts.add(NAME, [Role.ADMINISTRATOR], [], now=clock.now(), actor="demo", password=PASSWORD)
        print(f"\nThe console shows it all:  http://127.0.0.1:{port}", file=sys.stderr)
        print(
            f"  user {NAME}, password {PASSWORD}   (Ctrl-C ends the demonstration)",
            file=sys.stderr,
            flush=True,
        )
        runner.run(hub, stop)


def free_address() -> str:
    """The console's usual address, or another port where that is taken."""
    host, _, port = LOOPBACK.rpartition(":")
    with closing(socket.socket()) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, int(port)))
        except OSError:
            return f"{host}:0"
    return LOOPBACK


@contextmanager
def in_step(setup: Served, clock: Clock, stop: threading.Event) -> Iterator[None]:
    """Shop and Sage live in the hub's time while the block runs."""
    over = threading.Event()

    def follow() -> None:
        while not over.is_set() and not stop.is_set():
            setup.sandbox_clock.set(clock.now())
            clock.wait(STEP, over)

    thread = threading.Thread(target=follow, name="time", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=5)
