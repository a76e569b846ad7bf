"""The face: from an HTTP request to an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.control import ACTIONS, perform
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import HTML, Reply
from tidegate_sandbox.sage200.api import PREFIXES, PROFESSIONAL, Api
from tidegate_sandbox.sage200.body import decode
from tidegate_sandbox.sage200.call import not_found
from tidegate_sandbox.sage200.credentials import Credentials
from tidegate_sandbox.sage200.hosting import refuse_long_query, takes_too_long
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.sage200.problem import ApplicationProblem, GatewayProblem, Problem
from tidegate_sandbox.sage200.sign_in import Application, OAuthProblem, SignInServer
from tidegate_sandbox.sage200.token import TokenPair

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

FACE_KINDS = frozenset(
    {
        "lock",
        "seats",
        "token_revoked",
        "closed_period",
        "late_commit",
        "permission",
        "tunnel_down",
        "old_version",
        "no_spare_fields",
        "short_queries",
        "slow_large_reads",
    }
)
"""Kinds of fault that this face carries out; the wire carries out the rest."""
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Sage200Face:
    """The simulated product. ``app`` is its WSGI app; put a wire around it for faults and the clock.

    Safe from several threads: one request works in the company at a time.
    """

    def __init__(
        self,
        clock: SandboxClock,
        faults: FaultPlan,
        company: Company,
        options: Options,
        *,
        redirect_uris: tuple[str, ...] = (),
    ) -> None:
        self.clock = clock
        self.faults = faults
        self.company = company
        self.options = options
        self.credentials = known = Credentials()
        self.sign_in_server = SignInServer(
            clock,
            options,
            [
                Application(known.client_id, known.client_secret, (known.redirect_uri, *redirect_uris)),
                Application(known.desktop_client_id, None, (known.desktop_redirect_uri,)),
            ],
        )
        self.api = Api(company, faults, options, known, self.sign_in_server)

    def sign_in(self, *, desktop: bool = False, scope: str | None = None) -> TokenPair:
        """A token pair as after an interactive sign-in that a person has just completed."""
        client_id = self.credentials.desktop_client_id if desktop else self.credentials.client_id
        return self.sign_in_server.sign_in(client_id, **({"scope": scope} if scope is not None else {}))

    @property
    def tunnel_up(self) -> bool:
        """Whether the Professional edition's server can be reached."""
        return self.api.tunnel_up

    @tunnel_up.setter
    def tunnel_up(self, up: bool) -> None:
        self.api.tunnel_up = up

    def app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI app."""
        try:
            reply = self._reply(environ)
        except Problem as problem:
            reply = self._problem(problem)
        return reply.send(start_response)

    def _problem(self, problem: Problem) -> Reply:
        body = problem.body
        if isinstance(problem, ApplicationProblem) and problem.fields and self.options.model_state:
            body = {**body, "ModelState": problem.fields}
        return Reply(problem.status, _ENCODER.encode(body), headers=problem.headers)

    def _reply(self, environ: dict[str, Any]) -> Reply:
        path: str = environ["PATH_INFO"]
        method: str = environ["REQUEST_METHOD"]
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw: bytes = environ["wsgi.input"].read(length) if length else b""
        for prefix, edition in PREFIXES:
            if path.startswith(prefix):
                if edition == PROFESSIONAL:
                    page = refuse_long_query(environ.get("QUERY_STRING", ""), self.options, self.faults)
                    if page is not None:
                        return Reply(*page, HTML)
                answer = self.api.answer(edition, method, path, path[len(prefix) :], query, raw, environ)
                if takes_too_long(answer, self.faults):
                    raise GatewayProblem(504, "The server did not respond in time.")
                status = 201 if method == "POST" and self.options.created else 200
                return Reply(status, b"" if answer is None else _ENCODER.encode(answer))
        if path.startswith("/_sandbox/"):
            return self._control(method, path.removeprefix("/_sandbox/"), raw)
        if (method, path) == ("GET", "/authorize"):
            return self._authorize(query)
        if (method, path) == ("POST", "/oauth/token"):
            return self._token(environ, raw)
        raise not_found()

    def _authorize(self, query: dict[str, str]) -> Reply:
        address, page = self.sign_in_server.authorize(query)
        if address is None:
            return Reply(200, page.encode(), HTML)
        return Reply(302, b"", HTML, (("Location", address),))

    def _token(self, environ: dict[str, Any], raw: bytes) -> Reply:
        if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            raise OAuthProblem(400, "invalid_request", "The body must be a form.")
        if self.faults.take_kind("token_revoked", method="POST", path="/oauth/token", body=raw):
            self.sign_in_server.revoke_all()
        form = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        pair = self.sign_in_server.token(form)
        return Reply(200, _ENCODER.encode(pair.answer()), headers=(("Cache-Control", "no-store"),))

    def _control(self, method: str, name: str, raw: bytes) -> Reply:
        """The control surface: ours, never part of the real API."""
        try:
            found = self._controlled(method, name, raw)
        except Refusal as refusal:
            status = 503 if refusal.kind == "locked" else 409
            return Reply(status, _ENCODER.encode({"error": refusal.text, "kind": refusal.kind}))
        except (ValueError, TypeError) as error:
            return Reply(400, _ENCODER.encode({"error": str(error)}))
        return Reply(200, _ENCODER.encode(found))

    def _controlled(self, method: str, name: str, raw: bytes) -> Any:
        if method == "GET" and name == "books":
            return self.company.books()
        if method == "GET" and name == "credentials":
            return asdict(self.credentials)
        if method != "POST":
            raise not_found()
        body = decode(raw) if raw else {}
        if not isinstance(body, dict):
            raise ValueError("the body must be an object")
        if name in ACTIONS:
            return perform(self.company, name, body)
        mine: dict[str, Callable[[dict[str, Any]], Any]] = {
            "oauth/consent": self._consent,
            "sign-in": self._consent,
            "oauth/revoke": self._revoke,
            "tunnel": self._tunnel,
            "subscription-key": self._regenerate,
        }
        if name not in mine:
            raise not_found()
        return mine[name](body)

    def _consent(self, body: dict[str, Any]) -> Any:
        return self.sign_in(desktop=bool(body.get("desktop", False))).answer()

    def _revoke(self, _body: dict[str, Any]) -> Any:
        self.sign_in_server.revoke_all()
        return {"revoked": True}

    def _tunnel(self, body: dict[str, Any]) -> Any:
        self.tunnel_up = bool(body.get("up", True))
        return {"up": self.tunnel_up}

    def _regenerate(self, body: dict[str, Any]) -> Any:
        """Regenerating a subscription key makes the old one worthless at once (contract §2, C)."""
        which = "secondary_subscription_key" if body.get("secondary") else "subscription_key"
        setattr(self.credentials, which, self.sign_in_server.tokens.secret("key"))
        return {which: getattr(self.credentials, which)}
