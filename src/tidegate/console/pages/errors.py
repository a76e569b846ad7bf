"""What is shown where nothing else can be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, or not for this user."""
    return shown(request, 404, "Page not found", "The address is wrong, or your role may not see the page.")


def fault(request: HttpRequest) -> HttpResponse:
    """A fault of ours; the log has the rest."""
    return shown(request, 500, "This page failed", "The hub's log has the details. Cycles continue.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from one of our pages, or from one that is too old."""
    return shown(request, 403, "This form has expired", "Load the page again and repeat your input.")


def shown(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """A small page."""
    return render(request, "pages/notice.html", {"title": title, "text": text}, status=status)
