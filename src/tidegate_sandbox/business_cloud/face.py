"""The face: one port for the sign-in, the tokens, the API and the control surface (contract §10.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from tidegate_sandbox.business_cloud.api import ROOT, Api, refused
from tidegate_sandbox.business_cloud.business import Business
from tidegate_sandbox.business_cloud.demo import WAREHOUSE, demo_company
from tidegate_sandbox.business_cloud.documents import Documents
from tidegate_sandbox.business_cloud.options import Options
from tidegate_sandbox.business_cloud.problem import OAuthProblem, Problem
from tidegate_sandbox.business_cloud.sign_in import (
    AUTHORIZE,
    REVOKE,
    TOKEN,
    Application,
    SignInServer,
    TokenPair,
)
from tidegate_sandbox.business_cloud.staff import Staff
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.control import ACTIONS, perform
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import HTML, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

CONTROLS = ("/_sim/", "/_sandbox/")
FACE_KINDS = frozenset({"token_answer_lost", "other_app"})
"""Kinds of fault that this face carries out: a refresh that is done and never answered; others who use the budget."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The application's registration, and the two businesses of the account."""

    client_id: str
    client_secret: str
    redirect_uri: str
    business_id: str
    other_business_id: str


class BusinessCloudFace:
    """The simulated product. ``app`` is its WSGI app; put a wire around it for faults and the clock."""

    def __init__(
        self,
        clock: SandboxClock,
        faults: FaultPlan,
        company: Company,
        options: Options,
        redirect_uris: tuple[str, ...] = (),
    ) -> None:
        self.clock = clock
        self.faults = faults
        self.company = company
        self.options = options
        other = demo_company(clock, items=5, base="EUR", first_id=500_000)
        self.business = Business(clock, company, options, company.default_country)
        self.other = Business(clock, other, options, "IE")
        addresses = ("http://127.0.0.1:8912/callback", *redirect_uris)
        application = Application("sandbox-client", "sandbox-secret", addresses)
        self.sign_in_server = SignInServer(clock, options, [application])
        self.credentials = Credentials(
            application.client_id,
            application.client_secret,
            addresses[-1],
            self.business.id,
            self.other.id,
        )
        self.api = Api([self.business, self.other], self.sign_in_server, options)
        self.documents = Documents(self.business)
        self.staff = Staff(
            self.business, self.api.entries[self.business.id], self.api.payments[self.business.id]
        )

    def sign_in(self) -> TokenPair:
        """Tokens as after a person's sign-in in the browser."""
        return self.sign_in_server.sign_in(self.credentials.client_id)

    def app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI app."""
        return self._reply(environ).send(start_response)

    def perform(self, name: str, body: dict[str, Any]) -> Any:
        """What people do: the kernel's actions, and those of this product."""
        actions = self.staff.actions
        if name not in actions:
            return perform(self.company, name, body)
        if name == "other-app":
            with self.company.lock:
                return actions[name](body)
        with self.company.staff():
            return actions[name](body)

    def books(self) -> dict[str, Any]:
        """The kernel's books; what open quotes and drafts hold counts as allocated, though the product knows it not."""
        with self.company.lock:
            found = self.company.books()
            held: dict[str, Decimal] = {}
            for order in self.company.orders.table:
                if order.extra.get("texts") and order.is_open and self.business.invoice_of(order) is None:
                    for line in order.lines:
                        if line.is_stocked:
                            held[line.code] = held.get(line.code, Decimal(0)) + line.quantity
            for code, places in found["stock"].items():
                level = places[WAREHOUSE]
                pieces = held.get(code, Decimal(0))
                level["allocated"] = str(pieces)
                level["free"] = str(Decimal(level["on_hand"]) - pieces)
            return found

    def _reply(self, environ: dict[str, Any]) -> Reply:
        path: str = environ["PATH_INFO"]
        method: str = environ["REQUEST_METHOD"]
        query: str = environ.get("QUERY_STRING", "")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw: bytes = environ["wsgi.input"].read(length) if length else b""
        for prefix in CONTROLS:
            if path.startswith(prefix):
                return self._control(method, path.removeprefix(prefix).strip("/"), raw)
        try:
            match path:
                case _ if path == AUTHORIZE:
                    return self._authorize(query)
                case _ if path == TOKEN and method == "POST":
                    return self._token(raw, path)
                case _ if path == REVOKE and method == "POST":
                    self.sign_in_server.revoke(_form(raw))
                    return Reply(200, b"{}")
        except Problem as problem:
            return refused(problem)
        if path.startswith(f"{ROOT}/"):
            if self.faults.take_kind("other_app", method=method, path=path, body=raw):
                with self.company.lock:
                    self.business.allowance.take_for_others(20)
            return self.api.reply(method, path, query, raw, environ)
        return Reply(404, b"<html><body>Not Found</body></html>", HTML)

    def _authorize(self, query: str) -> Reply:
        address, page = self.sign_in_server.authorize(dict(parse_qsl(query)))
        if address is None:
            return Reply(200, page.encode(), HTML)
        return Reply(302, b"", HTML, (("Location", address),))

    def _token(self, raw: bytes, path: str) -> Reply:
        pair = self.sign_in_server.token(_form(raw))
        if self.faults.take_kind("token_answer_lost", method="POST", path=path, body=raw):
            return Reply(503, b"<html><body>Service Unavailable</body></html>", HTML)
        return Reply(200, msgspec.json.encode(pair.answer()))

    def _control(self, method: str, name: str, raw: bytes) -> Reply:
        """The control surface: ours, never part of the real product."""
        try:
            found = self._controlled(method, name, raw)
        except (Refusal, Problem) as refusal:
            status = 503 if isinstance(refusal, Refusal) and refusal.kind == "locked" else 409
            return Reply(status, msgspec.json.encode({"error": str(refusal)}))
        except LookupError as error:
            return Reply(404, msgspec.json.encode({"error": f"there is no {error}"}))
        except (ValueError, TypeError) as error:
            return Reply(400, msgspec.json.encode({"error": str(error)}))
        return Reply(200, msgspec.json.encode(found))

    def _controlled(self, method: str, name: str, raw: bytes) -> Any:
        if method == "GET":
            reading: dict[str, Callable[[], Any]] = {
                "books": self.books,
                "credentials": lambda: asdict(self.credentials),
                "allowance": lambda: {
                    "refused": self.business.allowance.refused,
                    "most_in_a_minute": self.business.allowance.most_in_a_minute,
                },
            }
            return reading[name]()
        body = msgspec.json.decode(raw) if raw else {}
        if not isinstance(body, dict):
            raise ValueError("the body must be an object")
        if name == "revoke-consent":
            self.sign_in_server.revoke_all()
            return {}
        if name == "options":
            return self._options(body)
        if name in ACTIONS or name in self.staff.actions:
            return self.perform(name, body)
        raise LookupError(name)

    def _options(self, changes: dict[str, Any]) -> Any:
        """Switches by name; lists become what the option holds. ValueError for an unknown one."""
        known = {each.name for each in fields(Options)}
        if unknown := changes.keys() - known:
            raise ValueError(f"there is no option {sorted(unknown)[0]}; there are {', '.join(sorted(known))}")
        for name, value in changes.items():
            found: Any = tuple(value) if isinstance(value, list) else value
            if name == "denied":
                found = frozenset((str(path), str(verb)) for path, verb in value)
            setattr(self.options, name, found)
        return changes


def _form(raw: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True))
    except ValueError:
        raise OAuthProblem(400, "invalid_request") from None
