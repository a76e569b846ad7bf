"""The face: from an HTTP request to an answer of the Web API, and the control surface."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import msgspec

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.control import ACTIONS, perform
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import HTML, Reply
from tidegate_sandbox.sage300.database import AUTHORITY
from tidegate_sandbox.sage300.demo import demo_company
from tidegate_sandbox.sage300.gateway import ADDRESS, Gateway
from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.site import Site
from tidegate_sandbox.sage300.web_api import ROOT, WebApi

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

CONTROLS = ("/_sim/", "/_sandbox/")
OTHER_AUTHORITY = "CATAX"  #: the tax authority of the second company, and its tax group
OTHER_PLACES = (("T1", "Toronto", 50, 150), ("V1", "Vancouver", 20, 80))
FACE_KINDS = frozenset({"session_lost", "day_end"})
"""Kinds of fault that this face carries out; the wire carries out the rest."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the hub signs in as, and to which company."""

    user: str = "WEBAPI"
    password: str = "webapi-password"
    company: str = "SAMLTD"
    other_company: str = "SAMINC"


class Sage300Face:
    """The simulated product. ``app`` is its WSGI app; put a wire around it for faults and the clock."""

    def __init__(self, clock: SandboxClock, faults: FaultPlan, company: Company, options: Options) -> None:
        self.clock = clock
        self.faults = faults
        self.company = company
        self.options = options
        self.credentials = known = Credentials()
        other = demo_company(
            clock, items=5, home="CAD", name="Sample Company Inc.", first_id=100, places=OTHER_PLACES
        )
        users = {known.user: known.password, "ADMIN": "admin"}
        companies = {known.company: company, known.other_company: other}
        authorities = {known.company: AUTHORITY, known.other_company: OTHER_AUTHORITY}
        self.site = Site(clock, companies, users, options, authorities)
        self.database = self.site.databases[known.company]
        self.api = WebApi(clock, faults, self.site, options)
        #: Jobs of the site that watch for work: they run whenever somebody asks the server for something.
        self.watchers: list[Callable[[], object]] = []
        self.gateway = Gateway(self.site, faults, options, self.api.seats)

    def app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI app."""
        return self._reply(environ).send(start_response)

    def settle(self) -> None:
        """Do what is due by the clock."""
        with self.company.lock:
            self.database.catch_up()

    def perform(self, name: str, body: dict[str, Any]) -> Any:
        """What the company's people do: the kernel's actions, `day-end`, `post-receipts`, `post-error-batches`."""
        with self.company.lock:
            if name == "day-end":
                return {"documents": self.database.run_day_end()}
            if name == "post-error-batches":
                return {"batches": self.database.post_error_batches()}
            if name == "post-receipts":
                with self.company.staff():
                    return {"batches": self.site.batches[self.credentials.company].post_ready()}
            self.database.catch_up()
            done = perform(self.company, name, body)
            self.database.catch_up()
            return done

    def _reply(self, environ: dict[str, Any]) -> Reply:
        path: str = environ["PATH_INFO"]
        method: str = environ["REQUEST_METHOD"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw: bytes = environ["wsgi.input"].read(length) if length else b""
        for watcher in list(self.watchers):
            watcher()
        for prefix in CONTROLS:
            if path.startswith(prefix):
                return self._control(method, path.removeprefix(prefix).strip("/"), raw)
        if path == ADDRESS:
            return self.gateway.reply(method, environ.get("QUERY_STRING", ""), raw, environ)
        if path.startswith(ROOT):
            path = path.encode("latin-1").decode("utf-8", "replace")
            return self.api.reply(method, path, environ.get("QUERY_STRING", ""), raw, environ)
        return Reply(404, b"<html><body>404 - File or directory not found.</body></html>", HTML)

    def _control(self, method: str, name: str, raw: bytes) -> Reply:
        """The control surface: ours, never part of the real product."""
        try:
            found = self._controlled(method, name, raw)
        except Refusal as refusal:
            status = 503 if refusal.kind == "locked" else 409
            return Reply(status, msgspec.json.encode({"error": refusal.text, "kind": refusal.kind}))
        except LookupError as error:
            return Reply(404, msgspec.json.encode({"error": f"there is no {error}"}))
        except (ValueError, TypeError) as error:
            return Reply(400, msgspec.json.encode({"error": str(error)}))
        return Reply(200, msgspec.json.encode(found))

    def _controlled(self, method: str, name: str, raw: bytes) -> Any:
        reading: dict[str, Callable[[], Any]] = {
            "books": self.company.books,
            "credentials": lambda: asdict(self.credentials),
            "seats": lambda: {
                "peak": self.api.seats.peak,
                "refused": self.api.seats.refused,
                "seconds": self.api.seats.seconds,
            },
        }
        if method == "GET":
            return reading[name]()
        body = msgspec.json.decode(raw) if raw else {}
        if not isinstance(body, dict):
            raise ValueError("the body must be an object")
        if name == "options":
            return self._options(body)
        if name in ACTIONS or name in ("day-end", "post-receipts", "post-error-batches"):
            return self.perform(name, body)
        raise LookupError(name)

    def _options(self, changes: dict[str, Any]) -> Any:
        """Switches by name; lists become what the option holds. ValueError for an unknown one."""
        known = {each.name for each in fields(Options)}
        if unknown := changes.keys() - known:
            raise ValueError(f"there is no option {sorted(unknown)[0]}; there are {', '.join(sorted(known))}")
        for name, value in changes.items():
            found: Any = value
            if name == "denied":
                found = frozenset((str(one), str(verb)) for one, verb in value)
            elif isinstance(value, list):
                found = tuple(value)
            setattr(self.options, name, found)
        return {name: changes[name] for name in changes}
