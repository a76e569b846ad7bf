"""Couriers."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate_sandbox.erp.record import Record


@dataclass(slots=True, kw_only=True, eq=False)
class Courier(Record):
    """Who carries goods; the tracking address may hold a place for the consignment number."""

    name: str
    website: str = ""
    tracking_url: str = ""
    is_default: bool = False
