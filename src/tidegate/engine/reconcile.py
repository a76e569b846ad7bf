"""Gather what the reconciliation compares: the store's list, the ledger, the company and its books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from tidegate.domain.books.agreement import CompanyOrder, Facts, KeptOrder, Reconciliation, StoreOrder
from tidegate.domain.books.bookkeeping import AccountBalance, LedgerEntry
from tidegate.domain.books.reconciliation import reconcile
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.order_part import part_of
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.domain.money import ZERO
from tidegate.domain.orders.extras import AmountTerms
from tidegate.domain.orders.keys import order_key
from tidegate.domain.orders.terms import Terms
from tidegate.domain.states import State
from tidegate.engine.kept_orders import kept_order
from tidegate.flows.books.books import learn
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import PREREQUISITES
from tidegate.flows.orders.intake import capture_rules
from tidegate.flows.stored_keys import stored_keys
from tidegate.ledger import books, halts, period
from tidegate.magento.order_list import ListedOrder, read_placed
from tidegate.sage.port.orders import OrderKey
from tidegate.sage.port.session import Purpose, Session

#: An order is captured within this time, or something is wrong: several cycles of any usual cadence.
SETTLING = timedelta(hours=2)
#: Of an order that was confirmed after the company was asked.
MEANWHILE = "sent during the comparison"
#: Steps that carry a cancellation or credit from one side to the other: (flow, how its name begins).
CARRIED_OVER = (
    ("orders", "cancel"),
    ("orders", "reduced-"),
    ("credits", "credit:"),
    ("order-status", "standing-"),
)


@dataclass(frozen=True, slots=True)
class Days:
    """A period of whole days in the company's time zone, both included."""

    start: date
    end: date
    zone: ZoneInfo

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """From the first moment to below the first moment behind, in UTC."""
        after = self.end + timedelta(days=1)
        first = datetime.combine(self.start, time(), self.zone).astimezone(UTC)
        return first, datetime.combine(after, time(), self.zone).astimezone(UTC)


def last_days(connection: Connection, days: int) -> Days:
    """The last `days` days, today included."""
    zone = ZoneInfo(connection.company_settings.time_zone)
    today = connection.clock.now().astimezone(zone).date()
    return Days(today - timedelta(days=days - 1), today, zone)


def compare(connection: Connection, days: Days) -> Reconciliation:
    """The whole comparison of one connection. What cannot be asked is named, never taken for zero."""
    facts, unchecked = gather(connection, days)
    return reconcile(facts, days.start, days.end, unchecked)


def gather(connection: Connection, days: Days) -> tuple[Facts, list[str]]:
    """Everything that is compared, and what could not be asked. Asks the store and the company."""
    began = connection.clock.now()
    unchecked: list[str] = []
    terms = _open_terms(connection, unchecked)
    store = read_store(connection, days, unchecked)
    start, end = days.instants
    known = period.numbers(connection.name, start, end)
    keys = {order_key(*identity): number for identity, number in known.items()}
    stored = {order_key(*source): key for source, key in stored_keys(connection, list(known)).items()}
    keys.update({key: order.number for key, order in (store or {}).items() if order.wanted})
    company: dict[str, list[CompanyOrder]] | None = None
    balances: list[AccountBalance] | None = None
    books_read, untold = True, frozenset[str]()
    if terms is not None:
        learnt = learn(connection)
        untold = frozenset(learnt.untold)
        unchecked += [f"the company does not report {name}" for name in learnt.untold]
        if learnt.failure is not None:
            unchecked.append(f"the company's books: {learnt.failure.text}")
            books_read = False
        with connection.company.session(Purpose.READING) as session:
            if isinstance(session, Failure):
                unchecked.append(f"the company's orders and balances were not compared: {session.text}")
            else:
                company = read_orders(connection, session, keys, stored, unchecked)
                balances = read_balances(connection, session, unchecked)
    # after the company was asked: what was sent meanwhile is on its way, not missing
    by_rule = (terms, connection.settings.amounts.terms(), partial(is_of_order, connection), began, unchecked)
    kept = keep(period.orders(connection.name, start, end), *by_rule)
    invoices = books.invoices(connection.name, days.start, days.end + timedelta(days=1))
    named = [key for invoice in invoices for key in invoice.order_keys if key not in kept]
    earlier = keep(period.orders_of_keys(connection.name, named), *by_rule)
    entries = our_entries(connection, invoices, days)
    facts = Facts(
        store=store,
        kept=kept,
        company=company,
        now=began,
        settled_before=began - SETTLING,
        overdue_before=began - timedelta(hours=connection.settings.alerts.oldest_hours),
        invoices=invoices,
        credited=credited(connection, days),
        under_way=frozenset(
            order_key(*identity)
            for identity in period.under_way(connection.name, CARRIED_OVER, PREREQUISITES)
        ),
        invoiced=earlier,
        entries=entries,
        postings=books.postings(connection.name, [entry.urn for entry in entries]),
        balances=balances,
        clearing=frozenset(each.account for each in connection.settings.payments.values() if each.account),
        tolerance=connection.settings.rounding.tolerance,
        books_read=books_read and terms is not None,
        untold=untold,
    )
    return facts, unchecked


def _open_terms(connection: Connection, unchecked: list[str]) -> Terms | None:
    """The mappings, when the company may be asked now."""
    halted, closed = halts.halted(connection.name), connection.closed()
    if halted is not None:
        unchecked.append(f"the company was not asked: the connection is halted ({halted.reason})")
    elif closed is not None:
        unchecked.append(
            f"the company was not asked: closed until {closed.until:%Y-%m-%d %H:%M} UTC ({closed.reason})"
        )
    else:
        terms = connection.terms()
        if not isinstance(terms, Failure):
            return terms
        unchecked.append(f"the company was not asked: {terms.text}")
    return None


