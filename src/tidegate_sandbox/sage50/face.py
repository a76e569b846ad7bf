"""The simulated product over HTTP: the platform's API, and the control surface below ``/_sim/``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.reply import Reply
from tidegate_sandbox.sage50.api import JSON, Api, Call
from tidegate_sandbox.sage50.control import PREFIXES, Control
from tidegate_sandbox.sage50.json_text import encode
from tidegate_sandbox.sage50.options import Options
from tidegate_sandbox.sage50.platform import Platform
from tidegate_sandbox.sage50.premises import Premises
from tidegate_sandbox.sage50.problem import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

FACE_KINDS = frozenset(
    {
        "early_approval",
        "key_expired",
        "broken_file",
        "notification_lost",
        "notification_twice",
        "notification_early",
        "notification_late",
        "processing_fails",
        "status_word",
    }
)
"""Kinds of fault that this face carries out; the wire carries out the rest.

``early_approval``: granted and called back before the passcode is answered. ``key_expired``: the key that a call
comes with, other than a rotation, has expired just now. ``broken_file``: Sage 50 uploads a file in another ``form``
(``half``; see ``file_form``), by ``scope`` and ``installation``. ``notification_lost``, ``_twice``,
``_late`` (``seconds``: 3600), ``_early`` (so many ``seconds`` before the file can be had: 60), all by ``scope``.
``processing_fails``: Sage 50 breaks off after so many orders (``after``: 0), by ``installation``.
``status_word``: a tracking status that nobody knows (``word``: ``archiving``).
"""


class Sage50Face:
    """The simulated platform. ``app`` is its WSGI app; put a wire around it for faults and the clock.

    ``make`` makes the platform and its installations, once more at every ``reset``.
    """

    def __init__(self, make: Callable[[], Premises], clock: SandboxClock) -> None:
        self._make = make
        self.clock = clock
        self.reset()

    def reset(self) -> None:
        """Begin anew, as after ``build``; the clock and armed faults stay."""
        self.premises = self._make()
        self.platform: Platform = self.premises.platform
        self.api = Api(self.platform)
        self.control = Control(self.premises, self.reset)

    @property
    def options(self) -> Options:
        """The switches; they may be changed at any time."""
        return self.platform.options

    @property
    def company(self) -> Company:
        """The company of the first installation. LookupError if there is none."""
        for installation in self.platform.installations.values():
            return installation.company
        raise LookupError("no Sage 50 is installed")

    def run_due(self) -> int:
        """Do what is due by the clock, call-backs included; how many of these were made."""
        return self.platform.run_due()

    def app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI app."""
        call = _call(environ)
        try:
            reply = self._reply(call, environ)
        except Problem as problem:
            reply = Reply(problem.status, encode(problem.body), JSON)
        return reply.send(start_response)

    def _reply(self, call: Call, environ: dict[str, Any]) -> Reply:
        if call.path.startswith(PREFIXES):
            return self.control.answer(call, environ.get("QUERY_STRING", ""))
        with self.platform.lock:
            reply = self.api.answer(call)
        self.platform.call_backs.deliver_due(urgent_only=True)
        return reply


def _call(environ: dict[str, Any]) -> Call:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return Call(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        headers=headers,
        raw=environ["wsgi.input"].read(length) if length else b"",
        origin=f"{environ['wsgi.url_scheme']}://{host}",
    )
