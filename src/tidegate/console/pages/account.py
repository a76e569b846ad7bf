"""A user's own matters: the one-time link, and what they may."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tidegate.console import accounts
from tidegate.console.answers import gate_of, hub_of, later
from tidegate.console.pages.page import Visit, page


@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first password, or a new one."""
    now, address = hub_of(request).clock.now(), str(request.META.get("REMOTE_ADDR", ""))
    if wait := gate_of(request).wait_of(address):
        return later(429, wait, "too many invalid links")
    found = accounts.invited(token, now)
    if found is None:
        gate_of(request).failed(address)
        title, text = (
            "This link is not valid",
            "It was used, is older than a day, or was replaced by a newer link.",
        )
        return render(request, "pages/notice.html", {"title": title, "text": text}, status=404)
    problems: list[str] = []
    if request.method == "POST":
        first, second = request.POST.get("password", ""), request.POST.get("again", "")
        problems = (
            ["the two passwords must be the same"] if first != second else accounts.accept(found, first, now)
        )
        if not problems:
            return redirect("account_login")
    return render(request, "pages/invitation.html", {"name": found.user.username, "problems": problems})


@page(None)
def own(visit: Visit) -> HttpResponse:
    """Who somebody is here, with the ways to password and second factor."""
    return visit.show("account", said=accounts.said(visit.request.user))  # type: ignore[arg-type]
