"""The stamps of Sage 100: local dates, and times as decimal hours in text (contract section 6.1)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.sage100.company import Row, SageCompany


def stamps(company: SageCompany, record: Record, *parts: Record) -> Row:
    """``DateUpdated`` and the rest: local time of the server, hours as a decimal number in text.

    ``parts``: records that are a part of this one for Sage 100, and stamp it when they change.
    """
    changed = max(one.updated_at for one in (record, *parts))
    created, updated = _local(company, record.created_at), _local(company, changed)
    return {
        "DateCreated": created.date(),
        "TimeCreated": hours(created),
        "DateUpdated": updated.date(),
        "TimeUpdated": hours(updated),
    }


def _local(company: SageCompany, at: datetime) -> datetime:
    return at.astimezone(company.kernel.zone)


def hours(at: datetime) -> str:
    """Decimal hours as text of eight characters at most: 15.50000 is half past three."""
    seconds = Decimal(at.hour * 3600 + at.minute * 60 + at.second)
    return f"{seconds / 3600:.5f}"[:8]
