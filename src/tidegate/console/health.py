"""`/health` and `/ready`: ok or not ok, and nothing else, for whoever asks.

*Health*: this process answers and its ledger can be read; if not, restart it. *Ready*: besides, no connection is
halted and no critical alert is open; if not, a person is needed, and a restart helps nobody.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tidegate.console.answers import answer, hub_of
from tidegate.domain.alert_kinds import Severity, kind_of
from tidegate.engine.hub import Hub
from tidegate.ledger import alerts, halts, presence
from tidegate.ledger.faults import LedgerError


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the process and its ledger work."""
    return verdict(works(hub_of(request)))


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether everything runs that should."""
    hub = hub_of(request)
    return verdict(works(hub) and nothing_stands_still(hub))


def verdict(ok: bool) -> HttpResponse:
    """200 or 503."""
    return answer({"status": "ok" if ok else "not ok"}, 200 if ok else 503)


def works(hub: Hub) -> bool:
    """The hub has its ledger, and the ledger answers."""
    if hub.ledger_gone is not None or hub.stop.is_set():
        return False
    try:
        presence.check(hub.start_number)
    except LedgerError:
        return False
    return True


def nothing_stands_still(hub: Hub) -> bool:
    """No halt, no critical alert."""
    try:
        critical = any(kind_of(each.code).severity is Severity.CRITICAL for each in alerts.open_alerts())
        return not critical and not any(each.connection in hub.connections for each in halts.all_halted())
    except LedgerError:
        return False
