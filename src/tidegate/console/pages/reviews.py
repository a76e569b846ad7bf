"""What stands still, by cause, with the fix beside it and all of a cause released at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.errors import Code
from tidegate.domain.missing_thing import kind_of
from tidegate.domain.orders.edits import ACCOUNT, DATE, DIFFERENCE, EDITABLE
from tidegate.domain.states import State
from tidegate.engine import mappings
from tidegate.engine.mapping_kinds import KINDS
from tidegate.ledger import causes, heads, mirror
from tidegate.ledger.causes import Cause

#: Code -> the field whose edit mends every order of the cause, and what the button says.
EDITS: dict[str, tuple[str, str, str]] = {
    Code.TOTALS_DIFFER: (
        DIFFERENCE,
        "Accept a difference of up to",
        "of each order; what Sage has already is accepted by Retry, with the reason set aside",
    ),
    Code.PERIOD_CLOSED: (DATE, "Date them", "in a period that is open in Sage"),
    Code.UNKNOWN_CUSTOMER: (
        ACCOUNT,
        "Send these orders to the account",
        "this once; a mapping counts for later",
    ),
    Code.UNPROVEN_CUSTOMER: (ACCOUNT, "Send these orders to the account", "this once"),
    Code.AMBIGUOUS_CUSTOMER: (ACCOUNT, "Send these orders to the account", "this once"),
}
EDITED_FLOWS = {flow for flow, _ in EDITABLE}


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
    return {
        "cause": cause,
        "seconds": int((visit.now - cause.oldest).total_seconds()),
        "first_line": cause.reason.partition("\n")[0],
        "rest": cause.reason.partition("\n")[2],
        "form": list(chosen.items()),
        "list": "/queue?" + urlencode(chosen),
        "fix": fix(cause),
        "edit": EDITS.get(cause.code) if (cause.flow in EDITED_FLOWS) else None,
        "edits": all(
            visit.rights.may(each, cause.connection) for each in (Permission.ACT, Permission.PERSONS)
        ),
        "acts": visit.rights.may(Permission.ACT, cause.connection),
        "maps": visit.rights.may(Permission.MAP, cause.connection),
        "wishes": ("retry", "release") if cause.state is State.HELD else ("retry",),
    }


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
