"""When to ask again for records that wait with a company: soon at first, then every quarter of an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Minutes between two questions for one parcel; then the last for ever.
PAUSES = (1, 2, 5, 10, 15)


def next_question(opened_at: datetime, now: datetime) -> datetime:
    """When to ask again for a parcel of this age: after 1, 2, 5, 10 minutes, then every 15."""
    asked, pauses = opened_at, list(PAUSES)
    while asked <= now:
        asked += timedelta(minutes=pauses.pop(0) if len(pauses) > 1 else pauses[0])
        if len(pauses) == 1 and now - asked > timedelta(minutes=pauses[0]):
            asked += (now - asked) // timedelta(minutes=pauses[0]) * timedelta(minutes=pauses[0])
    return asked
