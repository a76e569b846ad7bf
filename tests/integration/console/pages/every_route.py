"""Every route of the console and of `/api/v1`, with the requests by which tests walk it; a new one has to be added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from integration.console.pages.browsing import Browsing
from integration.flows.stage import CONNECTION
from tidegate.console import tokens
from tidegate.console import urls as doors
from tidegate.console.models import User
from tidegate.console.tokens import Scope
from tidegate.ledger import models

UNMAPPED = "banktransfer"
HUBS_TOKEN = "the-shop-shows-this-token-4711"
MONTH = "2026-02"
#: Before a route of `[api] listen`, which has no pages.
DOOR = "door: "
#: What is not walked, and why.
EXEMPT = {
    "months/run": "reads a whole month of both systems, in a thread of its own",
    "invitation/<str:token>": "knows users alone",
    "api/v1/": "leads nowhere",
    r"^account/(?:signup|email|confirm-email|password/reset|password/set|login/code|reauthenticate/code)(?:/.*)?$": (
        "is not offered"
    ),
}


@dataclass(frozen=True)
class Ask:
    """One request: a form or a JSON body makes it a POST."""

    address: str
    form: dict[str, Any] | None = None
    body: Any = None
    bearer: str = ""
    door: bool = False  #: before `[api] listen`
    statuses: tuple[int, ...] = (200,)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether it may write."""
        return self.form is not None or self.body is not None


def routes() -> Iterator[str]:
    """The routes of our own pages and interfaces; allauth's concern a user's own account alone."""
    yield from _of(get_resolver().url_patterns, "")
    for each in doors.urlpatterns:
        yield DOOR + str(each.pattern)


def _of(patterns: list[Any], before: str) -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _of(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern) and each.callback.__module__.startswith("tidegate."):
            yield before + (
                each.pattern._route if isinstance(each.pattern, RoutePattern) else str(each.pattern)
            )


