"""Carry one batch of orders into the company: accounts, translation, look-up, then written ahead.

A pooled look-up before the first sending shows which of the batch the company has already: they are adopted,
not sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tidegate.domain.errors import Failure
from tidegate.domain.missing import together
from tidegate.domain.orders.capture import is_over
from tidegate.domain.orders.edits import UNEDITED, Edits
from tidegate.domain.orders.keys import StoreStatus, customer_key, store_status
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.orders.totals import translate
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows import next_period
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced, park
from tidegate.flows.orders import edited
from tidegate.flows.orders.confirmed import carry_out
from tidegate.flows.orders.customers import Account, CustomerDesk
from tidegate.flows.orders.found_orders import beyond_tolerance, verdict_on_found
from tidegate.flows.orders.gaps import with_lacking
from tidegate.flows.orders.leaving import Leaving, Ready, orders_of
from tidegate.flows.stored_keys import register, register_customers
from tidegate.flows.stored_order import NEVER_READ
from tidegate.flows.writing import sending
from tidegate.ledger import keys, lookups
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import OrderKey, Prepared
from tidegate.sage.port.session import Session

read_document = msgspec.json.Decoder(Order).decode


def why_over(order: Order) -> str:
    """Why an order is no longer sent."""
    if store_status(order) is StoreStatus.CANCELLED:
        return "cancelled in Magento; the order is sent if the cancellation is undone there"
    return "the order is cancelled or refunded in full in Magento"


class OrderBatch:
    """Up to `batch` deliveries on one seat."""

    def __init__(self, cycle: Cycle, session: Session, terms: Terms) -> None:
        self.cycle = cycle
        self.session = session
        self.terms = terms
        self.about = session.orders.about

    def carry(self, items: Sequence[Item]) -> None:
        """Send what can be sent; every item ends in a committed state or stays queued."""
        if sending.must_wait(self.cycle, orders_of(self.cycle, self.session)):
            return
        failure = fenced(
            items[0].label if len(items) == 1 else "a batch of orders", lambda: self.whole(items)
        )
        if failure is None:
            return
        if len(items) == 1:
            park(self.cycle, items, failure)
            return
        # One by one, to find the record that fails. What was sent is looked up by the next cycle, as after a crash.
        for item in lookups.items([item.id for item in items]):
            if item.state is State.QUEUED and self.cycle.may_call_company():
                self.carry([item])

    def whole(self, items: Sequence[Item]) -> None:
        """All of them together: prepared, looked up, sent."""
        ready = self.prepare(items)
        if ready and self.cycle.may_call_company():
            self.send(self.not_there_yet(ready))

    def prepare(self, items: Sequence[Item]) -> list[Ready]:
        """Translate and resolve the orders; those that cannot be sent are held or put in review."""
        changes = edited.of(items)
        orders = {
            item.id: changes[item.id].order(read_document(item.document)) for item in items if item.document
        }
        known = [item for item in items if item.id in orders and not is_over(orders[item.id])]
        accounts = self.accounts(known, orders, changes)
        translated: list[tuple[Item, SalesOrder]] = []
        verdicts = [self.cycle.after_failure(item, NEVER_READ, None) for item in items if not item.document]
        verdicts += [
            # As the store had it when it was read last: no retry by mistake sends such an order.
            Verdict(item.id, "m", text=why_over(orders[item.id]))
            for item in items
            if item.id in orders and is_over(orders[item.id])
        ]
        held: list[tuple[Item, str, Failure]] = []
        for item in known:
            if item.id not in accounts:  # the look-up itself failed: untouched until the next cycle
                continue
            account = accounts[item.id]
            number = "" if isinstance(account, Failure) else account
            result = self.translate(orders[item.id], number, changes[item.id])
            if isinstance(account, Failure):  # and what the order misses besides
                others = [result] if isinstance(result, Failure) else []
                result = together([account, *others]) or account
            if isinstance(result, Failure):
                held.append((item, number, result))
            else:
                translated.append((item, result))
        failures = [failure for _, _, failure in held]
        if held and self.cycle.may_call_company():
            failures = with_lacking(
                self.session.orders,
                self.terms,
                self.about.arithmetic,
                [(orders[item.id], number, failure) for item, number, failure in held],
            )
        verdicts += [
            self.cycle.after_failure(item, failure, None)
            for (item, _, _), failure in zip(held, failures, strict=True)
        ]
        ready: list[Ready] = []
        translated = self.dated(self.with_stored_keys(translated), changes)
        if translated and self.cycle.may_call_company():
            answers = self.session.orders.prepare([order for _, order in translated])
            for (item, _), answer in zip(translated, answers, strict=True):
                beyond = beyond_tolerance(self.cycle, item, answer) if isinstance(answer, Prepared) else None
                if beyond is not None:
                    verdicts.append(self.cycle.after_failure(item, beyond, None))
                elif isinstance(answer, Prepared):
                    ready.append(Ready(item, answer, orders[item.id]))
                elif answer.ends_cycle:  # a pooled read failed: that says nothing about this record
                    self.cycle.call_failed(answer)
                else:
                    verdicts.append(self.cycle.after_failure(item, answer, None))
        self.commit(verdicts)
        return ready

    def with_stored_keys(self, translated: list[tuple[Item, SalesOrder]]) -> list[tuple[Item, SalesOrder]]:
        """The orders under the keys that the company keeps; each is registered before it can leave."""
        sources = {item.id: (item.store, item.entity_id or 0) for item, _ in translated}
        known = keys.of_sources(sources.values())
        if not known.keys() >= set(sources.values()):
            with transaction("keys"):
                numbers = {sources[item.id]: item.label for item, _ in translated}
                known = register(self.cycle.connection, numbers, self.cycle.now())
        return [
            (
                item,
                self.with_buyers_key(msgspec.structs.replace(order, key=known[sources[item.id]]), item.store),
            )
            for item, order in translated
        ]

    def accounts(
        self, items: Sequence[Item], orders: Mapping[int, Order], changes: Mapping[int, Edits]
    ) -> dict[int, Account]:
        """The account that a person has chosen for this one order, else the customer's."""
        desk = CustomerDesk(self.cycle, self.session)
        left = [item for item in items if not changes[item.id].account]
        found = desk.accounts(left, {item.id: orders[item.id] for item in left})
        chosen = {item.id: changes[item.id].account for item in items if changes[item.id].account}
        return found | {item_id: desk.unless_on_hold(account) for item_id, account in chosen.items()}

    def dated(
        self, translated: list[tuple[Item, SalesOrder]], changes: Mapping[int, Edits]
    ) -> list[tuple[Item, SalesOrder]]:
        """The orders with the date that they go with: another one where a person says so or their own was refused."""
        connection, now = self.cycle.connection, self.cycle.now()
        days = [
            changes[item.id].day or next_period.day_of(connection, item, order.date, now)
            for item, order in translated
        ]
        return [
            (item, msgspec.structs.replace(order, date=day))
            for (item, order), day in zip(translated, days, strict=True)
        ]

    def with_buyers_key(self, order: SalesOrder, store: str) -> SalesOrder:
        """An order that carries its customer, with the key under which the company will know them from now on."""
        buyer = order.buyer
        if buyer is None or buyer.customer_id is None:
            return order
        source = (store, buyer.customer_id)
        with transaction("keys"):
            made = register_customers(
                self.cycle.connection, {source: customer_key(*source)}, self.cycle.now()
            )
        return msgspec.structs.replace(order, buyer=msgspec.structs.replace(buyer, key=made[source]))

    def translate(self, order: Order, account: str, edits: Edits = UNEDITED) -> SalesOrder | Failure:
        """The order in the company's terms, or why not."""
        return translate(order, edits.terms(self.terms), self.about.arithmetic, account=account)

    def not_there_yet(self, ready: Sequence[Ready]) -> list[Ready]:
        """Look up every order before its first sending, unless the product guards itself; adopt what is there."""
        search = self.session.search_before_sending
        if search is None:
            return list(ready)
        missing: list[Ready] = []
        size = self.about.lookups_per_call
        for start in range(0, len(ready), size):
            chunk = ready[start : start + size]
            found = search.find([OrderKey(each.order.key, each.order.reference) for each in chunk])
            if isinstance(found, Failure):
                self.cycle.call_failed(found)
                return missing
            verdicts = []
            for each in chunk:
                verdict = verdict_on_found(self.cycle, each.item, found[each.order.key], each.order)
                if verdict is None:
                    missing.append(each)
                else:
                    verdicts.append(verdict)
            self.commit(verdicts)
        return missing

    def send(self, ready: Sequence[Ready]) -> None:
        """Attempt, call, settle: `flows/writing/sending.py`."""
        orders = Leaving(self.cycle, self.session, ready)
        sending.send(self.cycle, orders.writing, orders.records, orders.call)

    def commit(self, verdicts: Sequence[Verdict]) -> None:
        """Commit decisions with everything that follows from them."""
        if verdicts:
            with transaction("outcome"):
                carry_out(self.cycle, verdicts)
