"""Linking: what stands still is confirmed as the document that exists already, typed in by hand for instance."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from tidegate.console import changes
from tidegate.console.pages.deeds import back_of
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.states import State
from tidegate.engine import interventions, reports, waiting
from tidegate.ledger import lookups, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.operators import DIFFERENCE
from tidegate.ledger.queue import Item

#: What a number has at most.
LONGEST = 64


def possible(item: Item) -> bool:
    """Whether it stands still, and is a document that somebody can have made by hand."""
    return item.state in (State.REVIEW, State.HELD) and item.step != DIFFERENCE


@page(Permission.ACT, methods=("GET", "POST"))
def link(visit: Visit, number: int) -> HttpResponse:
    """Which document it is; confirmed on the same page, which says what that means."""
    item = queue.get(number)
    if item is None or not visit.rights.may(Permission.ACT, item.connection):
        raise Http404("there is no such delivery")
    back = back_of(visit, f"/delivery/{item.id}")
    problem = ""
    if visit.request.method == "POST":
        document = visit.text("document")
        if document and len(document) <= LONGEST:
            return carry_out(visit, item, document, back)
        problem = "Enter the number of the document."
    row = reports.delivery(item, visit.now)
    waiting.explain(visit.configuration, [row], visit.now)
    return visit.show(
        "link",
        row=row,
        title=interventions.named(item),
        known=known(item),
        possible=possible(item),
        persons=visit.rights.may(Permission.PERSONS, item.connection),
        problem=problem,
        back=back,
    )


def carry_out(visit: Visit, item: Item, document: str, back: str) -> HttpResponse:
    """Confirm it, with the record of who did it in the same transaction; say what became of it."""
    reason = visit.text("reason")
    with transaction("console-link"):
        acted = interventions.link(item, document, actor=visit.name, now=visit.now, text=reason)
        if acted.result is interventions.Result.DONE:
            changes.record(
                visit.now,
                visit.name,
                "link",
                connection=item.connection,
                subject=interventions.named(item),
                before=acted.before.value,
                after=f"{acted.after.value}: {document}",
                reason=reason,
                delivery=item.id,
            )
    return visit.show(
        "acted",
        act="link",
        counts=[(acted.result.value, 1)],
        done=[acted] if acted.result is interventions.Result.DONE else [],
        refused=[acted] if acted.result is interventions.Result.REFUSED else [],
        total=1,
        back=back,
    )


def known(item: Item) -> str:
    """The number that the ledger has of it, or of the order that a later step belongs to; "" for none."""
    if item.target_number:
        return item.target_number
    order = lookups.step_of(item.source_id, "orders", "order") if item.step != "order" else None
    return order.target_number if order is not None else ""
