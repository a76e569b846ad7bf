"""Where somebody goes from an alert: the page on which it is put right, or on which it can be understood."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tidegate.console.pages.ways_out import needing_a_person
from tidegate.domain.errors import GROUP_OF, Group
from tidegate.engine.cycles import FLOWS

Alert = dict[str, Any]

#: Kinds of alert -> page and words of the link, where the page is the same for every subject.
PAGES = {
    "parcel-overdue": ("/parcels", "See the parcels"),
    "drift": ("/drift", "See what was changed"),
    "reconciliation": ("/digest", "See what differs"),
    "not-compared": ("/digest", "See what was compared"),
    "ended-early": ("/cycles", "See the cycles"),
    "cycle-overdue": ("/cycles", "See the cycles"),
    "oldest-waiting": ("/queue", "See what waits"),
    "notification-failed": ("/alerts", "See what was not delivered"),
}
#: Of these the number of an order is the subject.
OF_ORDERS = ("cancelled-in-magento", "cancelled-in-sage", "partly-cancelled", "on-hold-in-store")
RETRIED = frozenset(
    code for code, group in GROUP_OF.items() if group in (Group.RETRY_NEXT_CYCLE, Group.VERIFY_FIRST)
)
STUCK = frozenset(needing_a_person())


def with_places(alerts: list[Alert]) -> list[Alert]:
    """Each alert with `place`, (address, words): where to go."""
    return [{**each, "place": place(each)} for each in alerts]


def place(alert: Alert) -> tuple[str, str]:
    """The page behind one alert."""
    code, connection, subject = alert["code"], alert["connection"], alert["subject"]
    chosen = {"connection": connection} if connection else {}
    if code in PAGES:
        address, words = PAGES[code]
        return f"{address}?{urlencode(chosen)}" if chosen else address, words
    if subject in FLOWS and code not in ("fault", "seats-exhausted"):
        return f"/items?{urlencode({**chosen, 'flow': subject})}", "See the items"
    if code in STUCK:
        return "/reviews", "See the review"
    if code in OF_ORDERS or code in RETRIED:
        return f"/search?{urlencode({'q': subject})}", "See the order"
    return (
        (f"/connections/{connection}", "Go to the connection")
        if connection
        else ("/alerts", "See all alerts")
    )
