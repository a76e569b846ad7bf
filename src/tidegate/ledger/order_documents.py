"""What the flows of documents ask: the open steps of an order, its invoices, what was reported of it last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tidegate.domain.states import FINAL, State
from tidegate.ledger import item_rows, models, rows
from tidegate.ledger.queue import Item
from tidegate.ledger.texts import storable

INVOICE, VOID_INVOICE = "sage-invoice", "void-invoice"  #: kinds of links; what is void keeps the first


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step of an order that is not finished."""

    id: int
    flow: str
    step: str
    state: State


def open_steps(source_id: int, flows: Sequence[str]) -> list[OpenStep]:
    """The unfinished steps of one order in these flows."""
    unfinished = [state.value for state in State if state not in FINAL]
    found = rows.find(
        models.Delivery,
        ("id", "flow", "step", "state"),
        f"WHERE source_id = %s AND flow IN ({rows.marks(flows)}) AND state IN ({rows.marks(unfinished)}) ORDER BY id",
        *(source_id, *flows, *unfinished),
    )
    return [OpenStep(pk, flow, step, State(state)) for pk, flow, step, state in found]


def steps(source_id: int, flow: str, prefix: str) -> list[Item]:
    """The steps of one order whose names begin so, the oldest first."""
    ending = f"WHERE source_id = %s AND flow = %s AND {item_rows.BEGINS} ORDER BY id"
    return item_rows.find(ending, source_id, flow, len(prefix), prefix)


@dataclass(frozen=True, slots=True)
class Tie:
    """An identifier of the company that belongs to an order."""

    source_id: int
    store: str
    entity_id: int
    label: str
    identifier: str
    number: str


def ties(connection: str, kind: str, numbers: Iterable[str]) -> dict[str, list[Tie]]:
    """The orders that documents of this kind belong to, by the documents' numbers."""
    found: dict[str, list[Tie]] = {}
    for part in rows.chunks(sorted({storable(number) for number in numbers if number})):
        links = models.Link.objects.filter(number__in=part, kind=kind, source__connection=connection)
        for link in links.order_by("pk").select_related("source").defer("source__document"):
            source = link.source
            found.setdefault(link.number, []).append(
                Tie(
                    source.pk,
                    source.store,
                    source.entity_id,
                    source.increment_id,
                    link.identifier,
                    link.number,
                )
            )
    return found


def numbers(source_id: int, kind: str) -> list[str]:
    """The numbers of one kind of document that belong to an order."""
    ending = "WHERE source_id = %s AND kind = %s ORDER BY id"
    return [number for (number,) in rows.find(models.Link, ("number",), ending, source_id, kind)]


def invoiced(source_ids: Iterable[int]) -> dict[int, bool]:
    """Those of these orders whose invoice was read; False where it is void, or all of them are."""
    made: set[tuple[int, str]] = set()
    void: set[tuple[int, str]] = set()
    for part in rows.chunks(sorted(set(source_ids))):
        links = models.Link.objects.filter(source_id__in=part, kind__in=(INVOICE, VOID_INVOICE))
        for source_id, kind, identifier in links.values_list("source_id", "kind", "identifier"):
            (made if kind == INVOICE else void).add((source_id, identifier))
    found = dict.fromkeys((source_id for source_id, _ in void), False)
    return found | dict.fromkeys((source_id for source_id, _ in made - void), True)
