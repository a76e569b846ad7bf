"""The `customers` flow: what the company says of an account, on the store's customers that have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.account_card import StoreCustomer, account_of, card, withdrawn
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.missing_thing import name_of
from tidegate.domain.orders.customers import proof
from tidegate.flows import account_book, mirrored, unreadable
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import lacks
from tidegate.flows.fence import fenced
from tidegate.flows.masters.customer_writer import CustomerWriter, card_of, written
from tidegate.flows.prices.card_rules import card_rules
from tidegate.flows.stored_keys import customer_keys
from tidegate.ledger import cursors, mirror
from tidegate.ledger import customers as links
from tidegate.ledger.database import transaction
from tidegate.magento.customers import StoreCustomers, WireCustomer
from tidegate.sage.port.session import Purpose

FLOW = "customers"
#: Items looked for at a time; each customer is a call.
AT_ONCE = 100
#: Each reading starts this long before the last one, because the store may save a customer late.
OVERLAP = timedelta(minutes=15)


@dataclass(frozen=True)
class Reading:
    """Both sides after a reading; `changed` when anything is other than before."""

    records: Mapping[str, CustomerRecord]
    buyers: Mapping[int, StoreCustomer]
    cursor: str
    changed: bool
    seen: Mapping[int, WireCustomer]  #: the customers that the store has shown now
    bad: tuple[BadRow, ...] = ()  #: the company's accounts that cannot be read
    unread: Mapping[int, str] = field(default_factory=dict)  #: customers that cannot be read, and why


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    rules = cycle.connection.settings.accounts
    full = mirrored.full_is_due(cycle, rules.full_every)
    writer = writer_of(cycle.connection)
    with cycle.reading():
        mirrored.recover(cycle, writer)
        if cycle.may_call_company():
            found = read_both(cycle.connection, full=full)
            if isinstance(found, Failure):
                cycle.call_failed(found)
                if found.code is Code.OTHER_CONTENT:
                    cycle.ask_a_person(found, FLOW)
            else:
                unreadable.report(cycle.name, FLOW, unreadable.SAGE, found.bad, cycle.now())
                take_in(cycle, writer, found, full=full)
    if cycle.may_go_on():
        mirrored.send(cycle, writer, AT_ONCE)


def writer_of(connection: Connection) -> CustomerWriter:
    """The writer of the connection's customers."""
    sent_before = dict(mirror.settled(connection.name, FLOW).iter_rows())
    open_items = mirror.listing(connection.name, FLOW, limit=mirrored.ALL)
    sent_before |= {item.key: item.leaving or item.sent for item in open_items if item.leaving or item.sent}
    return CustomerWriter(store_customers(connection), connection.settings.accounts.attributes, sent_before)


def store_customers(connection: Connection) -> StoreCustomers:
    """The store's customers, read by its pages."""
    return StoreCustomers(connection.store.client, connection.page_size)


def read_both(connection: Connection, *, full: bool) -> Reading | Failure:
    """Read what changed on both sides, or everything, and merge it with what is known."""
    unread: dict[int, str] = {}
    buyers = read_customers(connection, unread, full=full)
    if isinstance(buyers, Failure):
        return buyers
    with connection.company.session(Purpose.READING) as session:
        if isinstance(session, Failure):
            return session
        if session.customers is None:
            return lacks("customers")
        delta = session.customers.read(None if full else cursors.read(connection.name, FLOW, "accounts"))
    if isinstance(delta, Failure):
        return delta
    before, known = account_book.accounts(connection.name), account_book.customers(connection.name)
    records = account_book.updated(before, delta)
    if before and not records:
        text = (
            "the company reported no accounts at all, but had some before: nothing is changed in the "
            "store, and no hold ends"
        )
        return Failure(Code.OTHER_CONTENT, text, sent=False)
    here = ({} if full else dict(known)) | {each.id: customer for each, customer in buyers}
    here |= {key: known[key] for key in unread if key in known}
    changed = records != before or here != known
    seen = {each.id: each for each, _ in buyers}
    return Reading(records, here, delta.cursor, changed, seen, delta.bad, unread)


def read_customers(
    connection: Connection, unread: dict[int, str], *, full: bool
) -> list[tuple[WireCustomer, StoreCustomer]] | Failure:
    """The customers of the connection's websites that changed, or all; `unread` is filled with the others."""
    websites = connection.store.shop.websites()
    if isinstance(websites, Failure):
        return websites
    names = {each.id: each.code for each in websites if each.code in connection.settings.websites}
    last = None if full else cursors.moved_at(connection.name, FLOW, "accounts")
    found = []
    for page in store_customers(connection).customers(since=last - OVERLAP if last else None):
        if isinstance(page, Failure):
            return page
        unread |= {row.key: row.why for row in page.bad if row.key is not None}
        for each in page.customers:
            if each.website_id in names:
                found.append((each, StoreCustomer(each.id, each.email, names[each.website_id])))
    return found


