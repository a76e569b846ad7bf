"""What every page starts from: who asks, what they may, the hub, and the one instant of the answer.

A view becomes a page by `@page(PERMISSION)` and by nothing else: without a session the middleware asks for one,
without the permission for any connection the page is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from tidegate.config.model import Configuration
from tidegate.console.answers import hub_of
from tidegate.console.roles import Permission, Rights, rights_of
from tidegate.engine.hub import Hub
from tidegate.ledger import overview

View = Callable[..., HttpResponse]

#: Every page's view -> the permission that it needs: what the tests walk.
NEEDS: dict[str, Permission] = {}


@dataclass(frozen=True)
class Visit:
    """One request of one user."""

    request: HttpRequest
    hub: Hub
    rights: Rights
    now: datetime
    name: str  #: of the user, as the history shows it

    @property
    def configuration(self) -> Configuration:
        """The hub's."""
        return self.hub.configuration

    def known(self) -> list[str]:
        """Every connection: the configured ones, and those that only the ledger knows."""
        held = {connection for connection, _, _ in overview.steps()}
        configured = list(self.configuration.connections)
        return [*configured, *sorted(held - set(configured))]

    def connections(self, permission: Permission = Permission.SEE) -> list[str]:
        """Those with which the user may do it."""
        return self.rights.among(permission, self.known())

    def chosen(self, permission: Permission = Permission.SEE) -> list[str]:
        """The connection that the address names, else all that the user may see; a foreign one is not there."""
        name = self.text("connection")
        if not name:
            return self.connections(permission)
        self.require(permission, name)
        return [name]

    def require(self, permission: Permission, connection: str) -> None:
        """Raise 404 unless the user may do it: what somebody may not see does not exist for them."""
        if not self.rights.may(permission, connection):
            raise Http404(f"there is no {connection}")

    def text(self, name: str, default: str = "") -> str:
        """One value of the query, or of the form."""
        given = self.request.POST if self.request.method == "POST" else self.request.GET
        return given.get(name, default).strip()

    def number(self, name: str) -> int:
        """A whole number of the query or form; 0 for anything else."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    def show(self, template: str, **values: Any) -> HttpResponse:
        """The page."""
        return render(self.request, f"pages/{template}.html", {"visit": self, **values})


def page(permission: Permission | None, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Make a view a page; `None` is for what any signed-in user may do with their own account."""

    def made(view: View) -> View:
        if permission is not None:
            NEEDS[f"{view.__module__}.{view.__name__}"] = permission

        @wraps(view)
        def serve(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if request.method not in (*methods, "HEAD"):
                return HttpResponseNotAllowed(methods)
            rights = rights_of(request.user)  # type: ignore[arg-type]
            request.rights = rights  # type: ignore[attr-defined]
            if permission is not None and not rights.anywhere(permission):
                raise Http404("your role may not see this page")
            hub = hub_of(request)
            visit = Visit(request, hub, rights, hub.clock.now(), request.user.get_username())
            answer = view(visit, *args, **named)
            answer["Cache-Control"] = "no-store"
            return answer

        return serve

    return made
