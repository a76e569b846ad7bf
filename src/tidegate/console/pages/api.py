"""`/api/v1` for programs, with an OpenAPI document: the same reports and actions as the command line and the pages.

A token has its user's rights, narrowed to its scopes: a foreign connection does not exist for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Field, Header, NinjaAPI, Path, Query, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer

from tidegate.config.flow_rules import FLOWS
from tidegate.console.answers import desk_of, gate_of, hub_of
from tidegate.console.models import Token
from tidegate.console.pages import deeds
from tidegate.console.pages.page import Visit
from tidegate.console.portal import MOST, visible
from tidegate.console.prices import LARGEST, answered, countable
from tidegate.console.roles import Permission, rights_of
from tidegate.console.tokens import Scope, shown
from tidegate.domain.errors import Code
from tidegate.domain.states import FINAL, State
from tidegate.engine import digest as digests
from tidegate.engine import portal, reports, waiting
from tidegate.engine.interventions import Act
from tidegate.engine.price_answers import MOST_ITEMS
from tidegate.ledger import queue
from tidegate.magento.buyer import LONGEST_TOKEN

#: Requests of one token within a minute.
MOST_OFTEN = 300
#: Ids of the ledger.
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Problem(Schema):
    """What is wrong."""

    detail: str | list[Any]


class Acts(Schema):
    """Deliveries, and what shall be done with each of them."""

    act: Act
    ids: Annotated[list[Id], Field(min_length=1, max_length=deeds.MOST)]
    reason: Annotated[str, Field(max_length=500)] = ""
    overrule: bool = False


class CartLine(Schema):
    """A line of a cart; `sku` is the shop's."""

    sku: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[Decimal, Field(gt=0, le=LARGEST)] = Decimal(1)


class Cart(Schema):
    """Whose prices, and of what."""

    connection: str
    lines: Annotated[list[CartLine], Field(min_length=1, max_length=MOST_ITEMS)]
    customer: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    account: Annotated[str, Field(max_length=64)] = ""


class Bearer(HttpBearer):
    """`Authorization: Bearer tg_...`."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The token, when it is somebody's; too many wrong ones of an address wait."""
        address, gate = str(request.META.get("REMOTE_ADDR", "")), gate_of(request)
        wait = gate.wait_of(address)
        if wait:
            raise HttpError(429, f"too many wrong tokens: wait {math.ceil(wait)} s")
        found = shown(token)
        if found is None:
            gate.failed(address)
        elif gate.wait(f"token {found.pk}", MOST_OFTEN):
            raise HttpError(429, "too many requests with this token")
        return found


api = NinjaAPI(
    title="Tidegate",
    version="1",
    description="Status, queue, trace, digest and actions of one hub. Instants are UTC, amounts are decimal texts.",
    docs_url=None,
    auth=Bearer(),
    urls_namespace="machine",
)
ERRORS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 422, 429, 503), Problem)
ANSWERS: dict[int, Any] = {200: dict[str, Any], **ERRORS}


def visit_of(request: HttpRequest, scope: Scope) -> Visit:
    """Who asks, with what they may; raises 403 for a scope that the token has not."""
    token: Token = request.auth  # type: ignore[attr-defined]
    if scope not in token.scopes.split():
        raise HttpError(403, f"this token has no scope {scope}")
    hub = hub_of(request)
    name = f"{token.user.username} (token {token.name})"
    return Visit(request, hub, rights_of(token.user), hub.clock.now(), name)


def seen(visit: Visit, connection: str | None) -> list[str]:
    """The connections that the request is about; 404 for a foreign one."""
    names = visit.connections()
    if connection is None:
        return names
    if connection not in names:
        raise HttpError(404, f"there is no connection {connection}")
    return [connection]


@api.get("/status", response=ANSWERS)
def status(request: HttpRequest) -> dict[str, Any]:
    """Every connection with its accounts, queues, next cycles, windows, halts."""
    visit = visit_of(request, Scope.STATUS)
    report = reports.status(visit.configuration, visit.now)
    names = seen(visit, None)
    kept = {name: each for name, each in report["connections"].items() if name in names}
    unexplained = sum(
        flow["account"]["unexplained"] for each in kept.values() for flow in each["flows"].values()
    )
    alerts = sum(each["alerts"] for each in kept.values())
    return {
        **report,
        "connections": kept,
        "unexplained": unexplained,
        "adds_up": not unexplained,
        "alerts": alerts,
    }