def asks(browsing: Browsing) -> dict[str, list[Ask]]:
    """The requests of every route, for a hub with orders that arrived and orders that wait for `UNMAPPED`."""
    stage = browsing.stage
    first = stage.delivery(stage.shop.orders.all()[0].entity_id)
    last = models.Delivery.objects.filter(waits_for=f"payment:{UNMAPPED}").latest("pk")
    attempt = models.Attempt.objects.filter(delivery_id=first.id).latest("pk")
    item, order = str(last.pk), last.label
    cause = {
        "connection": CONNECTION,
        "flow": "orders",
        "state": "held",
        "code": "unmapped-payment",
        "waits_for": f"payment:{UNMAPPED}",
        "upto": item,
    }
    robot = tokens.make(
        User.objects.get(username="anna"), "walker", tuple(Scope), now=stage.now, actor="test"
    )
    buyer = stage.shop.access.customer_token(1)
    mapping = {"connection": CONNECTION, "kind": "skus", "name": "HUB-9"}
    here = f"connections/{CONNECTION}"
    found: dict[str, list[Any]] = {
        "": ["/"],
        "tide": ["/tide"],
        "health": ["/health"],
        "ready": [Ask("/ready", statuses=(200, 503))],
        "metrics": [Ask("/metrics", statuses=(200, 401, 404))],
        "search": [
            f"/search?q={each}"
            for each in (
                first.label,
                first.target_number,
                first.key,
                models.Source.objects.get(pk=first.source_id).entity_id,
                "nothing-like-it",
                "unmapped-payment",
                "HUB-0001",
                "nobody@example.com",
            )
        ],
        "order/<id:source>": [f"/order/{first.source_id}"],
        "delivery/<id:number>": [f"/delivery/{first.id}", f"/delivery/{item}"],
        "attempts/<id:number>": [f"/attempts/{attempt.pk}"],
        "queue": [
            "/queue",
            *(
                f"/queue?{each}"
                for each in ("state=confirmed", "code=unmapped-payment", "age=1h", "flow=orders")
            ),
            "/queue?flow=shipments&state=confirmed",
            "/queue?code=unmapped-payment&state=confirmed&state=held",
        ],
        "queue/rows": ["/queue/rows"],
        "queue/plot": ["/queue/plot", "/queue/plot?span=month&flow=orders"],
        "delivery/<id:number>/edit": [f"/delivery/{item}/edit"],
        "delivery/<id:number>/link": [
            f"/delivery/{item}/link",
            Ask(f"/delivery/{item}/link", {"document": "4711"}),
        ],
        "edit/preview": [
            Ask("/edit/preview", {"id": item, "set-billing.postcode": "LS1 1AA"}),
            Ask("/edit/preview", {**cause, "set-account": "WEB"}),
        ],
        "edit/do": [Ask("/edit/do", {"id": item, "set-note": "by the back door"})],
        "act/preview": [
            Ask("/act/preview", {"act": act, **which})
            for act in ("retry", "release", "hold", "cancel", "skip")
            for which in ({"id": item}, cause)
        ],
        "act/do": [
            Ask("/act/do", {"act": act, "id": item, "reason": "asked for"})
            for act in ("hold", "release", "retry", "cancel", "skip")
        ],
        "reviews": ["/reviews"],
        "mappings": ["/mappings"],
        "mappings/change": [Ask("/mappings/change", {**mapping, "field-code": "HUB9"})],
        "mappings/remove": [Ask("/mappings/remove", {**mapping, "how": "out"})],
        "mappings/<str:connection>/lists": [Ask(f"/mappings/{CONNECTION}/lists", {})],
        "mappings/<str:connection>/<str:kind>.csv": [f"/mappings/{CONNECTION}/payments.csv"],
        "mappings/<str:connection>/<str:kind>/upload": [Ask(f"/mappings/{CONNECTION}/payments/upload", {})],
        "cycles": ["/cycles", "/cycles?flow=shipments", "/cycles?flow=order-status"],
        "cycles/<id:run>": [
            f"/cycles/{models.Batch.objects.latest('pk').pk}",
            f"/cycles/{attempt.batch_id}",
        ],
        "items": ["/items"],
        "items/why": [
            f"/items/why?connection={CONNECTION}&flow={flow}&key=HUB-0001" for flow in ("inventory", "prices")
        ],
        "items/retry": [
            Ask("/items/retry", {"connection": CONNECTION, "flow": "inventory", "key": "HUB-0001"})
        ],
        "drift": ["/drift"],
        "parcels": ["/parcels"],
        "connections": ["/connections"],
        "connections/<str:connection>": [f"/{here}"],
        "connections/<str:connection>/halt": [Ask(f"/{here}/halt", {"reason": "stock-taking"})],
        "connections/<str:connection>/lift": [Ask(f"/{here}/lift", {})],
        "connections/<str:connection>/run": [Ask(f"/{here}/run", {"flow": "orders"})],
        "connections/<str:connection>/alerts/<id:alert>/clear": [
            Ask(f"/{here}/alerts/1/clear", {}, statuses=(302, 404))
        ],
        "connections/<str:connection>/connect": [Ask(f"/{here}/connect", statuses=(200, 404))],
        "connections/<str:connection>/shop": [f"/{here}/shop", Ask(f"/{here}/shop", {})],
        "connect/back": [Ask("/connect/back?state=nobodys", statuses=(404,))],
        "alerts/test": [Ask("/alerts/test", {})],
        "months": ["/months"],
        "months/<str:company>/<str:period>": [f"/months/sage/{MONTH}"],
        "months/<str:company>/<str:period>.<str:kind>": [
            f"/months/sage/{MONTH}.csv",
            f"/months/sage/{MONTH}.xlsx",
        ],
        "months/<str:company>/<str:period>/sign": [Ask(f"/months/sage/{MONTH}/sign", {"note": "seen"})],
        "digest": ["/digest"],
        "alerts": ["/alerts"],
        "audit": ["/audit", f"/audit?connection={CONNECTION}"],
        "users": ["/users"],
        "users/add": [Ask("/users/add", {"name": "berta", "role": "viewer"}, statuses=(200, 302))],
        "users/<str:name>": [Ask("/users/anna", {"act": "link"}, statuses=(200, 302))],
        "account": ["/account"],
        "api/v1/openapi.json": ["/api/v1/openapi.json"],
        "api/v1/status": [Ask("/api/v1/status", bearer=robot)],
        "api/v1/queue": [
            Ask(f"/api/v1/queue?{each}", bearer=robot)
            for each in (
                "",
                "state=held",
                "state=confirmed",
                "code=unmapped-payment",
                "flow=orders&limit=500",
            )
        ],
        "api/v1/trace/<identifier>": [
            Ask(f"/api/v1/trace/{each}", bearer=robot) for each in (order, first.target_number)
        ],
        "api/v1/digest/<connection>": [Ask(f"/api/v1/digest/{CONNECTION}", bearer=robot)],
        "api/v1/actions": [
            Ask("/api/v1/actions", body={"act": "skip", "ids": [last.pk], "reason": "a test"}, bearer=robot)
        ],
        "api/v1/prices": [
            Ask(
                "/api/v1/prices",
                body={"connection": CONNECTION, "account": "WEB", "lines": [{"sku": "HUB-0001"}]},
                bearer=robot,
            )
        ],
        "api/v1/portal/invoices": [
            Ask(
                "/api/v1/portal/invoices",
                bearer=robot,
                headers={"X-Customer-Token": buyer},
                statuses=(200, 403),
            )
        ],
        DOOR + "health": [Ask("/health", door=True)],
        DOOR + "ready": [Ask("/ready", door=True, statuses=(200, 503))],
        DOOR + "metrics": [Ask("/metrics", door=True, statuses=(200, 401, 404))],
        DOOR + "api/v1/prices": [
            Ask(
                "/api/v1/prices",
                body={"account": "WEB", "lines": [{"sku": "HUB-0001"}]},
                bearer=HUBS_TOKEN,
                door=True,
            )
        ],
        DOOR + "api/v1/portal/invoices": [
            Ask("/api/v1/portal/invoices", bearer=buyer, door=True, statuses=(200, 403, 404))
        ],
        DOOR + "api/v1/portal/invoices/<str:number>": [
            Ask("/api/v1/portal/invoices/17", bearer=buyer, door=True, statuses=(404,))
        ],
        DOOR + "api/v1/hook/<str:store>": [Ask("/api/v1/hook/main", body={}, door=True, statuses=(404,))],
        DOOR + "api/v1/bell/<str:company>": [
            Ask("/api/v1/bell/sage", body={}, door=True, statuses=(401, 404))
        ],
        DOOR + "api/v1/bell/<str:company>/<path:rest>": [
            Ask("/api/v1/bell/sage/x", body={}, door=True, statuses=(401, 404))
        ],
    }
    return {
        route: [each if isinstance(each, Ask) else Ask(each) for each in each_of]
        for route, each_of in found.items()
    }


def send(browsing: Browsing, ask: Ask, at_the_door: Any) -> None:
    """Send it, to the page that it leads to; the answer is one that may be."""
    headers = ask.headers | ({"Authorization": f"Bearer {ask.bearer}"} if ask.bearer else {})
    client = at_the_door if ask.door else browsing.client
    follow = {} if ask.door else {"follow": 302 not in ask.statuses}
    if ask.body is not None:
        answer = client.post(
            ask.address, data=json.dumps(ask.body), content_type="application/json", headers=headers
        )
    elif ask.form is not None:
        answer = client.post(ask.address, data=ask.form, headers=headers, **follow)
    else:
        answer = client.get(ask.address, headers=headers, **follow)
    text = answer.get_data() if ask.door else answer.content
    assert answer.status_code in ask.statuses, (ask.address, answer.status_code, text[:300])