# --- the store ----------------------------------------------------------------------------------


def read_store(connection: Connection, days: Days, unchecked: list[str]) -> dict[str, StoreOrder] | None:
    """The store's list by our keys; None when it does not answer."""
    start, end = days.instants
    terms = connection.settings.amounts.terms()
    found = read_placed(connection.store.client, connection.store.shop, start, end, terms)
    if isinstance(found, Failure):
        unchecked.append(f"the store was not compared: {found.text}")
        return None
    orders, unreadable = found
    if unreadable:
        unchecked.append(f"the store could not serve the orders {', '.join(map(str, unreadable))}")
    websites = frozenset(connection.settings.websites)
    return {
        order_key(connection.settings.store, order.entity_id): store_order(connection, order)
        for order in orders
        if not websites or order.website in websites
    }


def store_order(connection: Connection, order: ListedOrder) -> StoreOrder:
    """One row of the store's list, in the currency of the company's document."""
    rules = capture_rules(connection.settings)
    wanted = (
        order.state in rules.states
        and order.status not in rules.statuses_never
        and (rules.since is None or order.created_at >= rules.since)
    )
    of_order = is_of_order(connection, order.currency)
    return StoreOrder(
        order_key(connection.settings.store, order.entity_id),
        order.increment_id,
        order.created_at,
        wanted,
        order.state == "canceled",
        order.figures if of_order else order.base,
        order.taken if of_order else order.base_taken,
        order.state == "closed",
    )


def is_of_order(connection: Connection, currency: str) -> bool:
    """Whether the document of an order in this currency has it, and not the website's (`billing_lines.billed`)."""
    side = connection.settings.amounts.side
    return side == "order" or (side == "auto" and currency == connection.company_settings.currency)


# --- the ledger ---------------------------------------------------------------------------------


def keep(
    rows: Iterable[period.KeptRow],
    terms: Terms | None,
    amounts: Mapping[str, AmountTerms],
    of_order: Callable[[str], bool],
    began: datetime,
    unchecked: list[str],
) -> dict[str, KeptOrder]:
    """The ledger's orders by key, as `kept_order` reads them; those that were never readable are named."""
    kept: dict[str, KeptOrder] = {}
    unreadable: list[str] = []
    for row in rows:
        order = kept_order(row, terms, amounts, of_order)
        if order is None:
            unreadable.append(row.increment_id or str(row.entity_id))
        elif order.state is State.CONFIRMED and row.changed_at >= began:
            kept[order.key] = replace(order, state=State.SENDING, reason=MEANWHILE)  # nor overdue
        else:
            kept[order.key] = order
    if unreadable:
        unchecked.append(f"orders whose amounts cannot be read: {', '.join(unreadable[:20])}")
    return kept


# --- the company --------------------------------------------------------------------------------


def read_orders(
    connection: Connection,
    session: Session,
    keys: dict[str, str],
    stored: dict[str, str],
    unchecked: list[str],
) -> dict[str, list[CompanyOrder]] | None:
    """The company's orders, pooled, by the ledger's names; None when it does not answer.

    `keys` are names with the numbers that users know, `stored` the keys that the company keeps for them.
    """
    search, size = session.order_search, session.orders.about.lookups_per_call
    if search is None:
        unchecked.append("the company's orders were not compared: this Sage product cannot look them up")
        return None
    prefix = connection.settings.reference_prefix
    names = {stored.get(key, key): key for key in keys}
    asked = [OrderKey(key, prefix + keys[name]) for key, name in names.items()]
    found: dict[str, list[CompanyOrder]] = {}
    for part in (asked[place : place + size] for place in range(0, len(asked), size)):
        answer = search.find(part)
        if isinstance(answer, Failure):
            unchecked.append(f"the company's orders were not compared: {answer.text}")
            return None
        for key, documents in answer.items():
            found[names[key]] = [
                CompanyOrder(each.id, each.number, each.gross, each.cancelled)
                for each in documents
                if each.ours
            ]
    return found


def credited(connection: Connection, days: Days) -> dict[str, Decimal | None]:
    """What the company has credited since the period began, by order; None when it is not known for one of the notes."""
    found: dict[str, Decimal | None] = {}
    for note in books.invoices(connection.name, days.start):
        if not note.credit or not note.posted:
            continue
        for key in note.order_keys:
            before, part = found.get(key, ZERO), part_of(note, key)
            found[key] = before + part.gross if part is not None and before is not None else None
    return found


def read_balances(
    connection: Connection, session: Session, unchecked: list[str]
) -> list[AccountBalance] | None:
    """The trial balance, for the clearing accounts; not asked when no payment names one."""
    if not any(each.account for each in connection.settings.payments.values()):
        return None
    if session.postings is None:
        return None
    answer = session.postings.balances()
    if isinstance(answer, Failure):
        unchecked.append(f"the clearing accounts were not compared: {answer.text}")
        return None
    return answer


def our_entries(connection: Connection, invoices: Sequence[SalesInvoice], days: Days) -> list[LedgerEntry]:
    """Entries of our invoices, and of the period those of the accounts that web orders go to.

    Other customers' payments are none of the web's business.
    """
    rule = connection.settings.customers
    accounts = {invoice.account for invoice in invoices} | {rule.guest_account, rule.web_account} - {""}
    of_days = books.entries(connection.name, days.start, days.end + timedelta(days=1))
    numbers = {invoice.number for invoice in invoices}
    return [entry for entry in of_days if entry.reference in numbers or entry.account in accounts]
