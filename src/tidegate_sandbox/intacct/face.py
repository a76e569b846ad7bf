"""The face: from an HTTP request to an answer of one of the two doors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import msgspec

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.control import ACTIONS, perform
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.intacct.admission import Admission
from tidegate_sandbox.intacct.ar_payments import Payments
from tidegate_sandbox.intacct.ar_types import ArTypes
from tidegate_sandbox.intacct.call import Function
from tidegate_sandbox.intacct.customer_types import Customers
from tidegate_sandbox.intacct.demo import fill_store
from tidegate_sandbox.intacct.document import rendered
from tidegate_sandbox.intacct.events import SmartEvents
from tidegate_sandbox.intacct.failure import TransportRefusal
from tidegate_sandbox.intacct.gateway import Gateway
from tidegate_sandbox.intacct.generic_calls import GenericCalls
from tidegate_sandbox.intacct.gl_types import GlTypes
from tidegate_sandbox.intacct.item_types import Items
from tidegate_sandbox.intacct.legacy_calls import LegacyCalls
from tidegate_sandbox.intacct.named_types import add_named_types
from tidegate_sandbox.intacct.offline import Offline
from tidegate_sandbox.intacct.options import Options
from tidegate_sandbox.intacct.outbox import Outbox
from tidegate_sandbox.intacct.price_types import PriceBook
from tidegate_sandbox.intacct.query import Queries
from tidegate_sandbox.intacct.response import CONTENT_TYPE, short_document, support_id
from tidegate_sandbox.intacct.rest import REST, Rest
from tidegate_sandbox.intacct.sign_in import Credentials
from tidegate_sandbox.intacct.so_change import DocumentChange
from tidegate_sandbox.intacct.so_entry import DocumentEntry
from tidegate_sandbox.intacct.so_types import SoTypes
from tidegate_sandbox.intacct.staff import STAFF, Staff
from tidegate_sandbox.intacct.tenant import Tenant
from tidegate_sandbox.reply import HTML, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

GATEWAY = "/ia/xml/xmlgw.phtml"
CONTROLS = ("/_sim/", "/_sandbox/")
"""Prefixes of the control surface; faults, clock and log are the wire's, below the second one alone."""
FACE_KINDS = frozenset(
    {
        "throttled",
        "invalid_request",
        "session_expired",
        "sender_blocked",
        "offline",
        "closed_period",
        "company_expired",
        "token_revoked",
        "refused",
    }
)
"""Kinds of fault that this face carries out; the wire carries out the rest."""


