"""Deny by default: every route x role x connection, and what each role may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from integration.console.pages.browsing import Browsing
from integration.flows.stage import CONNECTION
from tidegate.console import accounts
from tidegate.console.models import Change, User
from tidegate.console.pages.page import NEEDS
from tidegate.console.roles import MAY, Permission, Role, rights_of
from tidegate.ledger import asked, models

#: Routes that everybody reaches: the entrance itself, what it refuses, and what monitors ask (which guards itself).
OPEN = (
    "api/v1/",
    "health",
    "ready",
    "metrics",
    "account/login/",
    "invitation/",
    "account/signup",
    "^account/(?:signup",
)
#: Routes of allauth's, which concern the own account alone.
OWN = ("account", "account/")


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every route of the console: (address, view)."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield before + str(each.pattern), each.callback


def filled(route: str) -> str:
    """An address of the route: names of a foreign connection, ids that are nobody's."""
    for part, value in (("<str:connection>", "web"), ("<id:", "1"), ("<str:", "x")):
        while part in route:
            start = route.index(part)
            end = route.index(">", start)
            route = route[:start] + value + route[end + 1 :]
    return f"/{route}"


def test_every_page_of_ours_needs_a_permission() -> None:
    pages = [(route, view) for route, view in routes() if view.__module__.startswith("tidegate.")]
    bare = [
        route
        for route, view in pages
        if f"{view.__module__}.{view.__name__}" not in NEEDS and not route.startswith((*OPEN, *OWN))
    ]
    assert bare == []
    assert len(pages) >= 5


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_session_every_route_leads_to_the_entrance(browsing: Browsing, method: str) -> None:
    for route, _ in routes():
        if route.startswith((*OPEN, "^", "account/")):
            continue
        answer = getattr(browsing.client, method)(filled(route))
        assert answer.status_code == 302, route
        assert answer["Location"].startswith("/account/login/"), route


@pytest.mark.parametrize("role", list(Role))
def test_a_foreign_connection_does_not_exist(browsing: Browsing, role: Role) -> None:
    """Somebody of another connection: every page with a connection in its address is not there, and no page shows it."""
    entity = browsing.stage.shopper.place_order("guest")
    browsing.stage.cycle()
    number = str(browsing.stage.shop_order(entity)["increment_id"])
    browsing.sign_in("anna", role, "elsewhere")
    for route, view in routes():
        if not view.__module__.startswith("tidegate.") or route.startswith((*OPEN, "^", "account")):
            continue
        needed = NEEDS[f"{view.__module__}.{view.__name__}"]
        for method in ("get", "post"):
            answer = getattr(browsing.client, method)(filled(route))
            text = answer.content.decode()
            assert number not in text, route
            if needed not in MAY[role] or "<str:connection>" in route:
                assert answer.status_code in (404, 405), (route, method, answer.status_code)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.FINANCE, Role.ADMINISTRATOR])
def test_no_form_reaches_a_foreign_connection(browsing: Browsing, role: Role) -> None:
    """Every form that acts, filled in with a delivery, an entry and a flow of a connection that is not the user's."""
    stage = browsing.stage
    entity = stage.shopper.place_order("guest", method="banktransfer")
    stage.reopen(payments={"checkmo": stage.connection.settings.payments["*"]})
    browsing.__post_init__()
    stage.cycle()
    delivery = stage.delivery(entity)
    attempt = models.Attempt.objects.values_list("pk", flat=True).first() or 1
    form = {
        "connection": CONNECTION,
        "id": str(delivery.id),
        "upto": "999",
        "act": "skip",
        "reason": "mine now",
        "kind": "payments",
        "name": "banktransfer",
        "field-account": "1200",
        "how": "out",
        "flow": "orders",
        "key": "x",
        "company": "sage",
        "period": "2026-02",
        "set-note": "mine now",
        "state": "held",
    }
    number = str(stage.shop_order(entity)["increment_id"])
    browsing.sign_in("anna", role, "elsewhere")
    before = everything()
    for route, view in routes():
        if not view.__module__.startswith("tidegate.") or route.startswith((*OPEN, "^", "account", "users")):
            continue
        address = filled(route).replace("/1", f"/{attempt if 'attempts' in route else delivery.id}")
        for answer in (browsing.client.post(address, form), browsing.client.get(address, form)):
            assert number not in answer.content.decode(), route
            assert answer.status_code in (302, 404, 405) or "mine now" not in answer.content.decode(), route
    assert everything() == before


def everything() -> list[object]:
    """What a form could have changed."""
    kinds = (models.Delivery, models.Event, models.Edit, models.Mapping, models.Halt, models.MonthEnd)
    found: list[object] = [list(kind._default_manager.order_by("pk").values_list()) for kind in kinds]
    return [*found, Change.objects.count(), asked.turns(CONNECTION, ["orders"])[1]]


def test_a_role_is_what_the_table_says(browsing: Browsing) -> None:
    user = browsing.user("anna", Role.OPERATOR, "web")
    rights = rights_of(user)
    assert rights.may(Permission.ACT, "web")
    assert not rights.may(Permission.ACT, "other")
    assert not rights.may(Permission.USERS, "web")
    assert not rights.everywhere(Permission.SEE)


def test_an_inactive_user_may_nothing(browsing: Browsing) -> None:
    user = browsing.user()
    user.is_active = False
    assert not rights_of(user).anywhere(Permission.SEE)


def test_a_user_without_a_role_sees_no_page(browsing: Browsing) -> None:
    user = accounts.add("carl", [], [], now=browsing.stage.now, actor="test")
    browsing.client.force_login(user)
    browsing.page("/", 404)
    assert "no role" in browsing.page("/account")
    assert isinstance(user, User)


def test_a_form_of_another_page_is_refused(browsing: Browsing) -> None:
    browsing.sign_in()
    browsing.client.handler.enforce_csrf_checks = True
    assert browsing.client.post("/account/logout/").status_code == 403


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("the name of a user", {"name": ""}),
        ("the name of a user", {"name": "x" * 81}),
        ("the name of a user", {"name": "a/b"}),
        ("the name of a user", {"name": "a\x00b"}),
        ("the name of a user", {"name": " anna"}),
        ("valid email", {"email": "nobody"}),
        ("too short", {"password": "short"}),
        ("too common", {"password": "password1234"}),
    ],
)
def test_a_user_that_could_not_be_used_is_not_made(
    browsing: Browsing, what: str, given: dict[str, str]
) -> None:
    """From the command line as from the console: both make users by this."""
    name = given.pop("name", "ben")
    with pytest.raises(accounts.Refusal, match=what):
        accounts.add(name, [Role.VIEWER], [], now=browsing.stage.now, actor="test", **given)
    assert not User.objects.exists()
