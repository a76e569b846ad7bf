"""The agent beside a simulated Sage 100, which dies and is started again over the same journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from weakref import finalize

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN = "sandbox-agent-token"  # noqa: S105 - opens nothing but the simulator
SECRETS = {"agent-token": TOKEN, "sage": "secret"}
ORDERS = "/orders"


class Killed(BaseException):
    """kill -9: from here on nothing of the agent runs, no clean-up either."""


class HostClock:
    """The machine's clock: the simulation's, but for what the agent's own threads have done meanwhile."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._at: datetime | None = None

    def now(self) -> datetime:
        """The present, or the moment that is looked back at."""
        found: datetime = self._at or self._clock.now()
        return found

    def advance(self, seconds: float) -> None:
        """The time passes."""
        self._clock.advance(seconds)

    @contextmanager
    def at(self, seconds: float) -> Iterator[None]:
        """Look back at a moment."""
        self._at = datetime.fromtimestamp(seconds, UTC)
        try:
            yield
        finally:
            self._at = None


class AgentHost:
    """Starts the agent, and starts it again; a WSGI application for whatever stands before it."""

    user = "tidegate"  #: its user of Sage

    def __init__(
        self,
        installation: Any,
        clock: Any,
        *,
        time_zone: str,
        seats: int = 1,
        read_only: bool = False,
        reader: str = "odbc",
    ) -> None:
        self._folder = Path(mkdtemp(prefix="sage100-"))
        finalize(self, rmtree, self._folder, ignore_errors=True)
        self._installation = installation
        self._seats = seats
        self._clock = HostClock(clock)
        installation.licence.now = lambda: self._clock.now().timestamp()
        self._settings = {
            "read_only": read_only,
            "seats": {"seats": seats},
            "sage100": {
                "home": installation.home,
                "user": self.user,
                "companies": list(installation.companies),
                "history": "orders+deleted",
                "time_zone": time_zone,
                "edition": installation.options.edition,
                "reader": reader,
                "allow_cancel": True,
            },
        }
        self.orders_seen = 0  #: entries of batches that arrived, repeated ones included
        self.deaths = 0
        self.before_request: Callable[[], object] = lambda: None
        self._calls_left: int | None = None
        self._dead = False
        installation.before_call = self._before_call
        self._start()

    def _start(self) -> None:
        from tidegate_agent.embedded import embedded
        from tidegate_agent.sage100.api import Api
        from tidegate_sandbox.sage100.backend import Host

        self._dead, self._calls_left = False, None
        journal = self._folder / "journal.db"
        host = Host(self._installation)
        self.agent = embedded(host, self._clock, journal, self._settings, SECRETS.__getitem__)
        self._face = Api(self.agent).face

    def dies(self, calls: int = 0) -> None:
        """It dies before its Nth call of Sage from now on; 0: at once. It is started again then."""
        if calls:
            self._calls_left = calls
        else:
            self._restart()

    def _restart(self) -> None:
        """What a killed process leaves: an open session of Sage, and the journal."""
        self.deaths += 1
        self.agent.journal.close()
        self._start()

    def _before_call(self, _object: str, _method: str) -> None:
        if self._dead:
            raise Killed
        if self._calls_left is not None:
            self._calls_left -= 1
            if self._calls_left <= 0:
                self._dead = True
                raise Killed

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request; ConnectionDropped where the agent dies over it."""
        from tidegate_sandbox.wire import ConnectionDropped

        self._count(environ)
        self.before_request()
        try:
            self._watch()
            return list(self._face(environ, start_response))
        except Killed:
            self._restart()
            raise ConnectionDropped("after") from None

    def _count(self, environ: WSGIEnvironment) -> None:
        if environ["REQUEST_METHOD"] == "POST" and str(environ.get("PATH_INFO", "")).endswith(ORDERS):
            from io import BytesIO

            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            self.orders_seen += body.count(b'"fingerprint"')

    # What the machine's people do beside it

    @property
    def sessions(self) -> int:
        """Sessions of Sage that the agent has open."""
        return self.agent.pool.open_sessions

    @property
    def too_many(self) -> str:
        """That it has once held more seats than it may; empty where it never has."""
        most: int = self._installation.licence.peaks[self.user]
        return f"{most} seats were held at once, of {self._seats}" if most > self._seats else ""

    def seat_seconds(self) -> int:
        """Seconds of seats that it has held so far, as Sage's licence counts them."""
        self.rests()
        seconds: int = self._installation.licence.seconds(self.user)
        return seconds

    def rests(self) -> None:
        """Time has passed: what is idle is dropped."""
        try:
            self._watch()
        except Killed:
            self._restart()

    def _watch(self) -> None:
        """What the agent's own thread has done since it was last called, at the time at which it did it."""
        due = self.agent.pool.due_at
        if due is not None and due < self._clock.now().timestamp():
            with self._clock.at(due):
                self.agent.tick()
        self.agent.tick()
