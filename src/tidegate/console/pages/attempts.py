"""One attempt: what was sent, and what was answered. Who may see no person sees the payload masked."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import Http404, HttpResponse

from tidegate.console.pages.orders import connection_of
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.orders.edits import PERSONAL
from tidegate.domain.orders.masking import Mask
from tidegate.engine import reports
from tidegate.ledger import archive, copies, edits, trace
from tidegate.ledger.personal import order_in


@page(Permission.SEE)
def attempt(visit: Visit, number: int) -> HttpResponse:
    """The attempt with this id; a part of a page where htmx asks for it. `of` names the delivery of an archived one."""
    of = visit.request.GET.get("of", "")
    delivery = copies.delivery_of(number) or (
        int(of) if of.isascii() and of.isdigit() and len(of) < 19 else None
    )
    found = trace.of_delivery(delivery) if delivery is not None else None
    connection = connection_of(found)
    if found is None or not visit.rights.may(Permission.SEE, connection):
        raise Http404("there is no such attempt")
    report = reports.order(found, visit.now)
    rows = [(row, each) for row in report["deliveries"] for each in row["attempts"] if each["id"] == number]
    if not rows:
        raise Http404("there is no such attempt")
    row, tried = rows[0]
    persons = visit.rights.may(Permission.PERSONS, connection)
    settings = visit.configuration.connections.get(connection)
    return visit.show(
        "attempt_sent" if visit.request.headers.get("HX-Request") else "attempt",
        row=row,
        attempt=tried,
        back=f"/delivery/{delivery}",
        title=report["magento"]["increment_id"] if report["magento"] else row["label"] or row["key"],
        sent=sent(found, number, persons=persons),
        masked=not persons,
        kept=settings.copies if settings is not None else None,
    )


def sent(found: trace.Trace, attempt: int, *, persons: bool) -> str:
    """The copy, laid out for reading; "" where none is left, or where whose it is cannot be said."""
    copy = copies.of_attempts([attempt]).get(attempt, "")
    copy = copy or archive.copies_of(step.item.id for step in found.deliveries).get(attempt, "")
    if not copy:
        return ""
    content: Any = msgspec.json.decode(copy)
    if not persons:
        order = order_in(found.source.document) if found.source else None
        if order is None:
            return ""
        written = edits.words([step.item.id for step in found.deliveries], PERSONAL)
        content = Mask(order, also=written).of(content)
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()
