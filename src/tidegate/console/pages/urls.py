"""The addresses of the console."""

from __future__ import annotations

from allauth.account import views as account_views
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path, register_converter
from django.urls.converters import IntConverter

from tidegate.console import health, metrics
from tidegate.console.pages import (
    account,
    api,
    attempts,
    closing,
    connected,
    deeds,
    edits,
    entrances,
    home,
    linking,
    mapped,
    orders,
    queue,
    reasons,
    records,
    reviews,
    search,
    users,
)


class Id(IntConverter):
    """An id of the ledger; a longer number is no page, and no question that a database could answer."""

    regex = "[0-9]{1,18}"


register_converter(Id, "id")


@login_not_required
def nowhere(request: HttpRequest, **_: object) -> HttpResponse:
    """What allauth offers and the console does not: signing up, and what needs mail."""
    raise Http404("not offered")


handler404 = "tidegate.console.pages.errors.not_found"
handler500 = "tidegate.console.pages.errors.fault"

CLOSED = "|".join(
    (
        "signup",
        "email",
        "confirm-email",
        "password/reset",
        "password/set",
        "login/code",
        "reauthenticate/code",
    )
)

_patterns, _app, _namespace = api.api.urls

urlpatterns = [
    path("api/v1/", include((api.reachable(_patterns), _app), namespace=_namespace)),
    path("", home.home, name="home"),
    path("tide", home.tide, name="tide"),
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("search", search.search, name="search"),
    path("order/<id:source>", orders.order, name="order"),
    path("delivery/<id:number>", orders.delivery, name="delivery"),
    path("attempts/<id:number>", attempts.attempt, name="attempt"),
    path("queue", queue.listing, name="queue"),
    path("queue/rows", queue.rows, name="queue-rows"),
    path("queue/plot", queue.plot, name="queue-plot"),
    path("delivery/<id:number>/edit", edits.form, name="edit"),
    path("delivery/<id:number>/link", linking.link, name="link"),
    path("edit/preview", edits.preview, name="edit-preview"),
    path("edit/do", edits.carry_out, name="edit-do"),
    path("act/preview", deeds.preview, name="act-preview"),
    path("act/do", deeds.carry_out, name="act-do"),
    path("reviews", reviews.listing, name="reviews"),
    path("mappings", mapped.listing, name="mappings"),
    path("mappings/change", mapped.change, name="mapping-change"),
    path("mappings/remove", mapped.remove, name="mapping-remove"),
    path("mappings/<str:connection>/lists", mapped.lists, name="mapping-lists"),
    path("mappings/<str:connection>/<str:kind>.csv", mapped.download, name="mapping-download"),
    path("mappings/<str:connection>/<str:kind>/upload", mapped.upload, name="mapping-upload"),
    path("cycles", records.cycles, name="cycles"),
    path("cycles/<id:run>", records.cycle, name="cycle"),
    path("items", records.items, name="items"),
    path("items/why", reasons.why, name="item-why"),
    path("drift", reasons.drift, name="drift"),
    path("parcels", reasons.parcel_list, name="parcels"),
    path("items/retry", records.retry_item, name="item-retry"),
    path("connections", connected.listing, name="connections"),
    path("connections/<str:connection>", connected.one, name="connection"),
    path("connections/<str:connection>/halt", connected.halt, name="halt"),
    path("connections/<str:connection>/lift", connected.lift, name="lift"),
    path("connections/<str:connection>/run", connected.run, name="run"),
    path("connections/<str:connection>/alerts/<id:alert>/clear", connected.clear, name="alert-clear"),
    path("connections/<str:connection>/connect", entrances.connect, name="connect"),
    path("connections/<str:connection>/shop", entrances.shop, name="shop"),
    path("connect/back", entrances.back, name="connect-back"),
    path("alerts/test", closing.alert_test, name="alert-test"),
    path("months", closing.months, name="months"),
    path("months/run", closing.month_run, name="month-run"),
    path("months/<str:company>/<str:period>.<str:kind>", closing.month_file, name="month-file"),
    path("months/<str:company>/<str:period>", closing.month, name="month"),
    path("months/<str:company>/<str:period>/sign", closing.month_sign, name="month-sign"),
    path("digest", closing.day, name="digest"),
    path("alerts", closing.alert_list, name="alerts"),
    path("audit", records.audit, name="audit"),
    path("users", users.listing, name="users"),
    path("users/add", users.add, name="user-add"),
    path("users/<str:name>", users.change, name="user-change"),
    path("account", account.own, name="own"),
    path("invitation/<str:token>", account.invitation, name="invitation"),
    re_path(rf"^account/(?:{CLOSED})(?:/.*)?$", nowhere),
    path("account/login/", login_not_required(account_views.login), name="console_login"),
    path("account/", include("allauth.urls")),
]
