"""Month's end of one company: run it, keep it, sign it, and show what has changed since it was signed.

A run asks store and company and takes its time; what is shown is the last run that was kept. What could not be asked
is *not compared*, and never green.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tidegate.domain.books import month_books, month_orders
from tidegate.domain.books.agreement import Facts
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.books.month import Month
from tidegate.domain.books.reconciliation import reconcile
from tidegate.domain.books.sheet import Sheet, SheetRow, Value
from tidegate.domain.money import shown as amount
from tidegate.engine.hub import Hub
from tidegate.engine.reconcile import Days, gather
from tidegate.engine.reports import iso
from tidegate.flows.connection import Connection
from tidegate.ledger import books, month_ends
from tidegate.ledger.database import transaction

Document = dict[str, Any]

#: From good to bad; a company is as good as the worst of its connections.
STATES = ("agrees", "partly compared", "differs", "not compared")


def run(hub: Hub, company: str, period: Month) -> Document:
    """Compare every connection of the company for the period, and keep the result. KeyError: no such company."""
    settings = hub.configuration.companies[company]
    tied = [each for each in hub.connections.values() if each.settings.company == company]
    found = {each.name: of_connection(each, period) for each in tied}
    now = hub.clock.now()
    zone = ZoneInfo(settings.time_zone)
    document = {
        "company": company,
        "period": period.name,
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        "over": period.is_over(now.astimezone(zone).date()),
        "time_zone": settings.time_zone,
        "ran_at": iso(now),
        "currency": settings.currency,
        "state": worst(each["state"] for each in found.values()),
        "connections": found,
    }
    with transaction("month-end"):
        month_ends.keep_run(company, period.name, msgspec.json.encode(document).decode(), now)
    return with_signature(document)


def of_connection(connection: Connection, period: Month) -> Document:
    """One connection: its state, what could not be asked, and its tables."""
    zone = ZoneInfo(connection.company_settings.time_zone)
    facts, unchecked = gather(connection, Days(period.start, period.end, zone))
    report = reconcile(facts, period.start, period.end, unchecked)
    today = min(connection.clock.now().astimezone(zone).date(), period.end)
    sheets = [
        *month_orders.sheets(facts, report, zone),
        *month_books.sheets(facts, report, unpaid(connection, facts, period), today),
    ]
    if not report.compared:
        state = "not compared"
    elif report.differences:
        state = "differs"
    else:
        state = "agrees" if not report.unchecked else "partly compared"
    return {
        "state": state,
        "waiting": amount(report.waiting),
        "unexplained": amount(report.unexplained),
        "differences": len(report.differences),
        "not_compared": list(report.unchecked),
        "small": list(report.small),
        "sections": [section(each) for each in sheets],
    }


def unpaid(connection: Connection, facts: Facts, period: Month) -> list[LedgerEntry]:
    """Invoices of web orders up to the period's end that are not paid in full, as the books were read last."""
    entries = books.entries(connection.name, None, period.end + timedelta(days=1))
    owing = [each for each in entries if each.kind is EntryKind.INVOICE and each.outstanding]
    rule = connection.settings.customers
    ours = {rule.guest_account, rule.web_account} - {""}
    known = books.numbers_of(connection.name, [each.reference for each in owing])
    return [each for each in owing if each.reference in known or each.account in ours]


def worst(states: Iterable[str]) -> str:
    """The worst of them; of none it is *not compared*."""
    return max(states, key=STATES.index, default=STATES[-1])


# --- as a document ----------------------------------------------------------------------------


def section(sheet: Sheet) -> Document:
    """A table as plain data; amounts are texts, days too, null: not known."""
    return {
        "id": sheet.id,
        "title": sheet.title,
        "basis": sheet.basis,
        "compared": sheet.compared,
        "columns": [{"id": each.id, "title": each.title, "kind": each.kind.value} for each in sheet.columns],
        "rows": [row(each) for each in sheet.lines],
        "total": {name: plain(value) for name, value in sheet.sums.items()} or None,
        "notes": list(sheet.notes),
    }


def row(line: SheetRow) -> Document:
    """One row; `documents` are the numbers behind it."""
    cells = {name: plain(value) for name, value in line.cells.items()}
    return {"key": line.key, "cells": cells, "documents": list(line.documents)}


def plain(value: Value) -> str | int | None:
    """A cell as JSON has it."""
    if isinstance(value, Decimal):
        return amount(value)
    return value.isoformat() if isinstance(value, date) else value


# --- signing ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a period cannot be signed, and what to do."""

    text: str
    remedy: str


def sign(company: str, period: str, *, by: str, note: str = "", now: datetime) -> Document | Refusal:
    """Put a name under the last run. Never under what was not compared; under differences with a note only."""
    kept = month_ends.last_run(company, period)
    if kept is None:
        return Refusal(f"month's end {period} of {company} was never run", "run it first")
    document: Document = msgspec.json.decode(kept)
    if not by.strip():
        return Refusal("no name was given", "give the name of the person who signs")
    if not document["over"]:
        return Refusal(f"{period} had not ended when it was run", "run it again after its last day")
    if document["state"] == "not compared":
        return Refusal(
            "the last run could not compare everything", "run it again when store and company answer"
        )
    if document["state"] != "agrees" and not note.strip():
        return Refusal(
            f"the last run found: {document['state']}", "sign with a note that says why that is accepted"
        )
    with transaction("month-end"):
        month_ends.sign(company, period, by.strip(), note.strip(), kept, now)
    return with_signature(document)


def shown(company: str, period: str) -> Document | None:
    """The last run with its signature and what has changed since; None when it was never run. Makes no call."""
    kept = month_ends.last_run(company, period)
    return None if kept is None else with_signature(msgspec.json.decode(kept))


def with_signature(document: Document) -> Document:
    """The document, who signed it, and each figure that is another one than was signed."""
    signature = month_ends.signed(document["company"], document["period"])
    if signature is None:
        return {**document, "signed": None, "changes": []}
    changes = list(changed(msgspec.json.decode(signature.document), document))
    signed = {
        "by": signature.by,
        "at": iso(signature.at),
        "note": signature.note,
        "changed": bool(changes),
    }
    return {**document, "signed": signed, "changes": changes}


def changed(then: Document, now: Document) -> Iterator[Document]:
    """Every cell that differs, row by row; a row that came or went has null on the other side."""
    for name in dict.fromkeys([*then["connections"], *now["connections"]]):
        before, after = (figures(each["connections"].get(name)) for each in (then, now))
        for place in dict.fromkeys([*before, *after]):
            if before.get(place) != after.get(place):
                yield {
                    "connection": name,
                    "section": place[0],
                    "row": place[1],
                    "column": place[2],
                    "then": before.get(place),
                    "now": after.get(place),
                }


def figures(connection: Document | None) -> dict[tuple[str, str, str], Any]:
    """The figures of one connection by section, row and column; ages and texts, which move by themselves, are none."""
    if connection is None:
        return {}
    return {
        (each["id"], line["key"], column["id"]): line["cells"][column["id"]]
        for each in connection["sections"]
        for line in each["rows"]
        for column in each["columns"]
        if column["kind"] in ("money", "count") and each["id"] not in MOVING
    }


#: What is that of the run and not of the period: paid invoices leave it, and balances move.
MOVING = frozenset({"open-invoices", "clearing"})
