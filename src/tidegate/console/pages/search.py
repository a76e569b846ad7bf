"""One box for every number that a document of the chain carries, for codes, SKUs and connections."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.books.chain import NAMES
from tidegate.domain.errors import Code
from tidegate.engine import reports
from tidegate.flows.item_words import name_of
from tidegate.ledger import customer_search, heads, mirror, numbers, queue

LONGEST = 200
#: A cycle by its number, as the log and its page name it.
CYCLE = re.compile(r"(?i)(?:cycle|batch)[ :#]*(\d{1,18})")


@page(Permission.SEE)
def search(visit: Visit) -> HttpResponse:
    """Straight to what is found alone; else the list."""
    text = visit.text("q")[:LONGEST]
    if not text:
        return visit.show("search", q="", found=[], items=[], customers=[])
    seen = set(visit.connections())
    found = orders(visit, text, seen)
    items = stock(text, seen) if not found else []
    customers = customer_search.find(
        text,
        [
            (name, visit.configuration.connections[name].websites)
            for name in visit.connections(Permission.PERSONS)
            if name in visit.configuration.connections
        ],
    )
    if len(found) == 1 and not items and not customers:
        return redirect(found[0]["address"])
    if not found and not items and not customers:
        if cycle := CYCLE.fullmatch(text):
            return redirect(f"/cycles/{cycle[1]}")
        if text in set(Code):
            return redirect(f"/queue?code={text}")
        if text in seen:
            return redirect(f"/connections/{text}")
    return visit.show("search", q=text, found=found, items=items, customers=customers)


def orders(visit: Visit, text: str, seen: set[str]) -> list[dict[str, Any]]:
    """The orders that carry the number, each once, with the document that it was found by."""
    prefixes = {
        each.reference_prefix for each in visit.configuration.connections.values() if each.reference_prefix
    }
    found: dict[str, dict[str, Any]] = {}
    for hit in numbers.hits(text, prefixes):
        address = f"/order/{hit.source_id}" if hit.source_id is not None else f"/delivery/{hit.delivery_id}"
        if address in found or len(found) >= numbers.MOST:
            continue
        head = heads.of_source(hit.source_id) if hit.source_id is not None else None
        item = queue.get(hit.delivery_id) if head is None and hit.delivery_id is not None else None
        connection = head.connection if head else item.connection if item else ""
        if connection in seen:
            found[address] = {
                "address": address,
                "by": NAMES.get(hit.by, hit.by),
                "connection": connection,
                "label": head.number if head else item.label or item.key if item else "",
                "store": head.store if head else "",
                "amount": reports.amount(head.total) if head else None,
                "currency": head.currency if head else "",
                "at": head.placed_at if head else item.created_at if item else None,
            }
    return list(found.values())


def stock(text: str, seen: set[str]) -> list[dict[str, Any]]:
    """Items of stock, prices and masters of that name that have something to tell."""
    found = []
    for connection, flow in mirror.mirrors():
        if connection in seen:
            for item in mirror.find(connection, flow, [text]):
                found.append(
                    {
                        "connection": connection,
                        "flow": flow,
                        "key": item.key,
                        "name": name_of(flow, item.key),
                        "state": item.state.value,
                    }
                )
    return found
