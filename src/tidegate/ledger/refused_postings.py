"""Entries that the company's general ledger refuses to post: an alert names them, and the trace says why.

They are asked for again with every reading of the books, so that both end by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from tidegate.ledger import alerts, marks
from tidegate.ledger.database import transaction

ALERT = "postings-refused"
SUBJECT = "payments: Sage's postings"
NAMED = 5  #: most entries in one alert; the rest is counted


def report(connection: str, asked: Collection[str], refused: Mapping[str, str], now: datetime) -> None:
    """Keep why these entries are refused, and forget it of the others that were asked for."""
    before = known(connection, asked)
    over = before.keys() - refused.keys()
    if not refused and not over and not alerts.is_open(ALERT, connection, SUBJECT):
        return
    with transaction("refused postings"):
        for urn in over:
            marks.remove(_mark(connection, urn), now)
        if not refused:
            alerts.clear_alert(ALERT, connection, SUBJECT, now)
            return
        marks.write_all({_mark(connection, urn): text for urn, text in refused.items()}, now)
        named = "; ".join(text for _, text in sorted(refused.items())[:NAMED])
        more = f"; and {len(refused) - NAMED} more" if len(refused) > NAMED else ""
        text = f"the general ledger refuses to post {len(refused)} documents: {named}{more}"
        alerts.raise_alert(ALERT, connection, SUBJECT, text, now)


def known(connection: str, urns: Iterable[str]) -> dict[str, str]:
    """Why entries are refused, by URN."""
    names = {_mark(connection, urn): urn for urn in urns}
    return {names[name]: text for name, text in marks.read_all(list(names)).items()}


def _mark(connection: str, urn: str) -> str:
    return f"refused-posting:{connection}:{urn}"
