"""Editing what waits: the form of one order, what would change of one or of many, and doing it.

The store's order stays as it is; the edit is kept beside it, in force when it is sent next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse

from tidegate.console import changes
from tidegate.console.pages import deeds
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.orders.edits import FIELDS
from tidegate.engine import editing, interventions
from tidegate.engine.interventions import Act
from tidegate.ledger import lookups, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.edits import NewEdit
from tidegate.ledger.faults import NotAllowed
from tidegate.ledger.queue import Item

SET = "set-"
ACT = "edit"


@page(Permission.ACT)
def form(visit: Visit, number: int) -> HttpResponse:
    """The fields of one delivery."""
    item = queue.get(number)
    if item is None or not may(visit, item):
        raise Http404("there is no such delivery")
    return visit.show(
        "edit",
        item=item,
        title=interventions.named(item),
        fields=editing.offered(item),
        upto=item.id,
        back=deeds.back_of(visit, f"/delivery/{item.id}"),
    )


@page(Permission.ACT, methods=("POST",))
def preview(visit: Visit) -> HttpResponse:
    """What would change, before it does."""
    items, more = chosen(visit)
    values, problem = values_of(visit), ""
    rows: list[dict[str, Any]] = []
    for item in items:
        try:
            new = editing.wished(visit.hub, item, values) if may(visit, item) else []
        except ValueError as wrong:
            problem = str(wrong)
            break
        rows += [{"item": item, "name": interventions.named(item), "edits": named(new)}] if new else []
    return visit.show(
        "edit_preview",
        rows=rows[: deeds.SHOWN],
        count=len(rows),
        left=len(items) - len(rows),
        more=more,
        problem=problem,
        kept=[*deeds.kept(visit, items), *((SET + name, value) for name, value in values.items())],
        back=deeds.back_of(visit),
    )


@page(Permission.ACT, methods=("POST",))
def carry_out(visit: Visit) -> HttpResponse:
    """Edit each, and send it again; say what became of each."""
    items, more = chosen(visit)
    values, reason = values_of(visit), visit.text("reason")
    done, refused = [], []
    for item in items:
        try:
            new = editing.wished(visit.hub, item, values) if may(visit, item) else []
            if new:
                done.append(
                    {"delivery_id": item.id, "label": item.label, "text": one(visit, item, new, reason)}
                )
        except (ValueError, NotAllowed) as wrong:
            refused.append({"text": str(wrong)})
    return visit.show(
        "acted",
        act="edit",
        counts=[(word, len(found)) for word, found in (("done", done), ("refused", refused)) if found],
        done=done[: deeds.SHOWN],
        refused=refused[: deeds.SHOWN * 2],
        total=len(done),
        more=more,
        back=deeds.back_of(visit),
    )


def chosen(visit: Visit) -> tuple[list[Item], bool]:
    """The deliveries meant, with their documents; and whether there are more."""
    listed, more = deeds.chosen(visit, Act.RETRY)
    return lookups.items([item.id for item in listed]), more


def one(visit: Visit, item: Item, new: list[NewEdit], reason: str) -> str:
    """One delivery, edited and on its way again, with the record of who did it in the same transaction."""
    with transaction("console-edit"):
        editing.edit(item, new, by=visit.name, now=visit.now, reason=reason)
        for each in new:
            changes.record(
                visit.now,
                visit.name,
                ACT,
                connection=item.connection,
                subject=f"{interventions.named(item)}: {FIELDS[each.field].title}",
                before=each.before,
                after=each.value,
                reason=reason,
                delivery=item.id,
            )
        (acted,) = interventions.act(Act.RETRY, [item], actor=visit.name, now=visit.now, text=reason)
    return f"{', '.join(FIELDS[each.field].title for each in new)}; {acted.text}"


def may(visit: Visit, item: Item) -> bool:
    """Whether the user may act with it, and see whose it is: the fields are a person's."""
    return all(visit.rights.may(each, item.connection) for each in (Permission.ACT, Permission.PERSONS))


def values_of(visit: Visit) -> Mapping[str, str]:
    """The fields that the form sets; unknown ones are left out."""
    given = visit.request.POST
    return {name: given[SET + name] for name in FIELDS if SET + name in given}


def named(new: list[NewEdit]) -> list[dict[str, str]]:
    """Edits with their fields in words."""
    return [{"title": FIELDS[each.field].title, "before": each.before, "value": each.value} for each in new]
