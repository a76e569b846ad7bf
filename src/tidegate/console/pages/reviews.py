"""What stands still, by cause, with the fix beside it and all of a cause released at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from tidegate.console.pages import linking, ways_out
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.missing_thing import kind_of
from tidegate.domain.orders.edits import EDITABLE
from tidegate.domain.states import State
from tidegate.engine import editing, interventions, mappings
from tidegate.engine.mapping_kinds import KINDS
from tidegate.ledger import causes, heads, mirror, queue
from tidegate.ledger.causes import Cause

EDITED_FLOWS = {flow for flow, _ in EDITABLE}
#: Orders of a cause that are named, the oldest first, where one may be edited or linked by itself.
NAMED = 5


@page(Permission.SEE)
def listing(visit: Visit) -> HttpResponse:
    """The causes, the largest first."""
    found = causes.of(visit.chosen())
    return visit.show(
        "reviews",
        causes=[of(visit, cause) for cause in found],
        total=sum(cause.count for cause in found),
        upto=heads.highest_delivery(),
        items=items(visit),
        at=visit.now,
    )


def items(visit: Visit) -> list[dict[str, Any]]:
    """Items of stock, prices and masters that stand still, by flow: they are no deliveries, and no less."""
    seen = set(visit.chosen())
    found = []
    for connection, flow in mirror.mirrors():
        if connection in seen:
            account = mirror.account(connection, flow)
            if count := account.review + account.held:
                found.append({"connection": connection, "flow": flow, "count": count})
    return found


def of(visit: Visit, cause: Cause) -> dict[str, Any]:
    """One cause with its ways out."""
    chosen = {
        "connection": cause.connection,
        "flow": cause.flow,
        "state": cause.state.value,
        "code": cause.code,
        **({"waits_for": cause.waits_for} if cause.waits_for else {}),
    }
    acts, persons = (
        visit.rights.may(each, cause.connection) for each in (Permission.ACT, Permission.PERSONS)
    )
    return {
        "cause": cause,
        "how": ways_out.said(cause.code),
        "orders": one_by_one(cause, persons) if acts else [],
        "seconds": int((visit.now - cause.oldest).total_seconds()),
        "first_line": cause.reason.partition("\n")[0],
        "rest": cause.reason.partition("\n")[2],
        "form": list(chosen.items()),
        "list": "/queue?" + urlencode(chosen),
        "fix": fix(cause),
        "edit": ways_out.EDITS.get(cause.code) if (cause.flow in EDITED_FLOWS) else None,
        "edits": acts and persons,
        "acts": acts,
        "maps": visit.rights.may(Permission.MAP, cause.connection),
        "wishes": wishes(cause),
    }


def wishes(cause: Cause) -> tuple[str, ...]:
    """What is offered for all of the cause; what only asks a person is nothing that could be sent again."""
    if cause.code in ways_out.ASKING:
        return ()
    return ("retry", "release") if cause.state is State.HELD else ("retry",)


def one_by_one(cause: Cause, persons: bool) -> list[dict[str, Any]]:
    """The oldest of the cause that may be edited, or linked to a document that exists, each by itself."""
    found = queue.listing(
        connection=cause.connection,
        flow=cause.flow,
        state=[cause.state],
        code=cause.code,
        waits_for=cause.waits_for or None,
        limit=NAMED,
    )
    rows = [
        {
            "id": item.id,
            "name": interventions.named(item),
            "edit": persons and ways_out.edit_helps(cause.code) and editing.may_be_edited(item),
            "link": cause.code in ways_out.LINKED and linking.possible(item),
        }
        for item in found
    ]
    return [row for row in rows if row["edit"] or row["link"]]


def fix(cause: Cause) -> dict[str, Any] | None:
    """The mapping that is missing, ready to be filled in."""
    for kind in KINDS.values():
        if kind.waits and kind.waits == kind_of(cause.waits_for):
            return {
                "kind": kind.name,
                "title": kind.title,
                "name": mappings.own_name(kind, cause.waits_for),
                "fields": kind.fields,
            }
    return None