def take_in(cycle: Cycle, writer: CustomerWriter, found: Reading, *, full: bool) -> None:
    """Decide what each customer shall show, compare when it is due, and keep all of it in one commit."""
    wanted, left_out = cards(cycle.connection, found)
    if full:
        there = compare(cycle, writer, found, wanted)
        if isinstance(there, Failure):
            cycle.call_failed(there, of_company=False)
            return
    known = {key for key, _ in mirror.settled(cycle.name, FLOW).iter_rows()}
    known |= {item.key for item in mirror.listing(cycle.name, FLOW, limit=mirrored.ALL)}
    gone = sorted(known - wanted.keys() - left_out.keys())
    with transaction("want"):
        now = cycle.now()
        cycle.count("read", len(found.seen))
        cycle.count("captured", mirrored.want(cycle, wanted, left_out, gone))
        if found.changed:
            account_book.keep(cycle.name, found.records, found.buyers, now)
        cursors.move(cycle.name, FLOW, "accounts", found.cursor, cycle.started)
        if full:
            mirrored.full_is_done(cycle)


def cards(connection: Connection, found: Reading) -> tuple[dict[str, str], dict[str, str]]:
    """(what each customer shall show, why others show nothing), by customer id."""
    rules = card_rules(connection)
    mapped = connection.settings.customers.accounts
    emails = account_book.by_email(found.records.values())
    shown = dict(mirror.settled(connection.name, FLOW).iter_rows())
    made = {record.key: record.account for record in found.records.values() if record.key}
    store = connection.settings.store
    ours = customer_keys(connection, [(store, number) for number in found.buyers])
    proven: dict[int, str] = {}
    for website in connection.settings.websites:
        ids = {links.key_of(each.id): each.id for each in found.buyers.values() if each.website == website}
        for key, link in links.find(connection.name, website, ids).items():
            if proof(link.how):
                proven[ids[key]] = link.account
    unread_accounts = {row.name: row.why for row in found.bad}

    def shows(customer: StoreCustomer) -> tuple[str | None, str]:
        """(what the customer shall show, or None, and then why nothing is written)."""
        if customer.id in found.unread:
            return None, f"the store's customer cannot be read: {found.unread[customer.id]}"
        own = made.get(ours[store, customer.id], "")
        account, why = account_of(customer, mapped, proven.get(customer.id, own), emails)
        record = found.records.get(account)
        if account in unread_accounts:
            return None, f"account {account} cannot be read: {unread_accounts[account]}"
        if record is not None:
            return written(card(record, rules)), ""
        before = card_of(shown.get(str(customer.id), ""))
        if not account and before.get("account") is not None:
            return written(withdrawn(before, connection.settings.accounts.default_group)), ""
        return None, why or f"the company has no account {account}"

    wanted: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for customer in found.buyers.values():
        sent_before = fenced(f"customer {customer.id}", partial(shows, customer))
        value, why = (None, sent_before.text) if isinstance(sent_before, Failure) else sent_before
        if value is None:
            left_out[str(customer.id)] = why
        else:
            wanted[str(customer.id)] = value
    return wanted, left_out


def compare(
    cycle: Cycle, writer: CustomerWriter, found: Reading, wanted: Mapping[str, str]
) -> Failure | None:
    """Compare what the store's customers show with what was written."""
    there: dict[str, str] = {}
    for key, value in wanted.items():
        sent_before = writer.sent_before.get(key, value)
        seen = fenced(f"customer {key}", partial(writer.seen, found.seen.get(int(key)), sent_before))
        if isinstance(seen, Failure) and seen.code is Code.UNFORESEEN:
            continue  # this one is not compared
        if isinstance(seen, Failure):
            return seen
        there[key] = seen
    mirrored.compare(cycle, there, cycle.connection.settings.accounts.drift)
    waited = mirrored.missing(cycle)
    groups = writer.groups() if waited else {}
    if isinstance(groups, Failure):
        return groups
    mirrored.appeared(cycle, [name for name in waited if name_of(name).casefold() in groups])
    return None


def preview(connection: Connection) -> list[dict[str, Any]]:
    """What the next cycle would have customers show; nothing is kept and nothing is sent."""
    found = read_both(connection, full=True)
    if isinstance(found, Failure):
        return [{"problem": found.text}]
    wanted, left_out = cards(connection, replace(found))
    sent_before = dict(mirror.settled(connection.name, FLOW).iter_rows())
    rows: list[dict[str, Any]] = []
    for key in sorted(wanted.keys() | left_out.keys(), key=int):
        if sent_before.get(key) != wanted.get(key):
            email = found.buyers[int(key)].email
            rows.append({"customer": int(key), "email": email, "sent": sent_before.get(key, "")})
            rows[-1] |= {"wanted": wanted.get(key, ""), "left_out": left_out.get(key, "")}
    return rows
