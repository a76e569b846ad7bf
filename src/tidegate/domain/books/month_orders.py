"""Month's end, orders: completeness by day, both sides' totals, what waits, what is over on one side only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from tidegate.domain.books.agreement import ONE_SIDED, Facts, Kind, Reconciliation
from tidegate.domain.books.reconciliation import GONE, counts, number_of
from tidegate.domain.books.sheet import Column, Group, Sheet, SheetRow, lines_of, text
from tidegate.domain.books.sheet import Kind as Holds
from tidegate.domain.money import ZERO, shown
from tidegate.domain.states import State

PLACED = "orders placed in the period, by the company's days"
FIGURES = {"goods": "goods", "shipping": "shipping", "tax": "tax", "grand total": "total"}


def sheets(facts: Facts, report: Reconciliation, zone: tzinfo) -> Iterator[Sheet]:
    """Every table about orders."""
    compared = facts.store is not None and facts.company is not None
    yield completeness(facts, zone, compared=compared)
    yield totals(facts, report, compared=compared)
    yield waiting(facts, zone, compared=compared)
    yield found(report, "one-sided", "Cancelled, refunded or credited on one side only", ONE_SIDED, compared)
    rest = frozenset(Kind) - ONE_SIDED - {Kind.WITHOUT_ORDER, Kind.UNALLOCATED}
    yield found(report, "differences", "Other differences", rest, report.compared)


def completeness(facts: Facts, zone: tzinfo, *, compared: bool) -> Sheet:
    """By day: every order is in Sage, waits with a reason, or is over; nothing else is left."""
    columns = [Column("day", "day", Holds.DAY, summed=False)]
    for name, title in (
        ("placed", "placed"),
        ("in_sage", "in Sage"),
        ("waiting", "waiting"),
        ("over", "cancelled or left out"),
        ("unexplained", "unexplained"),
    ):
        columns += [Column(name, title, Holds.COUNT), Column(f"{name}_value", f"{title}, value")]
    days: dict[str, Group] = {}
    for key in dict.fromkeys([*(facts.store or {}), *facts.kept]):
        there, kept = (facts.store or {}).get(key), facts.kept.get(key)
        placed = there or kept
        if placed is None or (kept is None and there is not None and not there.wanted):
            continue
        group = days.setdefault(placed.created_at.astimezone(zone).date().isoformat(), Group())
        value = kept.figures.total if kept is not None else placed.figures.total
        place = where(key, facts)
        for name in ("placed", place):
            group.count(name)
            group.add(f"{name}_value", value)
        group.name(number_of(key, facts))
    notes = [] if compared else ["not compared with both sides: *in Sage* is the ledger's word"]
    return Sheet(
        id="completeness",
        title="Completeness by day",
        basis=PLACED,
        columns=columns,
        lines=lines_of(days, "day", columns),
        compared=compared,
        notes=notes,
    )


def where(key: str, facts: Facts) -> str:
    """Which of the columns an order of the ledger or the store counts in."""
    kept = facts.kept.get(key)
    live = [sale for sale in (facts.company or {}).get(key, ()) if not sale.cancelled]
    if live or (facts.company is None and kept is not None and kept.state is State.CONFIRMED):
        return "in_sage"
    if not counts(key, facts) or (kept is not None and kept.state in GONE):
        return "over"
    if (facts.company or {}).get(key):
        return "over"  # cancelled there; one side only is a table of its own
    if kept is None:
        there = (facts.store or {})[key]
        return "waiting" if there.created_at >= facts.settled_before else "unexplained"
    return "unexplained" if kept.state is State.CONFIRMED else "waiting"


def totals(facts: Facts, report: Reconciliation, *, compared: bool) -> Sheet:
    """Goods, shipping, tax and grand total side by side; an order in Sage states its total alone."""
    columns = [
        text("figure", "figure"),
        Column("orders", "orders", Holds.COUNT, summed=False),
        *(
            Column(name, name.capitalize(), summed=False)
            for name in ("magento", "ledger", "sage", "difference")
        ),
    ]
    keys = dict.fromkeys([*(facts.store or {}), *facts.kept, *(facts.company or {})])
    documents = tuple(number_of(key, facts) for key in keys if counts(key, facts))
    lines = [
        SheetRow(
            row.name,
            {
                "figure": row.name,
                "orders": row.count,
                "magento": row.magento,
                "ledger": row.ledger,
                "sage": row.sage,
                "difference": row.difference,
            },
            documents,
        )
        for row in report.totals
    ]
    explained = (
        f"of the difference, {shown(report.waiting)} belongs to orders that wait; the rest is listed under "
        "the differences; "
    )
    return Sheet(
        id="totals",
        title="Magento and Sage side by side",
        basis=PLACED + "; without what Magento has cancelled or refunded and Sage has cancelled or credited",
        columns=columns,
        lines=lines,
        compared=compared,
        with_sum=False,
        notes=[f"{explained}{shown(report.unexplained)} is unexplained"] if compared else [],
    )


def waiting(facts: Facts, zone: tzinfo, *, compared: bool) -> Sheet:
    """Every order that is not in Sage and not over, with its reason: waiting and unexplained amounts."""
    columns = [
        text("order", "order"),
        Column("day", "day", Holds.DAY, summed=False),
        Column("value", "value"),
        text("place", "waits or unexplained"),
        text("state", "state"),
        text("reason", "reason"),
    ]
    lines = []
    for key in dict.fromkeys([*(facts.store or {}), *facts.kept]):
        there, kept = (facts.store or {}).get(key), facts.kept.get(key)
        placed = kept or there
        if placed is None or (kept is None and there is not None and not there.wanted):
            continue
        place = where(key, facts)
        if place not in ("waiting", "unexplained"):
            continue
        number = number_of(key, facts)
        lines.append(
            SheetRow(
                f"{number} {key}",  # two stores may give one number
                {
                    "order": number,
                    "day": placed.created_at.astimezone(zone).date(),
                    "value": placed.figures.total,
                    "place": place,
                    "state": kept.state.value if kept is not None else "not captured",
                    "reason": (kept.reason.partition("\n")[0] if kept is not None else "")
                    or ("waits for the next cycle" if place == "waiting" else "no reason known"),
                },
                (number,),
            )
        )
    return Sheet(
        id="waiting",
        title="Waiting and unexplained amounts",
        basis=PLACED,
        columns=columns,
        lines=lines,
        compared=compared,
    )


def found(
    report: Reconciliation, identifier: str, title: str, kinds: frozenset[Kind], compared: bool
) -> Sheet:
    """Differences of some kinds, as the reconciliation words them."""
    columns = [
        text("kind", "kind"),
        text("subject", "document"),
        text("figure", "figure"),
        *(Column(name, name.capitalize(), summed=False) for name in ("magento", "ledger", "sage")),
        Column("gap", "explains"),
        text("text", "what differs"),
    ]
    lines = [
        SheetRow(
            " ".join(filter(None, (each.kind.value, each.subject, each.figure, each.order))),
            {
                "kind": each.kind.value,
                "subject": each.subject,
                "figure": each.figure,
                "magento": each.magento,
                "ledger": each.ledger,
                "sage": each.sage,
                "gap": each.gap or ZERO,
                "text": each.text,
            },
            (each.subject,),
        )
        for each in report.differences
        if each.kind in kinds
    ]
    return Sheet(
        id=identifier,
        title=title,
        basis="what the reconciliation of the period finds",
        columns=columns,
        lines=lines,
        compared=compared,
    )