@api.get("/queue", response=ANSWERS)
def queued(
    request: HttpRequest,
    connection: str | None = None,
    flow: str | None = None,
    state: State | None = None,
    code: Code | None = None,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """Deliveries by filters, in the order of their ids; `next` is the `after` of the next page."""
    visit = visit_of(request, Scope.QUEUE)
    if flow is not None and flow not in FLOWS:
        raise HttpError(404, f"there is no flow {flow}")
    states = [state] if state else [each for each in State if each not in FINAL]
    found = []
    for name in seen(visit, connection):
        found += queue.listing(
            connection=name, flow=flow, state=states, code=code, after=after, limit=limit + 1
        )
    found.sort(key=lambda item: item.id)
    page = found[:limit]
    rows = [reports.delivery(item, visit.now) for item in page]
    waiting.explain(visit.configuration, rows, visit.now)
    without_persons(visit, rows)
    return {"deliveries": rows, "next": page[-1].id if len(found) > limit else None}


@api.get("/trace/{identifier}", response=ANSWERS)
def trace(request: HttpRequest, identifier: Annotated[str, Path(max_length=200)]) -> dict[str, Any]:
    """Everything known about an order, by any number of its documents."""
    visit = visit_of(request, Scope.TRACE)
    names = set(seen(visit, None))
    prefixes = {each.reference_prefix for each in visit.configuration.connections.values()} - {""}
    report = reports.traced(identifier, visit.now, prefixes)
    report["orders"] = [each for each in report["orders"] if owner(each) in names]
    if not report["orders"]:
        raise HttpError(404, "no order or document has this number")
    return report


def owner(order: dict[str, Any]) -> str:
    """The connection of a traced order."""
    if order["magento"]:
        return str(order["magento"]["connection"])
    return str(order["deliveries"][0]["connection"]) if order["deliveries"] else ""


@api.get("/digest/{connection}", response=ANSWERS)
def digest(request: HttpRequest, connection: str) -> dict[str, Any]:
    """The last 24 hours of one connection."""
    visit = visit_of(request, Scope.DIGEST)
    if connection not in seen(visit, None) or connection not in visit.hub.connections:
        raise HttpError(404, f"there is no connection {connection}")
    return digests.digest(visit.hub, connection, visit.now)


@api.post("/actions", response=ANSWERS)
def actions(request: HttpRequest, wish: Acts) -> dict[str, Any]:
    """Retry, release, hold, cancel or skip deliveries; each is decided and answered for itself."""
    visit = visit_of(request, Scope.ACTIONS)
    if wish.act is Act.SKIP and not wish.reason.strip():
        raise HttpError(400, "skipping needs a reason")
    items = [queue.get(each) for each in dict.fromkeys(wish.ids)]
    for item in items:
        if item is None or not visit.rights.may(Permission.ACT, item.connection):
            raise HttpError(404, "no such delivery, or this token may not see it")
    done = [
        deeds.one(visit, wish.act, item, wish.reason, overrule=wish.overrule and wish.act is Act.RETRY)
        for item in items
        if item is not None
    ]
    return {
        "results": [
            {
                "id": each.delivery_id,
                "label": each.label,
                "step": each.step,
                "result": each.result.value,
                "before": each.before.value,
                "after": each.after.value,
                "text": each.text,
            }
            for each in done
        ]
    }


@api.post("/prices", response=ANSWERS)
def prices(request: HttpRequest, cart: Cart) -> dict[str, Any]:
    """What a customer (Magento's id) or an account pays for the lines of a cart, contracts included."""
    visit = visit_of(request, Scope.PRICES)
    names = seen(visit, cart.connection)
    if names != [cart.connection] or cart.connection not in visit.hub.connections:
        raise HttpError(404, f"there is no connection {cart.connection}")
    if (cart.customer is None) == (not cart.account):
        raise HttpError(400, "name the customer by Magento's id, or the account, not both")
    wrong = next((each.sku for each in cart.lines if not countable(each.quantity)), None)
    if wrong is not None:
        raise HttpError(400, f"{wrong}: a quantity is above 0, with 12 digits at most")
    buyer = cart.account if cart.customer is None else cart.customer
    return answered(
        desk_of(request), cart.connection, buyer, [(each.sku, each.quantity) for each in cart.lines]
    )


@api.get("/portal/invoices", response=ANSWERS)
def portal_invoices(
    request: HttpRequest,
    customer_token: Annotated[str, Header(alias="X-Customer-Token", max_length=LONGEST_TOKEN)],
    store: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=0, le=MOST)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Any:
    """The invoices of the customer whose token of the shop is shown; `store` where the hub serves several."""
    visit = visit_of(request, Scope.PORTAL)
    if not visit.rights.everywhere(Permission.SEE):
        raise HttpError(404, "the portal needs a token whose user sees every connection")
    found = visible(request, customer_token)
    if isinstance(found, HttpResponse):
        refusal = msgspec.json.decode(found.content)
        raise HttpError(found.status_code, refusal["text"])
    page = [portal.summary(each) for each in found[offset : offset + limit]]
    return {"invoices": page, "total": len(found)}


def without_persons(visit: Visit, rows: Sequence[dict[str, Any]]) -> None:
    """Names go out to those alone who may see them."""
    for row in rows:
        if not visit.rights.may(Permission.PERSONS, row["connection"]):
            row["customer"] = ""


def reachable(patterns: Sequence[Any]) -> Sequence[Any]:
    """Programs have no session: the middleware lets them through to their tokens."""
    for each in patterns:
        view: Any = each.callback

        def served(request: HttpRequest, *args: Any, view: Any = view, **named: Any) -> HttpResponse:
            answer: HttpResponse = view(request, *args, **named)
            answer["Cache-Control"] = "no-store"
            return answer

        served.csrf_exempt = True  # type: ignore[attr-defined]
        served.login_required = False  # type: ignore[attr-defined]
        each.callback = served
    return patterns