class IntacctFace:
    """The simulated product. ``app`` is its WSGI app; put a wire around it for faults and the clock."""

    def __init__(self, clock: SandboxClock, faults: FaultPlan, company: Company, options: Options) -> None:
        self.clock = clock
        self.faults = faults
        self.company = company
        self.options = options
        self.credentials = Credentials()
        self.tenant = tenant = Tenant(clock, faults, company, options, self.credentials)
        add_named_types(tenant)
        Customers(tenant)
        Items(tenant)
        self.prices = prices = PriceBook(tenant)
        SoTypes(tenant)
        receivables = ArTypes(tenant)
        Payments(tenant, receivables)
        GlTypes(tenant)
        fill_store(tenant)
        entry = DocumentEntry(tenant, prices)
        change = DocumentChange(tenant, entry)
        self.outbox = Outbox(clock)
        self.events = SmartEvents(tenant, self.outbox)
        self.offline = Offline(tenant, self.outbox)
        self.admission = Admission(options)
        queries = Queries(tenant)
        functions: dict[str, Function] = {
            **GenericCalls(tenant, queries).functions(),
            **LegacyCalls(tenant, entry, change, receivables).functions(),
            "get_list": self.events.listing,
        }
        self.gateway = Gateway(tenant, functions, self.offline.hand_over)
        self.offline.work = lambda raw, endpoint: self.gateway.answer(raw, endpoint, later=True)
        self.rest = Rest(tenant, queries, entry, change, self.outbox)
        self.staff = Staff(tenant, entry, change, self.events)

    def app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI app. It sends nothing by itself: ``run_due`` does, so that nobody is called from a request."""
        return self._reply(environ).send(start_response)

    def run_due(self) -> int:
        """Notice changes where somebody has subscribed to them, do what is due, send it; how many were sent."""
        if self.events.subscriptions:
            self.events.catch_up()
        return self.outbox.run_due()

    def _reply(self, environ: dict[str, Any]) -> Reply:
        path: str = environ["PATH_INFO"]
        method: str = environ["REQUEST_METHOD"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw: bytes = environ["wsgi.input"].read(length) if length else b""
        for prefix in CONTROLS:
            if path.startswith(prefix):
                return self._control(method, path.removeprefix(prefix).strip("/"), raw)
        if path == GATEWAY:
            return self._gateway(method, raw, environ)
        if path.startswith(REST):
            with self.admission.enter():
                self.tenant.usage.requests["rest"] += 1
                answer = self.rest.answer(method, path.removeprefix(REST), raw, environ)
            return Reply(answer.status, answer.body, answer.content_type, answer.headers)
        return Reply(404, b"<html><body>Not Found</body></html>", HTML)

    def _gateway(self, method: str, raw: bytes, environ: dict[str, Any]) -> Reply:
        self.tenant.usage.requests["xml"] += 1
        try:
            if method != "POST":
                raise TransportRefusal(400, "GW-0011", "Invalid Request")
            if self.faults.take_kind("throttled", method=method, path=GATEWAY, body=raw):
                raise TransportRefusal(429, "GW-0010", "API rate limit exceeded")
            if self.faults.take_kind("invalid_request", method=method, path=GATEWAY, body=raw):
                raise TransportRefusal(400, "GW-0011", "Invalid Request")
            with self.admission.enter(), self.company.lock:
                content_type, body = self.gateway.answer(raw, self.endpoint(environ))
        except TransportRefusal as refusal:
            root = short_document(refusal, support_id(str(self.tenant.usage.requests["xml"])))
            return Reply(refusal.status, rendered(root, whitespace=False), CONTENT_TYPE)
        return Reply(200, body, content_type)

    def endpoint(self, environ: dict[str, Any]) -> str:
        """Where a session goes on: the scheme, host and port that the request was sent to (§4)."""
        if self.options.public_url:
            return self.options.public_url.rstrip("/") + GATEWAY
        host = (
            environ.get("HTTP_HOST")
            or f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}"
        )
        return f"{environ.get('wsgi.url_scheme', 'http')}://{host}{GATEWAY}"

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

    def _options(self, changes: dict[str, Any]) -> Any:
        """Switches by name. ``denied`` is a list of [function, object]. ValueError for an unknown one."""
        known = {each.name for each in fields(Options)}
        if unknown := changes.keys() - known:
            raise ValueError(f"there is no option {sorted(unknown)[0]}; there are {', '.join(sorted(known))}")
        for name, value in changes.items():
            found = frozenset(tuple(pair) for pair in value) if name == "denied" else value
            setattr(self.options, name, found)
        return {name: changes[name] for name in changes}

    def _controlled(self, method: str, name: str, raw: bytes) -> Any:
        reading: dict[str, Callable[[], Any]] = {
            "books": self.company.books,
            "credentials": lambda: asdict(self.credentials),
            "usage": self.tenant.usage.to_json,
            "sent": lambda: [
                {"url": one.url, "headers": one.headers, "body": one.body.decode(), "answers": one.answers}
                for one in self.outbox.sent
            ],
        }
        if method == "GET":
            return reading[name]()
        body = msgspec.json.decode(raw) if raw else {}
        if not isinstance(body, dict):
            raise ValueError("the body must be an object")
        if name == "options":
            return self._options(body)
        if name == "work-offline":
            self.offline.work_now(body.get("most"))
            return {"attempts": self.run_due()}
        if name == "run-due":
            return {"attempts": self.run_due()}
        if name in STAFF:
            done = self.staff.perform(name, body)
        elif name in ACTIONS:
            done = perform(self.company, name, body)
        else:
            raise LookupError(name)
        self.run_due()
        return done
