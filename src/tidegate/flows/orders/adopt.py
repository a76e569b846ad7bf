"""Adopting what another connector, or a person, has already put into the company.

A shop that moves over to Tidegate has orders on both sides that no ledger ties together. They are
looked up in the company, pooled, by our key and by the customer's order number; what is found
without doubt is recorded as confirmed, so that it is never sent again. Nothing is sent anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.billing_lines import stated
from tidegate.domain.orders.capture import not_exported
from tidegate.domain.orders.keys import order_key, step_key
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import whole
from tidegate.domain.orders.terms import Terms
from tidegate.domain.orders.totals import translate
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.connection import Connection
from tidegate.flows.orders.intake import FLOW, STEP, capture_rules
from tidegate.flows.stored_keys import register, search_keys
from tidegate.flows.stored_order import source_row
from tidegate.ledger import delivery, intake
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import Known, SourceRow
from tidegate.sage.port.orders import Found, OrderSearch
from tidegate.sage.port.session import Purpose

#: Largest number of orders in one commit.
CHUNK = 200
#: States of a delivery that was there before and that adoption may still settle.
SETTLES = (State.QUEUED, State.REVIEW, State.HELD)
NO_SEARCH = Failure(
    Code.NOT_OFFERED,
    (
        "this Sage product cannot look up orders, so none can be adopted: link them one by one with "
        "`tidegate queue link`"
    ),
    sent=False,
)


class Match(StrEnum):
    """What the look-up says about one Magento order."""

    CERTAIN = "certain"  #: exactly one document, and its total is the store's
    DOUBTFUL = "doubtful"  #: a person must look
    NOT_FOUND = "not found"
    KNOWN = "known"  #: the ledger has settled it before


@dataclass(frozen=True, slots=True)
class Candidate:
    """One exportable Magento order and what the company has of it."""

    row: SourceRow
    created_at: datetime
    total: Decimal
    placed: Decimal  #: the same before anything was cancelled or refunded: Sage may have had it by then
    currency: str
    known: Known | None
    match: Match = Match.NOT_FOUND
    found: Found | None = None
    text: str = ""

    @property
    def settled(self) -> bool:
        """Whether the ledger knows more than a look-up could find."""
        return (
            self.known is not None
            and bool(self.known.delivery_state)
            and State(self.known.delivery_state) not in SETTLES
        )


@dataclass
class Adoption:
    """The whole result. `failure` is why it ended early: then nothing was written."""

    candidates: list[Candidate] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    read: int = 0
    written: int = 0
    moved_on: int = 0  #: changed by a cycle while we looked
    failure: Failure | None = None

    @property
    def counts(self) -> dict[Match, int]:
        """How many of each."""
        counted = Counter(candidate.match for candidate in self.candidates)
        return {match: counted[match] for match in Match}


Progress = Callable[[int, int], None]


def look(connection: Connection, since: datetime, progress: Progress = lambda done, total: None) -> Adoption:
    """Read the store's exportable orders created from `since` on and look them up. Writes nothing."""
    result = Adoption()
    terms = connection.terms()
    if isinstance(terms, Failure):
        result.failure = terms
        return result
    orders = list(exportable(connection, since, result))
    if result.failure is not None:
        return result
    known = intake.known(connection.settings.store, "order", [order.entity_id for order in orders])
    candidates = [candidate(connection, terms, order, known.get(order.entity_id)) for order in orders]
    size = connection.company.about.orders.lookups_per_call
    with connection.company.session(Purpose.READING) as session:
        search = session if isinstance(session, Failure) else session.order_search or NO_SEARCH
        if isinstance(search, Failure):
            result.failure = search
            return result
        for start in range(0, len(candidates), size):
            chunk = candidates[start : start + size]
            looked = looked_up(connection, search, chunk)
            if isinstance(looked, Failure):
                result.failure = looked
                return result
            result.candidates += looked
            progress(len(result.candidates), len(candidates))
    result.candidates = apart(result.candidates)
    return result


