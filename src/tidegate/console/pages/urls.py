"""The addresses of the console."""

from __future__ import annotations

from allauth.account import views as account_views
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path

from tidegate.console import health, metrics
from tidegate.console.pages import account, home


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

urlpatterns = [
    path("", home.home, name="home"),
    path("tide", home.tide, name="tide"),
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("account", account.own, name="own"),
    path("invitation/<str:token>", account.invitation, name="invitation"),
    re_path(rf"^account/(?:{CLOSED})(?:/.*)?$", nowhere),
    path("account/login/", login_not_required(account_views.login), name="console_login"),
    path("account/", include("allauth.urls")),
]
