"""A gate before a simulated system: it stops chosen requests at a chosen moment.

While a request is held, the test kills, stops or fills whatever it likes. The request goes on when it
is let go, and also when its caller hangs up, as a server goes on that does not look whether anybody
still listens.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from enum import StrEnum
from io import BytesIO
from typing import Any

from tidegate_sandbox.wire import ConnectionDropped, Wire

#: The longest that anything here may take before the test fails.
PATIENCE = 30.0

Environ = dict[str, Any]
Start = Callable[..., Any]


class Moment(StrEnum):
    """Where a caught request is held."""

    AS_IT_ARRIVES = "as it arrives"  #: not held at all: whoever acts on it races with the answer
    THEN_CARRIED_OUT = "then carried out"  #: before its effect, which comes all the same
    THEN_LOST = "then lost"  #: before its effect, which never comes when the caller is gone
    CARRIED_OUT = "carried out"  #: after its effect, before the answer


class Catch:
    """One request that shall be caught, or was."""

    def __init__(self, number: int, moment: Moment, method: str, path: str) -> None:
        self.left = number
        self.moment = moment
        self._method = method
        self._path = re.compile(path)
        self.caught = threading.Event()
        self._go_on = threading.Event()

    def fits(self, environ: Environ) -> bool:
        """Whether this is such a request."""
        return environ["REQUEST_METHOD"] == self._method and bool(self._path.search(environ["PATH_INFO"]))

    def wait(self) -> None:
        """Wait until the request is caught."""
        assert self.caught.wait(PATIENCE), f"no such request came: {self._method} {self._path.pattern}"

    def let_go(self) -> None:
        """The request goes on."""
        self._go_on.set()

    def hold(self, environ: Environ) -> bool:
        """Hold it until it is let go or the caller has gone; true when the caller still listens."""
        self.caught.set()
        while not self._go_on.is_set():
            if environ["sandbox.wait"](0.02) is not None:
                return False
        return True


def take_in(environ: Environ) -> None:
    """Read the body now: whether the caller has gone shows only behind it."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)


class Gate:
    """A WSGI app before `wire`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._catches: list[Catch] = []
        self.asked = 0  #: requests that have come
        self.most_inside = 0  #: at the same time
        self._inside = 0
        self._changed = threading.Condition()

    def catch(self, number: int, moment: Moment, method: str = "POST", path: str = r"/sop_orders$") -> Catch:
        """Catch the request of this kind that comes as number `number` from now on."""
        catch = Catch(number, moment, method, path)
        with self._changed:
            self._catches.append(catch)
        return catch

    def wait_until_quiet(self) -> None:
        """Wait until no request is being carried out any more."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._inside == 0, PATIENCE), "requests still run"

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        with self._changed:
            self._inside += 1
            self.asked += 1
            self.most_inside = max(self.most_inside, self._inside)
            catch = self._due(environ)
        try:
            if catch is None:
                return self._whole(environ, start_response)
            if catch.moment is Moment.AS_IT_ARRIVES:
                catch.caught.set()
            elif catch.moment is not Moment.CARRIED_OUT:
                take_in(environ)
                listens = catch.hold(environ)
                if not listens and catch.moment is Moment.THEN_LOST:
                    raise ConnectionDropped("before")
            answer = self._whole(environ, start_response)
            if catch.moment is Moment.CARRIED_OUT:
                catch.hold(environ)
            return answer
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def _whole(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        return list(self.wire(environ, start_response))

    def _due(self, environ: Environ) -> Catch | None:
        due = None
        for catch in [each for each in self._catches if each.fits(environ)]:
            catch.left -= 1
            if catch.left == 0:
                self._catches.remove(catch)
                due = due or catch
        return due