def exportable(connection: Connection, since: datetime, result: Adoption) -> Iterator[Order]:
    """The orders that the flow would send, each once; what cannot be read is named."""
    rules = replace(capture_rules(connection.settings), since=since)
    reader = connection.store.orders
    until = reader.server_time()
    if isinstance(until, Failure):
        result.failure = until
        return
    newest: dict[int, Order] = {}
    # No cursor moves here, so what changes at this very moment may be read, too.
    for page in reader.pages(since, until + timedelta(hours=1), page_size=connection.page_size):
        for order in page.orders:
            before = newest.get(order.entity_id)
            if before is None or before.updated_at <= order.updated_at:
                newest[order.entity_id] = order
        result.unreadable += [each.entity_id for each in page.unreadable]
        if page.failure is not None:
            result.failure = page.failure
            return
    result.read = len(newest)
    for order in sorted(newest.values(), key=lambda each: each.entity_id):
        if not not_exported(order, rules):
            yield order


def candidate(connection: Connection, terms: Terms, order: Order, known: Known | None) -> Candidate:
    """The order with the total that the company should have."""
    arithmetic = connection.company.about.orders.arithmetic
    currency, _, stated_gross = stated(order, terms)
    now, before = (
        stated_gross if isinstance(translated, Failure) else translated.gross
        for translated in (translate(each, terms, arithmetic, account="") for each in (order, whole(order)))
    )
    return Candidate(source_row(connection.name, order), order.created_at, now, before, currency, known)


# --- judging ----------------------------------------------------------------------------------


def looked_up(
    connection: Connection, search: OrderSearch, chunk: Sequence[Candidate]
) -> list[Candidate] | Failure:
    """Look up what is not settled, in one pooled call."""
    keys = search_keys(
        connection, {source_of(each): each.row.increment_id for each in chunk if not each.settled}
    )
    closed = connection.closed()
    if closed is not None:
        text = f"the company is closed until {closed.until:%Y-%m-%d %H:%M} UTC ({closed.reason})"
        return Failure(Code.LOCKED, text, sent=False)
    found = search.find(list(keys.values())) if keys else {}
    if isinstance(found, Failure):
        return found
    return [
        settled(each) if each.settled else with_document(each, found[keys[source_of(each)].key])
        for each in chunk
    ]


def source_of(each: Candidate) -> tuple[str, int]:
    """Store and entity id of the order."""
    return each.row.store, each.row.entity_id


def settled(each: Candidate) -> Candidate:
    """Nothing to look up."""
    assert each.known is not None  # noqa: S101 - that is what settled means
    number = f" as {each.known.target_number}" if each.known.target_number else ""
    return replace(
        each, match=Match.KNOWN, text=(f"already in the ledger: {each.known.delivery_state}{number}")
    )


def with_document(each: Candidate, found: Sequence[Found]) -> Candidate:
    """The document with our key; else with the customer's order number, if no other order has it."""
    ours = [one for one in found if one.ours]
    chosen = ours or list(found)
    if not chosen:
        return each
    if len(chosen) > 1:
        how = (
            f"carry the key {chosen[0].key}"
            if ours
            else f"have the customer order number {chosen[0].reference}"
        )
        numbers = ", ".join(one.number for one in chosen)
        return replace(each, match=Match.DOUBTFUL, text=f"{len(chosen)} documents {how}: {numbers}")
    (one,) = chosen
    problem = doubt(each, one)
    how = "by its key" if one.ours else f"by the customer order number {one.reference}"
    return replace(
        each, match=Match.DOUBTFUL if problem else Match.CERTAIN, found=one, text=problem or f"found {how}"
    )


def doubt(each: Candidate, one: Found) -> str:
    """Why a single document may not be this order; "" when it certainly is."""
    if one.key and not one.ours:
        return f"{one.number} carries the key of another order: {one.key}"
    if one.cancelled:
        return f"{one.number} is cancelled in the company"
    if one.gross is None:
        return f"the company does not state the total of {one.number}"
    if one.gross not in (each.total, each.placed):
        difference = one.gross - each.total
        return (
            f"{one.number} has the total {one.gross}, but the order in the store has {each.total} "
            f"{each.currency} (difference {difference})"
        )
    return ""


