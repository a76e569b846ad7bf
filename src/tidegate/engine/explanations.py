"""Why a value of the store is what it is: what the ledger keeps of it, and what it follows from. Nobody is asked."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tidegate.config.model import Configuration
from tidegate.domain.prices.prices import PriceKey
from tidegate.engine.hub import Hub
from tidegate.engine.reports import iso
from tidegate.engine.waiting import own_reason
from tidegate.flows import drift
from tidegate.flows.drift import NAMELESS as NAMELESS
from tidegate.flows.item_words import name_of, place_of, value_in_words
from tidegate.flows.item_words import sku_of as sku_of
from tidegate.flows.prices import book
from tidegate.flows.prices import explained as prices
from tidegate.flows.stock import explained as stock
from tidegate.ledger import marks, mirror
from tidegate.tables import pl

Report = dict[str, Any]


def explain(hub: Hub, connection: str, flow: str, sku: str, now: datetime) -> Report:
    """Everything about one SKU, or one item of another flow: its values, and the formula or the prices behind them."""
    tied = hub.connections.get(connection)
    settings = tied.settings if tied else None  # as the cycles have them: with the mappings of the console
    code = settings.skus.get(sku, sku) if settings else sku
    report: Report = {
        "sku": sku,
        "code": code,
        "values": values(connection, flow, sku),
        "stock": [],
        "prices": [],
    }
    last = marks.read(marks.last_run(connection, flow))
    report["last_cycle"] = iso(datetime.fromisoformat(last)) if last else None
    if settings and flow == "inventory":
        report["stock"] = [asdict(each) for each in stock.explain(connection, settings.stock, code)]
    if settings and flow == "prices":
        zone = ZoneInfo(hub.configuration.companies[settings.company].time_zone)
        today = now.astimezone(zone).date()
        report["prices"] = [asdict(each) for each in prices.explain(connection, settings.prices, code, today)]
        report["read_at"] = iso(book.read_at(connection))
    return report


def values(connection: str, flow: str, sku: str) -> list[Report]:
    """What the store has and shall have of it, place by place."""
    found = {
        key: {
            "key": key,
            "place": place_of(flow, key),
            "wanted": value,
            "sent": value,
            "state": "confirmed",
            "code": "",
            "why": "",
        }
        for key, value in mirror.settled(connection, flow).filter(names(flow, sku)).iter_rows()
    }
    for one in mirror.find(connection, flow, mirror.keys(connection, flow, names(flow, sku))):
        found[one.key] = {
            "key": one.key,
            "place": place_of(flow, one.key),
            "wanted": one.wanted,
            "sent": one.sent,
            "state": one.state.value,
            "code": one.reason_code,
            "why": own_reason({"code": one.reason_code, "reason": one.reason, "waits_for": one.waits_for}),
        }
    for each in found.values():
        each["wanted_words"], each["sent_words"] = (
            value_in_words(each["wanted"]),
            value_in_words(each["sent"]),
        )
    return [found[key] for key in sorted(found)]


def names(flow: str, sku: str) -> pl.Expr:
    """Whether a key of the flow is of this SKU."""
    key = pl.col("key")
    if flow == "inventory":
        return key.str.replace("@[^@]*$", "") == sku
    if flow == "prices":
        written = PriceKey("base", sku, "").text.split("|")[1]
        return key.str.split("|").list.get(1, null_on_oob=True) == written
    return key == sku


def drifted(configuration: Configuration, connection: str, flow: str, limit: int) -> Report:
    """What the last full compare of one flow found changed by others, and what became of it."""
    found = drift.last(connection, flow)
    open_items = {one.key: one for one in mirror.find(connection, flow, [each.key for each in found[:limit]])}
    settings = configuration.connections.get(connection)
    rules = {"inventory": "stock", "customers": "accounts"}
    section = getattr(settings, rules.get(flow, flow), None) if settings else None
    rows = []
    for each in found[:limit]:
        item = open_items.get(each.key)
        rows.append(
            {
                "key": each.key,
                "name": name_of(flow, each.key),
                "sku": sku_of(flow, each.key),
                "sent": value_in_words(each.sent),
                "found": value_in_words(each.found),
                "state": item.state.value if item is not None else "",
                "shall_have": value_in_words(item.wanted)
                if item is not None and flow in drift.NAMELESS
                else "",
            }
        )
    return {
        "connection": connection,
        "flow": flow,
        "compared_at": iso(drift.compared_at(connection, flow)),
        "rule": getattr(section, "drift", ""),
        "count": len(found),
        "rows": rows,
    }
