"""What a person does with deliveries: shown before, confirmed, done one by one, written down.

A choice is either single deliveries, or a filter with the highest id that was there when the person looked: what
came later is not touched. The server decides again for each delivery and says what it skipped and why.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpResponse

from tidegate.console import changes
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.states import State
from tidegate.engine import interventions, reports, waiting
from tidegate.engine.interventions import REVIVED, SENSIBLE, Act, Acted
from tidegate.ledger import queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item

#: Deliveries that one confirmation reaches; the rest is said and needs another one.
MOST = 500
SHOWN = 20
#: What each act does, in the words of the confirmation.
WORDS = {
    Act.RETRY: "Tidegate tries these deliveries again. It first looks up those that the other system may already have.",
    Act.RELEASE: "Tidegate sends these held deliveries with the next cycle.",
    Act.HOLD: "Tidegate holds these deliveries until somebody releases them.",
    Act.CANCEL: "Tidegate never sends these deliveries. Those that the other system may already have are not cancelled.",
    Act.SKIP: "Tidegate skips these deliveries, with your reason. Those that the other system may already have are not skipped.",
}


def possible(row: dict[str, Any]) -> list[str]:
    """The acts that make sense in a delivery's state."""
    state = State(row["state"])
    if state in REVIVED:
        return [Act.RETRY.value]
    return [act.value for act, states in SENSIBLE.items() if state in states]


@page(Permission.ACT, methods=("POST",))
def preview(visit: Visit) -> HttpResponse:
    """What would be done, before it is."""
    wish = wish_of(visit)
    items, more = chosen(visit, wish)
    rows = [reports.delivery(item, visit.now) for item in items[:SHOWN]]
    waiting.explain(visit.configuration, rows, visit.now)
    states = Counter(item.state.value for item in items)
    return visit.show(
        "preview",
        act=wish.value,
        words=WORDS[wish],
        rows=rows,
        count=len(items),
        more=more,
        states=states.most_common(),
        unfit=sum(item.state not in (*SENSIBLE[wish], *REVIVED) for item in items),
        kept=kept(visit, items),
        persons={row["connection"]: visit.rights.may(Permission.PERSONS, row["connection"]) for row in rows},
        needs_reason=wish in (Act.SKIP, Act.CANCEL, Act.HOLD),
        can_overrule=wish is Act.RETRY,
        back=back_of(visit),
    )


@page(Permission.ACT, methods=("POST",))
def carry_out(visit: Visit) -> HttpResponse:
    """Do it, and say what became of each."""
    wish, reason = wish_of(visit), visit.text("reason")
    items, more = chosen(visit, wish)
    if wish is Act.SKIP and not reason:
        return visit.show("acted", act=wish.value, problem="Skipping needs a reason.", back=back_of(visit))
    done = [
        one(visit, wish, item, reason, overrule=wish is Act.RETRY and visit.text("overrule") == "yes")
        for item in items
    ]
    counts = Counter(each.result.value for each in done)
    refused = [each for each in done if each.result.value == "refused"]
    return visit.show(
        "acted",
        act=wish.value,
        counts=counts.most_common(),
        done=done[:SHOWN],
        refused=refused[: SHOWN * 2],
        total=len(done),
        more=more,
        back=back_of(visit),
    )


def one(visit: Visit, wish: Act, item: Item, reason: str, *, overrule: bool) -> Acted:
    """One delivery, with the record of who did it in the same transaction."""
    with transaction("console-act"):
        (acted,) = interventions.act(
            wish, [item], actor=visit.name, now=visit.now, text=reason, overrule=overrule
        )
        if acted.result is interventions.Result.DONE:
            changes.record(
                visit.now,
                visit.name,
                wish.value,
                connection=item.connection,
                subject=interventions.named(item),
                before=acted.before.value,
                after=acted.after.value,
                reason=reason,
                delivery=item.id,
            )
    return acted


def wish_of(visit: Visit) -> Act:
    """The act that the form names."""
    try:
        return Act(visit.text("act"))
    except ValueError:
        raise Http404("there is no such action") from None


def back_of(visit: Visit, otherwise: str = "/queue") -> str:
    """The page to go back to: one of ours."""
    back = visit.text("back")
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else otherwise


def chosen(visit: Visit, wish: Act) -> tuple[list[Item], bool]:
    """The deliveries meant, of connections with which the user may act; and whether there are more."""
    ids = [
        int(text)
        for text in visit.request.POST.getlist("id")
        if text.isascii() and text.isdigit() and len(text) < 19
    ]
    if ids:
        found = [queue.get(each) for each in ids[:MOST]]
        items = [item for item in found if item is not None]
        for item in items:
            visit.require(Permission.ACT, item.connection)
        return items, len(ids) > MOST
    upto = visit.number("upto")
    if not upto:
        raise Http404("nothing was selected")
    items = []
    for name in visit.chosen(Permission.ACT):
        items += queue.listing(
            connection=name,
            flow=visit.text("flow") or None,
            state=states_of(visit) or list(SENSIBLE[wish]),
            code=visit.text("code") if "code" in visit.request.POST else None,
            waits_for=visit.text("waits_for") or None,
            upto=upto,
            limit=MOST + 1,
        )
    return items[:MOST], len(items) > MOST


def states_of(visit: Visit) -> list[State]:
    """The states that the form names; unknown ones are left out."""
    named = visit.request.POST.getlist("state")
    return [State(name) for name in named if name in set(State)]


def kept(visit: Visit, items: list[Item]) -> list[tuple[str, str]]:
    """What the confirmation sends again: the ids, or the filter with its highest id."""
    if visit.request.POST.getlist("id"):
        return [("id", str(item.id)) for item in items]
    names = ("connection", "flow", "state", "code", "waits_for", "upto")
    return [
        (name, value)
        for name in names
        for value in visit.request.POST.getlist(name)
        if value or name == "code"
    ]
