"""Why a number stands in the shop, what differed there from what was written, and what lies with a company."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.engine import explanations, reports
from tidegate.ledger import mirror, parcels

PAGE = 50
#: Records of one parcel that are named, and items of one flow's drift that are shown.
NAMED, SHOWN = 20, 200


def sees_values(visit: Visit, connection: str, flow: str) -> bool:
    """Values of stock, prices and products name nobody; all others are for those who may see persons."""
    return flow in explanations.NAMELESS or visit.rights.may(Permission.PERSONS, connection)


@page(Permission.SEE)
def why(visit: Visit) -> HttpResponse:
    """One SKU: what the shop has and shall have, and the formula or the prices that it follows from."""
    connection, flow, key = visit.text("connection"), visit.text("flow"), visit.text("key")
    visit.require(Permission.SEE, connection)
    if (connection, flow) not in mirror.mirrors() or not key:
        raise Http404("there is no such item")
    sku = explanations.sku_of(flow, key)
    return visit.show(
        "why",
        connection=connection,
        flow=flow,
        report=explanations.explain(visit.hub, connection, flow, sku, visit.now),
        persons=sees_values(visit, connection, flow),
        at=visit.now,
    )


@page(Permission.SEE)
def drift(visit: Visit) -> HttpResponse:
    """What somebody else had changed in the shop, by the last full compare of each flow."""
    seen = set(visit.chosen())
    found = [
        explanations.drifted(visit.configuration, connection, flow, SHOWN)
        for connection, flow in mirror.mirrors()
        if connection in seen
    ]
    return visit.show(
        "drift",
        flows=found,
        total=sum(each["count"] for each in found),
        at=visit.now,
    )


@page(Permission.SEE)
def parcel_list(visit: Visit) -> HttpResponse:
    """What was handed over and not answered, the overdue first; and what was answered."""
    names = visit.chosen()
    lying: list[dict[str, Any]] = []
    for name in names:
        settings = visit.configuration.connections.get(name)
        for each in parcels.open_parcels(name):
            report = reports.parcel_dict(each, settings, visit.now)
            named = [
                {"address": f"/delivery/{delivery}", "label": label, "state": state}
                for delivery, label, state in parcels.lying(each.id, NAMED)
            ]
            lying.append({"connection": name, "company": each.company, "named": named, **report})
    lying.sort(key=lambda each: (not each["overdue"], each["opened"]["since"]))
    ended = parcels.closed(names, before=visit.number("before"), limit=PAGE + 1)
    return visit.show(
        "parcels",
        lying=lying,
        ended=ended[:PAGE],
        next=ended[PAGE - 1].id if len(ended) > PAGE else 0,
        connection=visit.text("connection"),
        connections=visit.connections(),
        at=visit.now,
    )
