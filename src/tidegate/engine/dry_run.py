"""What a cycle would send, without sending or writing anything: the exact payloads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tidegate.domain.capture import Action, decide
from tidegate.domain.customers import LookUp, UseAccount, after_look_up, wanted_account
from tidegate.domain.errors import Failure
from tidegate.domain.order import Order
from tidegate.domain.order_totals import translate
from tidegate.domain.terms import Terms
from tidegate.engine.hub import Hub
from tidegate.flows import notes, orders
from tidegate.flows.capture import CURSOR
from tidegate.flows.connection import Connection
from tidegate.flows.documents import read_order
from tidegate.flows.intake import capture_rules
from tidegate.flows.mapping import customer_rules
from tidegate.ledger import cursors, intake, lookups, queue
from tidegate.sage.port import CustomerQuery, OrderKey, Prepared, Session

#: A dry run shows so many orders at most.
MOST = 200


def dry_run(hub: Hub, connection: Connection, flow: str) -> list[dict[str, Any]]:
    """One entry for each document that the next cycle would send, or the reason why it would not."""
    if flow == notes.FLOW:
        return [
            note_entry(connection, item)
            for item in queue.due(connection.name, flow, notes.NUMBER, MOST, hub.clock.now())
        ]
    found = [
        read_order(item.document)
        for item in queue.due(connection.name, orders.FLOW, orders.STEP, MOST, hub.clock.now())
        if item.document
    ]
    found += unread(hub, connection, {order.entity_id for order in found})
    terms = connection.terms()
    if isinstance(terms, Failure):
        return [refusal("", terms)]
    with connection.company.session() as session:
        return [order_entry(connection, session, terms, order) for order in found[:MOST]]


def unread(hub: Hub, connection: Connection, queued: set[int]) -> list[Order]:
    """Orders that the next cycle would capture and queue."""
    rule = connection.settings.capture
    written = cursors.read(connection.name, orders.FLOW, CURSOR)
    since = (
        datetime.fromisoformat(written) - timedelta(minutes=rule.overlap_minutes) if written else rule.since
    )
    if since is None:
        return []
    result = connection.store.orders.read_changed(since, hub.clock.now(), page_size=connection.page_size)
    known = intake.known_ids(connection.settings.store, "order", [order.entity_id for order in result.orders])
    rules = capture_rules(connection.settings)
    return [
        order
        for order in result.orders
        if order.entity_id not in known | queued and decide(order, None, rules).action is Action.QUEUE
    ]


def order_entry(connection: Connection, session: Session, terms: Terms, order: Order) -> dict[str, Any]:
    """The payload of one order, or why it would be held or reviewed."""
    account = account_of(connection, session, order)
    if isinstance(account, Failure):
        return refusal(order.increment_id, account)
    translated = translate(order, terms, connection.company.capabilities.arithmetic, account=account)
    if isinstance(translated, Failure):
        return refusal(order.increment_id, translated)
    found = session.find_orders([OrderKey(translated.key, translated.reference)])
    if isinstance(found, Failure):
        return refusal(order.increment_id, found)
    if found[translated.key]:
        return {"order": order.increment_id, "in_company": [each.number for each in found[translated.key]]}
    (answer,) = session.prepare([translated])
    if isinstance(answer, Prepared):
        return {"order": order.increment_id, "key": translated.key, "payload": answer.payload}
    return refusal(order.increment_id, answer)


def account_of(connection: Connection, session: Session, order: Order) -> str | Failure:
    """The account by the rules; an account that would be created first is named as such."""
    rules = customer_rules(connection.name, connection.settings)
    decision = wanted_account(order, rules)
    if isinstance(decision, UseAccount):
        return decision.account
    if isinstance(decision, Failure):
        return decision
    assert isinstance(decision, LookUp)  # noqa: S101 - the only other decision
    queries = [
        CustomerQuery(key=each.key, account=each.account, email=each.email) for each in decision.queries
    ]
    matches = session.find_customers(queries)
    if isinstance(matches, Failure):
        return matches
    answer = after_look_up(order, rules, matches)
    if isinstance(answer, Failure):
        return answer
    return answer.account


def note_entry(connection: Connection, item: queue.Item) -> dict[str, Any]:
    """What would be written on the Magento order."""
    note = notes.read_note(item.subject)
    entry: dict[str, Any] = {"order": item.label, "entity_id": note.entity_id, "ext_order_id": note.number}
    if lookups.step_of(item.source_id, notes.FLOW, notes.COMMENT) is not None:
        entry["comment"] = note.text
        entry["visible"] = connection.settings.notes.comment == "visible"
    return entry


def refusal(label: str, failure: Failure) -> dict[str, Any]:
    """Why nothing would be sent."""
    return {"order": label, "not_sent": failure.code.value, "text": failure.text, "missing": failure.missing}
