"""Erasing one customer: what the ledger has of them, and taking it out in one transaction.

Keys, numbers, amounts, states and the history's letters stay: `trace`, `reconcile` and the look-ups that keep
an order from being sent twice need nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tidegate.domain.orders.edits import PERSONAL
from tidegate.domain.orders.keys import customer_key
from tidegate.domain.orders.personal import ERASED, Quotes
from tidegate.domain.states import FINAL, OUT
from tidegate.ledger import (
    archive,
    console_changes,
    copies,
    edits,
    keys,
    mappings,
    marks,
    mirror,
    models,
    old_runs,
    personal,
    rows,
    snapshot,
)
from tidegate.ledger.database import inside
from tidegate.tables import pl

#: The mirror of the store's customers, and the snapshots beside it (`customers:people`, `customers:accounts`).
CUSTOMERS = "customers"
_ON_ITS_WAY = tuple(state.value for state in OUT)
_MARK = "erasure:"


class _Person(msgspec.Struct):
    email: str = ""
    id: int | None = None


class _Envelope(msgspec.Struct):
    """What of an order or a payload copy says whose it is."""

    customer: _Person | None = None
    billing: _Person | None = None
    shipping: _Person | None = None
    email: str = ""


_ENVELOPE = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True, slots=True)
class Open:
    """A delivery of the customer that is not finished; `id` is 0 for an item of the customers' mirror."""

    id: int
    label: str
    flow: str
    step: str
    state: str


