"""What every template knows beside its own values."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest

from tidegate.console.roles import Permission, rights_of

STATIC = Path(__file__).parent.parent / "static"
#: The navigation: address, word, permission.
PLACES = (
    ("/", "Tide table", Permission.SEE),
    ("/queue", "Queue", Permission.SEE),
    ("/reviews", "Reviews", Permission.SEE),
    ("/mappings", "Mappings", Permission.SEE),
    ("/cycles", "Cycles", Permission.SEE),
    ("/items", "Stock & prices", Permission.SEE),
    ("/drift", "Drift", Permission.SEE),
    ("/parcels", "Parcels", Permission.SEE),
    ("/connections", "Connections", Permission.SEE),
    ("/months", "Month's end", Permission.SEE),
    ("/digest", "Last day", Permission.SEE),
    ("/alerts", "Alerts", Permission.SEE),
    ("/audit", "Audit", Permission.SEE),
    ("/users", "Users", Permission.USERS),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Navigation, and what the user may."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"version": version()}
    rights = getattr(request, "rights", None) or rights_of(request.user)
    places = [
        {"address": address, "word": word, "here": here(request.path, address)}
        for address, word, permission in PLACES
        if rights.anywhere(permission)
    ]
    return {"navigation": places, "rights": rights, "version": version()}


def here(path: str, address: str) -> bool:
    """Whether a page lies at or below an address of the navigation."""
    return path == address if address == "/" else path == address or path.startswith(f"{address}/")


@cache
def version() -> str:
    """Changes with the static files, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