def apart(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One document for two orders settles neither: increment ids repeat between store views."""
    claims = Counter(each.found.id for each in candidates if each.found is not None)
    claims.update(
        each.known.target_id
        for each in candidates
        if each.settled and each.known is not None and each.known.target_id
    )
    return [
        replace(
            each,
            match=Match.DOUBTFUL,
            text=f"{each.found.number} matches {claims[each.found.id]} orders of the store",
        )
        if each.found is not None and claims[each.found.id] > 1
        else each
        for each in candidates
    ]


# --- writing ----------------------------------------------------------------------------------


def write(connection: Connection, result: Adoption, *, actor: str) -> None:
    """Record the certain ones as confirmed and the doubtful ones for review; counts go into `result`.

    Written again, it finds its own records and changes nothing.
    """
    wanted = [each for each in result.candidates if each.match in (Match.CERTAIN, Match.DOUBTFUL)]
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        now = connection.clock.now()
        with transaction("adopt"):
            fresh = [each for each in chunk if not (each.known and each.known.delivery_state)]
            sources = intake.save_sources([each.row for each in fresh], now)
            created = [new_delivery(each, sources[each.row.entity_id]) for each in fresh]
            ids = delivery.create_many(created, now)
            register(
                connection,
                {(each.row.store, each.row.entity_id): each.row.increment_id for each in fresh},
                now,
            )
            verdicts = [
                verdict(each, ids.get(key_of(each)) or (each.known.delivery_id if each.known else None))
                for each in chunk
                if each.match is Match.CERTAIN
            ]
            settling = [each for each in verdicts if each is not None]
            refused = delivery.apply(settling, now, lease=None, actor=actor)
        result.moved_on += len(refused)
        doubtful = sum(each.match is Match.DOUBTFUL for each in fresh)
        result.written += len(settling) - len(refused) + doubtful


def key_of(each: Candidate) -> str:
    """The idempotency key of the order's own step, as capture writes it."""
    return step_key(order_key(each.row.store, each.row.entity_id), STEP)


def new_delivery(each: Candidate, source_id: int) -> NewDelivery:
    """A certain one starts queued and is confirmed in the same commit; a doubtful one waits for a person."""
    doubtful = each.match is Match.DOUBTFUL
    there = each.found if doubtful else None  # recorded, so that nothing can send it before a look-up
    return NewDelivery(
        connection=each.row.connection,
        flow=FLOW,
        step=STEP,
        key=key_of(each),
        source_id=source_id,
        label=each.row.increment_id,
        state=State.REVIEW if doubtful else State.QUEUED,
        reason_code=Code.DUPLICATE_FOUND.value if doubtful else "",
        reason=remedied(each) if doubtful else "",
        target_id=there.id if there else "",
        target_number=there.number if there else "",
    )


def remedied(each: Candidate) -> str:
    """The doubt with the ways out."""
    label = each.row.increment_id
    number = each.found.number if each.found else "NUMBER"
    return (
        f"{each.text}. If it is this order: `tidegate queue link {label} {number}`; if it is another one: "
        "give this connection a `reference_prefix`, then `tidegate queue retry`."
    )


def verdict(each: Candidate, delivery_id: int | None) -> Verdict | None:
    """Confirmed as the document found: by look-up (e), or out of review and hold by a person (o)."""
    if delivery_id is None or each.found is None:
        return None
    before = State(each.known.delivery_state) if each.known and each.known.delivery_state else State.QUEUED
    found = each.found
    return Verdict(
        delivery_id,
        "e" if before is State.QUEUED else "o",
        text=f"adopted: {each.text}",
        target_id=found.id,
        target_number=found.number,
        target_status=found.status or "",
        target_kind=found.kind,
        total=found.gross,
        adopted=True,
        links=(("sage-order", found.id, found.number),),
    )