@dataclass(frozen=True, slots=True)
class ErasedCustomer:
    """Whose records these are, and the records; `emails` in lower case."""

    connection: str
    store: str
    emails: frozenset[str]
    ids: frozenset[int]
    sources: tuple[int, ...]
    deliveries: tuple[int, ...]
    open: tuple[Open, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    source_id: int | None
    delivery_id: int | None
    customer_id: int | None
    own: str  #: the customer's e-mail
    emails: frozenset[str]  #: that and those of the addresses


def find(connection: str, store: str, *, email: str = "", customer_id: int | None = None) -> ErasedCustomer:
    """Everything of one customer, by e-mail or by the store's id.

    An e-mail stands for the ids that ordered or registered with it; an id for the e-mails it had, under which
    it may have ordered as a guest. Records of another id are theirs only where they name the given e-mail.
    """
    given = _plain(email)
    known = list(_records(connection, store))
    owners = [
        (int(key), _plain(msgspec.json.decode(value).get("email", "")))
        for key, value in snapshot.read(connection, f"{CUSTOMERS}:people").iter_rows()
    ]
    pairs = [(each.customer_id, each.own) for each in known] + owners
    ids = {one for one, own in pairs if one is not None and given and own == given}
    if customer_id is not None:
        ids.add(customer_id)
    emails = ({given} | {own for one, own in pairs if one is not None and one in ids}) - {""}
    mine = [
        each
        for each in known
        if (each.customer_id is not None and each.customer_id in ids)
        or (given and given in each.emails)
        or (each.customer_id is None and emails & each.emails)
    ]
    sources = sorted({each.source_id for each in mine if each.source_id is not None})
    deliveries = {each.delivery_id for each in mine if each.delivery_id is not None}
    deliveries |= _deliveries_of(sources)
    return ErasedCustomer(
        connection=connection,
        store=store,
        emails=frozenset(emails),
        ids=frozenset(ids),
        sources=tuple(sources),
        deliveries=tuple(sorted(deliveries)),
        open=(*_open(deliveries), *_open_items(connection, ids)),
    )


def erase(customer: ErasedCustomer, actor: str, now: datetime) -> dict[str, int]:
    """Take the person out of every record; how many were changed, by kind. Refuses (ValueError) open deliveries."""
    inside(now)
    # looked at once more: a cycle may have opened one while a person was asked
    if any(_open(_deliveries_of(customer.sources) | set(customer.deliveries))) or customer.open:
        raise ValueError("open deliveries need the customer's data: finish them first")
    words = _words(customer) | edits.words(customer.deliveries, PERSONAL)
    quotes = Quotes(words)
    count: Counter[str] = Counter()
    count["order documents"] = personal.blank_documents(customer.sources)
    count["payload copies"] = personal.blank_payloads(customer.deliveries, quotes)
    count["copies of what was sent"] = copies.forget(customer.deliveries)
    count["copies of what was sent"] += archive.forget_copies(customer.deliveries)
    count["edits"] = edits.blank(customer.deliveries, PERSONAL)
    count["record of changes"] = console_changes.blank(customer.connection, customer.deliveries, quotes)
    count["labels"] = personal.blank_labels(customer.deliveries, quotes)
    count += personal.blank_texts(customer.deliveries, quotes)
    count["mappings by e-mail"] = _forget_mappings(customer, now)
    count["mirrored records"] = _forget_mirrored(customer, now)
    count["alerts"] = _blank_alerts(customer.connection, quotes, now)
    count["quoted elsewhere"] = _blank_elsewhere(customer)
    counts = {kind: number for kind, number in sorted(count.items()) if number}
    _note(customer, actor, counts, now)
    return counts


def history(connection: str) -> list[dict[str, object]]:
    """Who erased a customer of the connection, when and how much; never whom. The oldest first."""
    found = models.Mark.objects.filter(name__startswith=f"{_MARK}{connection}:").order_by("name")
    return [msgspec.json.decode(value) for value in found.values_list("value", flat=True)]


# --- whose it is ----------------------------------------------------------------------------------


def _records(connection: str, store: str) -> Iterator[_Record]:
    sources = models.Source.objects.filter(connection=connection).exclude(document="")
    for pk, document in sources.values_list("pk", "document").iterator():
        yield _record(document, source_id=pk)
    alone = models.Delivery.objects.filter(connection=connection, source=None)
    numbers = keys.customer_ids(store)
    for pk, key, label, subject in alone.values_list("pk", "key", "label", "subject").iterator():
        yield _record(
            subject,
            delivery_id=pk,
            customer_id=numbers.get(key),
            email=label if "@" in label else "",
        )


def _record(
    text: str,
    *,
    source_id: int | None = None,
    delivery_id: int | None = None,
    customer_id: int | None = None,
    email: str = "",
) -> _Record:
    try:
        read = _ENVELOPE.decode(text)
    except msgspec.DecodeError:
        read = _Envelope()
    person = read.customer or _Person()
    own = _plain(person.email or read.email or email)
    others = (_plain(each.email) for each in (read.billing, read.shipping) if each is not None)
    return _Record(
        source_id,
        delivery_id,
        customer_id if customer_id is not None else person.id,
        own,
        frozenset({own, _plain(email), *others} - {""}),
    )


def _plain(email: str) -> str:
    return email.strip().casefold()


def _deliveries_of(sources: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in rows.chunks(sources):
        found |= set(models.Delivery.objects.filter(source_id__in=part).values_list("pk", flat=True))
    return found


def _open(delivery_ids: set[int]) -> Iterator[Open]:
    final = [state.value for state in FINAL]
    for part in rows.chunks(sorted(delivery_ids)):
        found = models.Delivery.objects.filter(pk__in=part).exclude(state__in=final).order_by("pk")
        for values in found.values_list("pk", "label", "flow", "step", "state"):
            yield Open(*values)


def _open_items(connection: str, ids: set[int]) -> Iterator[Open]:
    """Only what is on its way or in doubt; what waits is dropped with the customer."""
    for part in rows.chunks(sorted(map(str, ids))):
        found = models.MirrorRow.objects.filter(connection=connection, flow=CUSTOMERS, key__in=part)
        for key, state in found.filter(state__in=_ON_ITS_WAY).order_by("key").values_list("key", "state"):
            yield Open(0, f"customer {key}", CUSTOMERS, mirror.STEP, state)


# --- taking it out --------------------------------------------------------------------------------


def _words(customer: ErasedCustomer) -> set[str]:
    words = set(customer.emails)
    for part in rows.chunks(customer.sources):
        words |= personal.words_in(
            models.Source.objects.filter(pk__in=part).values_list("document", flat=True)
        )
    for part in rows.chunks(customer.deliveries):
        words |= personal.words_in(
            models.Delivery.objects.filter(pk__in=part).values_list("subject", flat=True)
        )
    return words


def _forget_mappings(customer: ErasedCustomer, now: datetime) -> int:
    """By e-mail only: a mapping by the store's id names no person."""
    found = models.CustomerLink.objects.filter(
        connection=customer.connection, customer_key__in=sorted(customer.emails)
    )
    return found.delete()[0] + mappings.forget_customers(customer.connection, customer.emails, now)


def _forget_mirrored(customer: ErasedCustomer, now: datetime) -> int:
    """The store's customer and their e-mail at the company's account, as both were read last."""
    count = mirror.drop(customer.connection, CUSTOMERS, sorted(map(str, customer.ids)), now)
    # and the whole names, under which an earlier ledger may have made the account
    theirs = keys.of_customers(customer.store, customer.ids)
    theirs |= {customer_key(customer.store, one) for one in customer.ids}
    for name in (f"{CUSTOMERS}:people", f"{CUSTOMERS}:accounts"):
        known = dict(snapshot.read(customer.connection, name).iter_rows())
        kept: dict[str, str] = {}
        for key, value in known.items():
            content = msgspec.json.decode(value)
            is_theirs = _plain(content.get("email", "")) in customer.emails or content.get("key") in theirs
            if name.endswith(":people"):
                if not (is_theirs or int(key) in customer.ids):
                    kept[key] = value
            elif is_theirs:
                kept[key] = msgspec.json.encode(content | {"email": "", "name": ERASED}).decode()
            else:
                kept[key] = value
        changed = sum(kept.get(key) != value for key, value in known.items())
        if changed:
            frame = pl.DataFrame({"key": list(kept), "value": list(kept.values())}, schema=snapshot.schema())
            snapshot.write(customer.connection, name, frame, now)
        count += changed
    return count


def _blank_alerts(connection: str, quotes: Quotes, now: datetime) -> int:
    """End an open alert about the customer: nothing else could clear it."""
    count = 0
    found = models.Alert.objects.filter(connection=connection)
    for pk, subject, text in found.values_list("pk", "subject", "text"):
        after = quotes.out_of(subject), quotes.out_of(text)
        if after == (subject, text):
            continue
        row = models.Alert.objects.filter(pk=pk)
        if after[0] != subject:
            row.filter(cleared_at=None).update(cleared_at=now)
        row.update(subject=after[0], text=after[1])
        count += 1
    return count


def _blank_elsewhere(customer: ErasedCustomer) -> int:
    """Their e-mail in the texts of other records; keys, labels and what a record waits for stay."""
    quotes = Quotes(customer.emails)
    here = customer.connection
    count = 0
    for email in customer.emails:
        for model, column, of in (
            (models.Delivery, "reason", {"connection": here}),
            (models.Event, "text", {"delivery__connection": here}),
            (models.Attempt, "text", {"delivery__connection": here}),
            (models.MirrorRow, "reason", {"connection": here}),
            (models.Batch, "note", {"connection": here}),
            (models.Halt, "reason", {"connection": here}),
        ):
            found = model._default_manager.filter(**of, **{f"{column}__icontains": email})
            count += personal.rewrite(
                model, (column,), list(found.values_list("pk", flat=True)), quotes.out_of
            )
    count += old_runs.rewrite(here, customer.emails, quotes.out_of)
    return count + archive.rewrite_connection(here, customer.emails, quotes.out_of)


def _note(customer: ErasedCustomer, actor: str, counts: dict[str, int], now: datetime) -> None:
    """Who, when, how much, not whom; and a line in the history of each delivery, which `trace` shows."""
    deliveries = []
    for part in rows.chunks(customer.deliveries):
        found = models.Delivery.objects.filter(pk__in=part).order_by("pk")
        deliveries += list(found.values_list("pk", "state"))
    rows.insert(
        models.Event,
        ("delivery", "at", "letter", "before", "after", "actor", "text"),
        [
            (pk, now, "", state, state, actor, "the customer's personal data was erased")
            for pk, state in deliveries
        ],
    )
    record = {"at": now.isoformat(), "by": actor, "connection": customer.connection, "counts": counts}
    name = f"{_MARK}{customer.connection}:{now.isoformat()}"
    marks.write(name, msgspec.json.encode(record).decode(), now)
