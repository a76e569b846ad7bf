"""One order: its chain from Magento to the general ledger, both totals, every attempt, why it waits, what can be done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from django.http import Http404, HttpResponse

from tidegate.console.changes import masked
from tidegate.console.models import Change
from tidegate.console.pages import deeds, linking
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.books.chain import NAMES
from tidegate.domain.orders.edits import FIELDS
from tidegate.domain.states import FINAL, State
from tidegate.engine import chains, editing, reports, waiting
from tidegate.ledger import edits, trace
from tidegate.redaction import redact

#: The usual way of a delivery, for the drawing of where it stands.
WAY = ("captured", "queued", "sending", "confirmed")


@page(Permission.SEE)
def order(visit: Visit, source: int) -> HttpResponse:
    """An order that was captured."""
    return shown(visit, trace.of_source(source))


@page(Permission.SEE)
def delivery(visit: Visit, number: int) -> HttpResponse:
    """A delivery, with its order where there is one."""
    return shown(visit, trace.of_delivery(number))


def shown(visit: Visit, found: trace.Trace | None) -> HttpResponse:
    """The page of an order that the user may see."""
    connection = connection_of(found)
    if found is None or not visit.rights.may(Permission.SEE, connection):
        raise Http404("there is no such order")
    report = reports.order(found, visit.now)
    rows = report["deliveries"]
    waiting.explain(visit.configuration, rows, visit.now)
    acts = visit.rights.may(Permission.ACT, connection)
    persons = visit.rights.may(Permission.PERSONS, connection)
    items = {each.item.id: each.item for each in found.deliveries}
    edited = edits.history(items) if persons else {}
    for row in rows:
        row["way"] = way(row)
        row["acts"] = deeds.possible(row) if acts else []
        row["edits"] = edited.get(row["id"], [])
        row["editable"] = acts and persons and editing.may_be_edited(items[row["id"]])
        row["linkable"] = acts and linking.possible(items[row["id"]])
        row["reason_lines"] = row["reason"].splitlines()
    chain = chains.report(found)
    changes = Change.objects.filter(delivery__in=[row["id"] for row in rows]).order_by("-id")[:50]
    return visit.show(
        "order",
        connection=connection,
        source=report["magento"],
        title=report["magento"]["increment_id"] if report["magento"] else rows[0]["label"] or rows[0]["key"],
        customer=next((row["customer"] for row in rows if row["customer"]), "") if persons else "",
        rows=rows,
        totals=totals(report, rows),
        chain=named(chain["tree"]) if chain else None,
        complete=chain["complete"] if chain else False,
        missing=chain["missing"] if chain else [],
        document=pretty(found.source.document) if persons and found.source else "",
        persons=persons,
        changes=masked(changes, lambda _: persons),
        titles={name: each.title for name, each in FIELDS.items()},
    )


def connection_of(found: trace.Trace | None) -> str:
    """The connection that an order belongs to."""
    if found is None:
        return ""
    return found.source.connection if found.source else found.deliveries[0].item.connection


def way(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The states that a delivery has been in, and where it stands."""
    been = {
        row["state"],
        *(event["after"] for event in row["history"]),
        *(event["before"] for event in row["history"]),
    }
    states = [state.value for state in State if state.value in been]
    if row["state"] not in {state.value for state in FINAL}:  # and what is still to come
        states += [state for state in WAY if state not in been]
    order = [*WAY[:-1], *(state.value for state in State if state.value not in WAY), WAY[-1]]
    return [
        {"state": state, "been": state in been, "at": state == row["state"]}
        for state in sorted(states, key=order.index)
    ]


def totals(report: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Both totals side by side; None while Sage has none."""
    source = report["magento"]
    own = next((row for row in rows if row["step"] == "order"), None)
    if source is None or own is None:
        return None
    ours, theirs = source["grand_total"], own["target_total"]
    known = ours is not None and theirs is not None
    return {
        "magento": ours,
        "sage": theirs,
        "currency": source["currency"],
        "difference": reports.amount(Decimal(theirs) - Decimal(ours)) if known else None,
        "agree": known and Decimal(theirs) == Decimal(ours),
        "reason": own["reason"],
    }


def named(node: dict[str, Any]) -> dict[str, Any]:
    """A node of the chain with its document's name in words."""
    return {
        **node,
        "name": NAMES.get(node["kind"], node["kind"]),
        "children": [named(each) for each in node["children"]],
    }


def pretty(document: str) -> str:
    """The document as it was read, without secrets."""
    try:
        return redact(msgspec.json.format(document.encode(), indent=2).decode())
    except msgspec.DecodeError:
        return redact(document)
