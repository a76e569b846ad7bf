"""The API past the network: gateway checks, then the call itself (contract §1, §2, §4, §5, §8)."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.sage200 import (
    contact_calls,
    customer_calls,
    customer_views,
    despatch_calls,
    despatch_views,
    division_calls,
    invoice_views,
    ledger_calls,
    ledger_views,
    nominal_calls,
    order_calls,
    order_views,
    price_calls,
    product_calls,
    product_views,
    reference_data,
    settings_calls,
)
from tidegate_sandbox.sage200.call import Call, not_found
from tidegate_sandbox.sage200.credentials import Credentials
from tidegate_sandbox.sage200.hosting import check_nodes
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.sage200.problem import FORBIDDEN, ApplicationProblem, GatewayProblem
from tidegate_sandbox.sage200.refused import LATER, LOCKED, no_seats, problem
from tidegate_sandbox.sage200.routes import Context, Handler
from tidegate_sandbox.sage200.sign_in import SignInServer
from tidegate_sandbox.sage200.view import Profile

STANDARD = "standard"
PROFESSIONAL = "professional"
PREFIXES = (
    ("/uk/sage200extra/accounts/v1/", PROFESSIONAL),
    ("/uk/sage200/accounts/v1/", STANDARD),
)
READING_POSTS = frozenset(
    {"customers_new", "sop_orders_new", "customer_price_enquiry", "transaction_date_validation"}
)
"""Collections whose POST stores nothing."""
DOCUMENTS = frozenset(
    {
        "sop_orders",
        "sop_confirm_despatch",
        "sales_receipts",
        "sales_payments",
        "sales_credit_notes",
        "sales_invoices",
        "sales_allocations",
    }
)
"""Collections whose POST and PUT depend on the accounting period."""
WITH_VIEWS = (
    reference_data,
    nominal_calls,
    price_calls,
    settings_calls,
    customer_views,
    product_views,
    order_views,
    despatch_views,
    invoice_views,
    ledger_views,
)
WITH_ROUTES = (
    reference_data,
    division_calls,
    nominal_calls,
    price_calls,
    settings_calls,
    customer_calls,
    contact_calls,
    product_calls,
    order_calls,
    despatch_calls,
    invoice_views,
    ledger_calls,
)


class Api:
    """Answers calls below the base URLs of both editions."""

    def __init__(
        self,
        company: Company,
        faults: FaultPlan,
        options: Options,
        credentials: Credentials,
        sign_in: SignInServer,
    ) -> None:
        self.company = company
        self.options = options
        self.tunnel_up = True
        self._faults = faults
        self._credentials = credentials
        self._sign_in = sign_in
        self.context = Context(company, options, faults)
        for room in WITH_VIEWS:
            room.add_views(self.context)
        for room in WITH_ROUTES:
            room.add_routes(self.context)

    def answer(
        self,
        edition: str,
        verb: str,
        path: str,
        tail: str,
        query: dict[str, str],
        raw: bytes,
        environ: dict[str, Any],
    ) -> Any:
        """The body of a 200, None for an empty one. Raises Problem for any other answer."""
        if self._injected("token_revoked", verb, path, raw):
            self._sign_in.revoke_all()
        self._authenticate(environ)
        down = self._is_down(edition, verb, path, raw)
        if tail.strip("/") == "sites":
            return self._sites(verb, down)
        self._check_company(environ)
        if down:
            raise GatewayProblem(504, "The server did not respond in time.")
        if edition == PROFESSIONAL:
            check_nodes(query.get("$filter", ""), self.options)
        handlers, ids = self.context.routes.find(tail)
        collection = next((part for part in reversed(tail.split("/")) if not part.isdigit() and part), "")
        handler = self._handler(handlers, verb, tail, collection, query)
        if self._injected("old_version", verb, path, raw):
            raise not_found()
        self._check_state(verb, path, raw, collection)
        call = Call(
            company=self.company,
            options=self.options,
            profile=self._profile(edition, verb, path, raw),
            verb=verb,
            path=tail,
            ids=ids,
            query_options=query,
            raw=raw,
        )
        return self._carry_out(handler, call, writes=verb != "GET" and collection not in READING_POSTS)

    def _injected(self, kind: str, verb: str, path: str, raw: bytes) -> Fault | None:
        return self._faults.take_kind(kind, method=verb, path=path, body=raw)

    def _authenticate(self, environ: dict[str, Any]) -> None:
        known = self._credentials
        if self.options.subscription_key == "required":
            key = environ.get("HTTP_OCP_APIM_SUBSCRIPTION_KEY")
            if key not in (known.subscription_key, known.secondary_subscription_key):
                raise GatewayProblem(401, "Access denied: the subscription key is missing or not valid.")
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or self._sign_in.grant(token.strip()) is None:
            raise GatewayProblem(
                401,
                "Access denied: the access token is missing or has expired.",
                (("WWW-Authenticate", "Bearer"),),
            )

    def _check_company(self, environ: dict[str, Any]) -> None:
        known = self._credentials
        site, company = environ.get("HTTP_X_SITE", ""), environ.get("HTTP_X_COMPANY", "")
        if site.lower() != known.site_id.lower() or company != str(known.company_id):
            raise GatewayProblem(401, "Access denied: X-Site or X-Company is missing or not valid.")

    def _is_down(self, edition: str, verb: str, path: str, raw: bytes) -> bool:
        """Whether the tunnel to the customer's own server is gone; Standard is hosted and has none."""
        if edition != PROFESSIONAL:
            return False
        return not self.tunnel_up or self._injected("tunnel_down", verb, path, raw) is not None

    def _sites(self, verb: str, down: bool) -> Any:
        if verb != "GET":
            raise not_found()
        if down:
            return []
        known = self._credentials
        return [
            {
                "company_id": known.company_id,
                "company_name": self.company.name,
                "tenant_id": 1234,
                "site_id": known.site_id,
                "site_name": "Demodata",
                "site_short_name": "demodata",
            }
        ]

    def _handler(
        self, handlers: dict[str, Handler], verb: str, tail: str, collection: str, query: dict[str, str]
    ) -> Handler:
        """What serves a verb of a path. A POST with an id or a query is 400 (A), other misses are 404 (P)."""
        if collection in self.options.missing:
            raise not_found()
        handler = handlers.get(verb)
        if verb == "POST":
            parent = tail.strip("/").rpartition("/")
            if handler is None and parent[2].isdigit() and "POST" in self.context.routes.find(parent[0])[0]:
                raise ApplicationProblem(400, "An id cannot be given when a record is created.")
            if handler is not None and query:
                raise ApplicationProblem(400, "Query parameters cannot be given when a record is created.")
        if handler is None:
            raise not_found()
        return handler

    def _check_state(self, verb: str, path: str, raw: bytes, collection: str) -> None:
        """What the user may do, and faults that stand for the state of the company."""
        if (verb, collection) in self.options.denied or self._injected("permission", verb, path, raw):
            raise ApplicationProblem(403, FORBIDDEN)
        if self._injected("lock", verb, path, raw):
            raise ApplicationProblem(503, LOCKED + LATER)
        if self._injected("seats", verb, path, raw):
            raise no_seats(self.options)
        if (
            verb in ("POST", "PUT")
            and collection in DOCUMENTS
            and self._injected("closed_period", verb, path, raw)
        ):
            raise ApplicationProblem(400, "The date is in a closed accounting period.")

    def _profile(self, edition: str, verb: str, path: str, raw: bytes) -> Profile:
        options = self.options
        spare = options.spare_fields and self._injected("no_spare_fields", verb, path, raw) is None
        return Profile(
            professional=edition == PROFESSIONAL,
            spare=spare,
            date_suffix=options.date_suffix,
            empty_text=options.absent_text == "empty",
        )

    def _carry_out(self, handler: Handler, call: Call, *, writes: bool) -> Any:
        company = self.company
        try:
            with company.seats.session("api"), company.admit(writes=writes):
                answer = handler(call)
        except Refusal as refusal:
            raise problem(refusal, self.options) from None
        if (
            self.options.single_as_object
            and call.verb == "GET"
            and isinstance(answer, list)
            and len(answer) == 1
        ):
            return answer[0]
        return answer
