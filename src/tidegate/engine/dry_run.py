"""What a cycle would send, without sending or writing anything: the exact payloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together
from tidegate.domain.money import shown
from tidegate.domain.orders.billing_lines import stated
from tidegate.domain.orders.capture import Action, decide, not_exported
from tidegate.domain.orders.customers import (
    CreateCustomer,
    LookUp,
    UseAccount,
    account_inside,
    after_look_up,
    wanted_account,
)
from tidegate.domain.orders.edits import UNEDITED, Edits
from tidegate.domain.orders.expressed import Customers
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.person import who_ordered
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.orders.totals import translate
from tidegate.domain.states import State
from tidegate.engine.cycles import FLOWS
from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.flows.mapping import customer_rules
from tidegate.flows.orders import edited, orders
from tidegate.flows.orders.capture import CURSOR
from tidegate.flows.orders.gaps import with_lacking
from tidegate.flows.orders.intake import capture_rules
from tidegate.flows.status import note_steps, statuses
from tidegate.flows.stored_keys import customer_keys, stored_key
from tidegate.flows.stored_order import read_order
from tidegate.ledger import cursors, intake, lookups, queue
from tidegate.ledger.queue import Item
from tidegate.sage.port.customers import CustomerQuery
from tidegate.sage.port.orders import Found, OrderKey, Prepared
from tidegate.sage.port.session import Purpose, Session

#: Most orders that a dry run shows.
MOST = 200


def dry_run(hub: Hub, connection: Connection, flow: str) -> list[dict[str, Any]]:
    """One entry for each document that the next cycle would send, or the reason why it would not."""
    preview = FLOWS[flow].preview
    if preview is not None:
        return preview(connection)
    if flow == note_steps.FLOW:
        return [
            *(
                note_entry(connection, item)
                for item in queue.due(connection.name, flow, note_steps.NUMBER, MOST, hub.clock.now())
            ),
            *statuses.preview(connection),
        ]
    closed = connection.closed()
    if closed is not None:
        text = f"the company is closed until {closed.until:%Y-%m-%d %H:%M} UTC ({closed.reason})"
        return [refusal("", Failure(Code.LOCKED, text, sent=False))]
    changes = unread(hub, connection)
    if isinstance(changes, Failure):
        return [refusal("", changes)]
    waiting = queue.due(connection.name, orders.FLOW, orders.STEP, MOST, hub.clock.now())
    edits = {item.entity_id: each for item, each in zip(waiting, edited.of(waiting).values(), strict=True)}
    found = [*still_wanted(connection, waiting, changes), *fresh(connection, waiting, changes)]
    terms = connection.terms()
    if isinstance(terms, Failure):
        return [refusal("", terms)]
    overruled = {item.entity_id for item in waiting if Code.DUPLICATE_FOUND in item.overruled}
    with connection.company.session(Purpose.READING) as session:
        if isinstance(session, Failure):
            return [refusal("", session)]
        return [
            order_entry(
                connection,
                session,
                terms,
                order,
                edits=edits.get(order.entity_id, UNEDITED),
                overruled=order.entity_id in overruled,
            )
            for order in found[:MOST]
        ]


def unread(hub: Hub, connection: Connection) -> dict[int, Order] | Failure:
    """What the next cycle would read, by entity id."""
    rule = connection.settings.capture
    written = cursors.read(connection.name, orders.FLOW, CURSOR)
    since = (
        datetime.fromisoformat(written) - timedelta(minutes=rule.overlap_minutes) if written else rule.since
    )
    if since is None:
        return {}
    skip = lookups.unreadable_ids(connection.name, connection.settings.store, "order")
    reader = connection.store.orders
    result = reader.read_changed(since, hub.clock.now(), page_size=connection.page_size, skip_ids=skip)
    return result.failure or {order.entity_id: order for order in result.orders}


def still_wanted(
    connection: Connection, waiting: Sequence[Item], changes: Mapping[int, Order]
) -> Iterator[Order]:
    """The queue as it will be once the changes are read: with new content, without what was cancelled."""
    rules = capture_rules(connection.settings)
    for item in waiting:
        if item.document:
            order = changes.get(item.entity_id or 0) or read_order(item.document)
            if not not_exported(order, rules):
                yield order


def fresh(connection: Connection, waiting: Sequence[Item], changes: Mapping[int, Order]) -> Iterator[Order]:
    """Orders that the next cycle would queue: never seen, or skipped so far and payable now."""
    rules = capture_rules(connection.settings)
    known = intake.known(connection.settings.store, "order", changes)
    queued = {item.entity_id for item in waiting}
    for order in changes.values():
        before = known.get(order.entity_id)
        is_new = before is None or before.delivery_state in ("", State.SKIPPED)
        if is_new and order.entity_id not in queued and decide(order, None, rules).action is Action.QUEUE:
            yield order


def order_entry(
    connection: Connection,
    session: Session,
    terms: Terms,
    order: Order,
    *,
    edits: Edits = UNEDITED,
    overruled: bool,
) -> dict[str, Any]:
    """The payload of one order, or why it would be held or reviewed, or what comes before it."""
    order, terms = edits.order(order), edits.terms(terms)
    account = edits.account or account_of(connection, session, order)
    number = account if isinstance(account, str) else ""
    arithmetic = session.orders.about.arithmetic
    translated = translate(order, terms, arithmetic, account=number)
    problems = [each for each in (account, translated) if isinstance(each, Failure)]
    if isinstance(translated, Failure) or isinstance(account, Failure):
        first = together(problems) or problems[0]
        (failure,) = with_lacking(session.orders, terms, arithmetic, [(order, number, first)])
        return refusal(order.increment_id, failure, order)
    totals = {"magento_total": total_of(order), "sage_total": f"{translated.gross} {translated.currency}"}
    if translated.prepaid:
        totals["prepaid"] = f"{sum(each.amount for each in translated.prepaid)} {translated.currency}"
    translated = with_keys(connection, order, translated)
    if edits.day is not None:
        translated = msgspec.structs.replace(translated, date=edits.day)
    found = look_up(session, translated)
    if isinstance(found, Failure):
        return refusal(order.increment_id, found, order)
    there = [each for each in found if each.ours or not overruled]
    if there:
        return {"order": order.increment_id, "in_company": [each.number for each in there]}
    if isinstance(account, CreateCustomer):
        return account_first(order, account)
    (answer,) = session.orders.prepare([translated])
    if isinstance(answer, Prepared):
        return {"order": order.increment_id, "key": translated.key, **totals, "payload": answer.payload}
    return refusal(order.increment_id, answer, order)


def look_up(session: Session, order: SalesOrder) -> list[Found] | Failure:
    """What the company has of the order; where it cannot be asked, nothing is known of any."""
    if session.order_search is None:
        return []
    found = session.order_search.find([OrderKey(order.key, order.reference)])
    return found if isinstance(found, Failure) else found[order.key]


def account_first(order: Order, creation: CreateCustomer) -> dict[str, Any]:
    """The order's payload names the account's id, which is not known before the account is created."""
    return {
        "order": order.increment_id,
        "creates_account": {"account": creation.account, "name": creation.name, "email": creation.email},
        "text": "the order is sent as soon as the account exists",
    }


def with_keys(connection: Connection, order: Order, translated: SalesOrder) -> SalesOrder:
    """Under the keys that the company would keep."""
    buyer, number = translated.buyer, order.customer.id
    if buyer is not None and number is not None:
        source = (order.store, number)
        buyer = msgspec.structs.replace(buyer, key=customer_keys(connection, [source])[source])
    key = stored_key(connection, order.store, order.entity_id)
    return msgspec.structs.replace(translated, key=key, buyer=buyer)


def account_of(connection: Connection, session: Session, order: Order) -> str | CreateCustomer | Failure:
    """The account by the rules, or the one that would be created first."""
    rules = customer_rules(connection.name, connection.settings, session.orders.about)
    way = session.orders.about.customers
    if way is Customers.INSIDE_THE_ORDER:
        return account_inside(who_ordered(order), rules)
    terms = connection.terms()
    currency = ""
    if way is Customers.CONTACT_PER_CURRENCY and not isinstance(terms, Failure):
        currency = stated(order, terms)[0]
    person = who_ordered(order, currency)
    decision = wanted_account(person, rules)
    if isinstance(decision, UseAccount):
        return decision.account
    if isinstance(decision, Failure):
        return decision
    assert isinstance(decision, LookUp)  # noqa: S101 - the only other decision
    queries = [
        CustomerQuery(key=each.key, account=each.account, email=each.email) for each in decision.queries
    ]
    desk = session.customers
    matches = {each.key: [] for each in queries} if desk is None else desk.find(queries)
    if isinstance(matches, Failure):
        return matches
    source = (order.store, order.customer.id or 0)
    key = customer_keys(connection, [source], currency)[source] if order.customer.id is not None else ""
    answer = after_look_up(person, rules, matches, key)
    return answer.account if isinstance(answer, UseAccount) else answer


def note_entry(connection: Connection, item: Item) -> dict[str, Any]:
    """What would be written on the Magento order."""
    note = note_steps.read_note(item.subject)
    entry: dict[str, Any] = {"order": item.label, "entity_id": note.entity_id, "ext_order_id": note.number}
    if lookups.step_of(item.source_id, note_steps.FLOW, note_steps.COMMENT) is not None:
        entry["comment"] = note.text
        entry["visible"] = connection.settings.notes.comment == "visible"
    return entry


def total_of(order: Order) -> str:
    """The order's total in Magento, in the customer's currency, and in the website's where that is another."""
    text = f"{shown(order.totals.grand_total)} {order.currency}"
    if order.base_currency != order.currency:
        text += f" ({shown(order.base_totals.grand_total)} {order.base_currency})"
    return text


def refusal(label: str, failure: Failure, order: Order | None = None) -> dict[str, Any]:
    """Why nothing would be sent: of one order, or without a label of all."""
    entry: dict[str, Any] = {"order": label, "not_sent": failure.code.value}
    if order is not None:
        entry["magento_total"] = total_of(order)
    return {**entry, "text": failure.text, "missing": failure.missing}
