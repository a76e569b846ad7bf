"""Taking persons out of records: one order or registration at a time, by erasure and by retention alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Exists, Model, OuterRef, Q

from tidegate.domain.orders.edits import PERSONAL
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.personal import Quotes, without_person, words_of
from tidegate.domain.states import FINAL
from tidegate.ledger import archive, console_changes, copies, edits, models, rows
from tidegate.ledger.database import inside

_ORDER = msgspec.json.Decoder(Order)
_FINAL = [state.value for state in FINAL]
_WRITE = msgspec.json.Encoder(decimal_format="string").encode


def order_in(text: str) -> Order | None:
    """The order in a document or payload copy; None where it is something else."""
    try:
        return _ORDER.decode(text)
    except msgspec.DecodeError:
        return None


def words_in(texts: Iterable[str]) -> set[str]:
    """The words of the persons in documents and payload copies."""
    found: set[str] = set()
    for text in texts:
        if (order := order_in(text)) is not None:
            found |= words_of(order)
    return found


def blank_documents(source_ids: Sequence[int]) -> int:
    """Documents of orders without their person; one that is no order of this version becomes unreadable."""
    changed: list[tuple[object, ...]] = []
    for part in rows.chunks(source_ids):
        found = models.Source.objects.filter(pk__in=part).exclude(document="")
        for pk, document in found.values_list("pk", "document"):
            order = order_in(document)
            after = "" if order is None else _WRITE(without_person(order)).decode()
            if order is None or without_person(order) != order:
                changed.append((pk, after))
    rows.update(models.Source, ("document",), changed)
    return len(changed)


def blank_payloads(delivery_ids: Sequence[int], quotes: Quotes) -> int:
    """What deliveries keep of what they send or sent, without the person."""
    changed: list[tuple[object, ...]] = []
    for part in rows.chunks(delivery_ids):
        found = models.Delivery.objects.filter(pk__in=part).exclude(subject="")
        for pk, subject in found.values_list("pk", "subject"):
            after = payload_without(subject, quotes)
            if after != subject:
                changed.append((pk, after))
    rows.update(models.Delivery, ("subject",), changed)
    return len(changed)


def payload_without(subject: str, quotes: Quotes) -> str:
    """One payload copy without its person: the same text where it has none."""
    order = order_in(subject)
    if order is not None:
        bare = without_person(order)
        return subject if bare == order else _WRITE(bare).decode()
    try:
        content = msgspec.json.decode(subject)
    except msgspec.DecodeError:
        return quotes.out_of(subject)
    bare_content = _cleaned(content, quotes)
    return subject if bare_content == content else msgspec.json.encode(bare_content).decode()


def _cleaned(value: Any, quotes: Quotes) -> Any:
    if isinstance(value, str):
        return quotes.out_of(value)
    if isinstance(value, dict):
        return {key: "" if key == "email" else _cleaned(each, quotes) for key, each in value.items()}
    return [_cleaned(each, quotes) for each in value] if isinstance(value, list) else value


def blank_labels(delivery_ids: Sequence[int], quotes: Quotes) -> int:
    """Labels that are an e-mail: of accounts that were made. An order's label is its number and stays."""
    alone = models.Delivery.objects.filter(source=None)
    return rewrite(models.Delivery, ("label",), delivery_ids, quotes.out_of, alone)


def blank_texts(delivery_ids: Sequence[int], quotes: Quotes) -> Counter[str]:
    """Reasons, history and attempts' answers of these deliveries without what they quote."""
    count: Counter[str] = Counter()
    count["reasons"] = rewrite(models.Delivery, ("reason", "waits_for"), delivery_ids, quotes.out_of)
    for part in rows.chunks(delivery_ids):
        events = list(models.Event.objects.filter(delivery_id__in=part).values_list("pk", flat=True))
        count["history"] += rewrite(models.Event, ("text",), events, quotes.out_of)
        attempts = list(models.Attempt.objects.filter(delivery_id__in=part).values_list("pk", flat=True))
        count["attempts"] += rewrite(models.Attempt, ("text",), attempts, quotes.out_of)
    count["archived records"] += archive.rewrite(delivery_ids, quotes.out_of)
    return count


def rewrite(
    model: type[Model],
    columns: tuple[str, ...],
    pks: Sequence[int],
    edit: Callable[[str], str],
    among: Any = None,
) -> int:
    """Edit texts of rows; how many rows are other than before."""
    changed: list[tuple[object, ...]] = []
    for part in rows.chunks(pks):
        queryset = model._default_manager.all() if among is None else among
        for pk, *texts in queryset.filter(pk__in=part).values_list("pk", *columns):
            after = [edit(text) for text in texts]
            if after != texts:
                changed.append((pk, *after))
    rows.update(model, columns, changed)
    return len(changed)


# --- by age ---------------------------------------------------------------------------------------


def finished_orders(connection: str, before: datetime, after_id: int, most: int) -> list[int]:
    """Orders (source ids) last read before a moment, all of whose deliveries are final since then."""
    alive = models.Delivery.objects.filter(source=OuterRef("pk")).filter(
        ~Q(state__in=_FINAL) | Q(changed_at__gte=before)
    )
    found = models.Source.objects.filter(
        connection=connection, kind="order", read_at__lt=before, pk__gt=after_id
    ).exclude(document="")
    return list(found.filter(~Exists(alive)).order_by("pk").values_list("pk", flat=True)[:most])


def finished_registrations(connection: str, before: datetime, after_id: int, most: int) -> list[int]:
    """Deliveries without an order, of accounts that were made, which are final since before a moment."""
    found = models.Delivery.objects.filter(
        connection=connection,
        source=None,
        step="customer",
        state__in=_FINAL,
        changed_at__lt=before,
        pk__gt=after_id,
    )
    return list(found.order_by("pk").values_list("pk", flat=True)[:most])


def blank_orders(source_ids: Sequence[int], now: datetime, *, documents: bool) -> int:
    """Take what orders' deliveries quote of them out, with or without the documents; how many rows changed."""
    inside(now)
    count = 0
    for pk, document in models.Source.objects.filter(pk__in=source_ids).values_list("pk", "document"):
        deliveries = list(models.Delivery.objects.filter(source_id=pk).values_list("pk", flat=True))
        quotes = Quotes(words_in([document]) | edits.words(deliveries, PERSONAL))
        count += blank_payloads(deliveries, quotes) + blank_texts(deliveries, quotes).total()
        count += copies.forget(deliveries) + archive.forget_copies(deliveries)
        count += edits.blank(deliveries, PERSONAL)
        count += console_changes.blank_of(deliveries, quotes)
    return count + (blank_documents(source_ids) if documents else 0)


def blank_registrations(delivery_ids: Sequence[int], now: datetime) -> int:
    """Take persons out of accounts that were made; how many rows changed. The key keeps the store's id."""
    inside(now)
    count = 0
    known = models.Delivery.objects.filter(pk__in=delivery_ids)
    for pk, label, subject in known.values_list("pk", "label", "subject"):
        quotes = Quotes(words_in([subject]) | ({label} if "@" in label else set()))
        count += blank_payloads([pk], quotes) + blank_texts([pk], quotes).total()
        count += blank_labels([pk], quotes) + copies.forget([pk]) + archive.forget_copies([pk])
    return count
