"""The stamps of Sage 100: local dates, and times as decimal hours in text (contract section 6.1)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.sage100.company import Row, SageCompany


def stamps(company: SageCompany, record: Record, *parts: Record) -> Row:
    """``DateUpdated`` and the rest: local time of the server, hours as a decimal number in text.

    ``parts``: records that are a part of this one for Sage 100, and stamp it when they change.
    """
    changed = max(one.updated_at for one in (record, *parts))
    zone = company.kernel.zone
    created, updated = _stamp(zone, record.created_at), _stamp(zone, changed)
    return {
        "DateCreated": created[0],
        "TimeCreated": created[1],
        "DateUpdated": updated[0],
        "TimeUpdated": updated[1],
    }


@lru_cache(maxsize=4096)  # every reading of a table stamps all its rows, most of them as before
def _stamp(zone: ZoneInfo, at: datetime) -> tuple[date, str]:
    local = at.astimezone(zone)
    return local.date(), hours(local)


def hours(at: datetime) -> str:
    """Decimal hours as text of eight characters at most: 15.50000 is half past three."""
    seconds = Decimal(at.hour * 3600 + at.minute * 60 + at.second)
    return f"{seconds / 3600:.5f}"[:8]
