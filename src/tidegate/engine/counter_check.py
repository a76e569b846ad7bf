"""Kept counters against a count, once a night: the tally is read from them, and a wrong one must be reported."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from tidegate.engine.conditions import agree
from tidegate.engine.hub import Hub
from tidegate.ledger import marks, tally
from tidegate.ledger.database import transaction

log = structlog.get_logger()

ALERT = "counters-differ"
CHECKED = "counters-checked"
DAY = timedelta(days=1)
#: So many are named.
MOST = 5


def check_when_due(hub: Hub) -> None:
    """Count, once a day over all processes; a counter that is wrong is an alert, and everything is counted anew."""
    now = hub.clock.now()
    written = marks.read(CHECKED)
    if written is not None and timedelta(0) <= now - datetime.fromisoformat(written) < DAY:
        return
    with transaction(CHECKED):
        marks.write(CHECKED, now.isoformat(), now)
    found = [each for kind in (tally.DELIVERY, tally.SOURCE) for each in tally.drift(kind)]
    agree(ALERT, "", {"": in_words(found)} if found else {}, now)
    if not found:
        return
    log.error("counters differ", count=len(found))
    with transaction(CHECKED):
        for kind in {each.kind for each in found}:
            tally.forget(kind, now)


def in_words(found: list[tally.Drift]) -> str:
    """The text for users."""
    named = "; ".join(
        f"{each.connection} {each.flow} {each.step}".rstrip() + f": kept {each.kept}, counted {each.found}"
        for each in found[:MOST]
    )
    more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
    return (
        f"kept counters of the account differ from what the ledger holds ({named}{more}). They are counted anew; "
        "the account is right from now on. Has something else than Tidegate changed the ledger?"
    )
