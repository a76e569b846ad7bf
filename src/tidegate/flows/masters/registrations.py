"""The `registrations` flow: each new customer of the store gets a minimal account in the company, or a review.

An order of a new customer creates the same delivery under the same key (`flows/orders/customers.py`). The flow that
comes first creates the account; the other one waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.orders.customers import (
    CreateCustomer,
    CustomerRules,
    LookUp,
    after_look_up,
    wanted_account,
)
from tidegate.domain.orders.keys import customer_key
from tidegate.domain.orders.order import Address, Customer
from tidegate.domain.orders.person import Person
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import lacks, missing
from tidegate.flows.fence import fenced, park
from tidegate.flows.mapping import customer_rules
from tidegate.flows.orders import new_accounts
from tidegate.flows.orders.customers import STEP, Account, CustomerDesk
from tidegate.flows.orders.verification import verify_customers
from tidegate.flows.stored_keys import customer_keys
from tidegate.flows.writing import results
from tidegate.ledger import cursors, delivery, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item
from tidegate.magento.customers import StoreCustomers, WireCustomer, WireCustomerAddress, created_at
from tidegate.sage.port.customers import CustomerQuery
from tidegate.sage.port.session import Purpose, Session

FLOW = "registrations"
#: Each reading starts this long before the last one, because the store may save a customer late.
OVERLAP = timedelta(minutes=15)
#: Cursor with the ids of customers that could not be read; every cycle reads them again.
UNREAD = "unread"

_SUBJECT = msgspec.json.Decoder(Person)


class RegistrationDesk(CustomerDesk):
    """Creates accounts for registered customers. Its base class creates them for orders."""

    def __init__(self, cycle: Cycle, session: Session) -> None:
        super().__init__(cycle, session)
        self.rules = replace(
            customer_rules(cycle.name, cycle.connection.settings, session.orders.about),
            unknown="create",
            create_on_hold=cycle.connection.settings.accounts.approval == "hold",
        )

    def registration(self, creation: CreateCustomer, person: Person) -> NewDelivery:
        """The delivery that creates the account. It stores the person, so the customer is not read again."""
        needs_review = self.cycle.connection.settings.accounts.approval == "review"
        return NewDelivery(
            connection=self.cycle.name,
            flow=FLOW,
            step=STEP,
            key=creation.key,
            label=creation.email,
            subject=msgspec.json.encode(person).decode(),
            state=State.REVIEW if needs_review else State.QUEUED,
            reason="new customer in the store: `tidegate queue retry` creates the account in Sage"
            if needs_review
            else "",
        )

    def refused(self, person: Person, failure: Failure) -> NewDelivery:
        """The delivery in review of a customer whose account could not be decided, e.g. because several match."""
        return NewDelivery(
            connection=self.cycle.name,
            flow=FLOW,
            step=STEP,
            key=customer_key(person.store, person.customer.id or 0),
            label=person.customer.email,
            subject=msgspec.json.encode(person).decode(),
            state=State.REVIEW,
            reason_code=failure.code,
            reason=failure.text,
        )


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    with transaction("reclaim"):
        cycle.count("in_doubt", delivery.reclaim(cycle.lease, cycle.now()))
    found = newcomers(cycle.connection)
    if isinstance(found, Failure):
        cycle.store_failed(found)
        found = Newcomers({})
    elif not found.persons:
        with transaction("registrations"):
            keep_unread(cycle, found.bad, found.unforeseen)
    waiting = queue.depth(cycle.name, FLOW, STEP) or results.are_waited_for(cycle)
    if not cycle.may_call_company() or not (found.persons or waiting or in_doubt(cycle)):
        return
    with cycle.session(Purpose.WRITING) as session:
        if session is None:
            return
        lacking = missing(session, FLOW)
        if lacking:
            cycle.call_failed(lacks(lacking[0]))
            return
        new_accounts.collect(cycle, session)
        verify_customers(cycle, session)
        desk = RegistrationDesk(cycle, session)
        if found.persons and cycle.may_call_company():
            take_in(cycle, desk, found)
        for item in queue.due(
            cycle.name, FLOW, STEP, cycle.connection.settings.flows[FLOW].batch, cycle.now()
        ):
            if not cycle.may_call_company():
                return
            cycle.keep_lease()
            failure = fenced(item.label, partial(make, desk, item))
            if failure is not None:
                park(cycle, [item], failure)


def in_doubt(cycle: Cycle) -> bool:
    """Whether a delivery is in doubt: its account may have been created."""
    return bool(queue.in_doubt(cycle.name, FLOW, STEP, cycle.now(), 1))


def take_in(cycle: Cycle, desk: RegistrationDesk, found: Newcomers) -> None:
    """Create a delivery for each customer without an account, and move the cursor, in one commit."""
    answers, creations, unforeseen = decided(desk, found.persons)
    if cycle.ended_by is not None:
        return
    specs = [desk.registration(creation, found.persons[ids[0]]) for creation, ids in creations]
    specs += [
        desk.refused(found.persons[customer_id], answer)
        for customer_id, answer in answers.items()
        if isinstance(answer, Failure)
    ]
    with transaction("registrations"):
        delivery.create_many(specs, cycle.now())
        keep_unread(cycle, found.bad, {**found.unforeseen, **unforeseen})
        # only the old cursor finds a row without an id again
        if all(row.key is not None for row in found.bad):
            cursors.move(cycle.name, FLOW, "created", cycle.started.isoformat(), cycle.now())
    cycle.count("read", len(found.persons))
    cycle.count("captured", len(specs))


def decided(
    desk: RegistrationDesk, persons: Mapping[int, Person]
) -> tuple[dict[int, Account], list[tuple[CreateCustomer, list[int]]], dict[int, Failure]]:
    """Decide the account of each person.

    Returns the known accounts (or failures) by customer id, each account to create with the ids that share it, and
    the unforeseen errors by customer id.
    """
    together = fenced("new customers", partial(desk.decide, persons))
    if not isinstance(together, Failure):
        return together[0], list(together[1].values()), {}
    answers: dict[int, Account] = {}
    creations: list[tuple[CreateCustomer, list[int]]] = []
    unforeseen: dict[int, Failure] = {}
    for number, person in persons.items():  # decide one by one to find the record that fails
        alone = fenced(f"customer {number}", partial(desk.decide, {number: person}))
        if isinstance(alone, Failure):
            unforeseen[number] = alone
        else:
            answers |= alone[0]
            creations += alone[1].values()
    return answers, creations, unforeseen


def keep_unread(cycle: Cycle, bad: Sequence[BadRow], unforeseen: Mapping[int, Failure]) -> None:
    """Store the ids of the customers to read again in every cycle, and alert about unforeseen errors.

    Must run inside a transaction. The store's client has already reported the rows in `bad`.
    """
    ids = sorted({row.key for row in bad if row.key is not None} | unforeseen.keys())
    before = cursors.read(cycle.name, FLOW, UNREAD)
    if ids != (msgspec.json.decode(before) if before else []):
        cursors.move(cycle.name, FLOW, UNREAD, msgspec.json.encode(ids).decode(), cycle.now())
    for number, failure in unforeseen.items():
        cycle.ask_a_person(failure, f"{FLOW}: customer {number}")


def make(desk: RegistrationDesk, item: Item) -> None:
    """Find the account of a delivery, or create it."""
    person = _SUBJECT.decode(item.subject)
    answers, creations = desk.decide({0: person})
    for creation, _ in creations.values():
        desk.create(creation, person)
    account = answers.get(0)
    if isinstance(account, Failure):  # released from review, but the cause remains
        verdict = Verdict(item.id, "h", code=account.code, text=account.text)
        desk.cycle.apply([verdict])
    if isinstance(account, str):
        # created meanwhile: by hand, or for an order before the ledger was restored from a backup
        text = f"the company has the account {account}"
        desk.cycle.apply([Verdict(item.id, "e", text=text, target_id=account, target_number=account)])


@dataclass(frozen=True)
class Newcomers:
    """Customers who have registered since the last reading."""

    persons: Mapping[int, Person]  #: by customer id
    bad: Sequence[BadRow] = ()  #: those that the store's client could not read
    unforeseen: Mapping[int, Failure] = field(default_factory=dict)  #: unforeseen errors, by customer id


def newcomers(connection: Connection) -> Newcomers | Failure:
    """Customers of the connection's websites who registered since the last reading or could not be read then.

    Customers from before `capture.since` are left out. A failure: the store could not be read.
    """
    text = cursors.read(connection.name, FLOW, "created")
    since = datetime.fromisoformat(text) - OVERLAP if text else connection.settings.capture.since
    first = connection.settings.capture.since
    websites = connection.store.shop.websites()
    if isinstance(websites, Failure):
        return websites
    names = {each.id: each.code for each in websites if each.code in connection.settings.websites}
    store_customers = StoreCustomers(connection.store.client, connection.page_size)
    unread = msgspec.json.decode(cursors.read(connection.name, FLOW, UNREAD) or "[]", type=list[int])
    found: dict[int, Person] = {}
    bad: list[BadRow] = []
    unforeseen: dict[int, Failure] = {}
    again = [store_customers.page_of(unread)] if unread else []
    for page in chain(store_customers.customers(created=since), again):
        if isinstance(page, Failure):
            return page
        bad += page.bad
        for each in page.customers:
            at = created_at(each)
            if each.website_id in names and at is not None and (first is None or at >= first):
                website = names[each.website_id]
                person = fenced(f"customer {each.id}", partial(person_of, connection, each, website))
                if isinstance(person, Failure):
                    unforeseen[each.id] = person
                else:
                    found[each.id] = person
    return Newcomers(found, bad, unforeseen)


def person_of(connection: Connection, customer: WireCustomer, website: str) -> Person:
    """The person that a customer record of the store describes; `website` is its code."""
    return Person(
        label=f"customer {customer.id}",
        store=connection.store.name,
        website=website,
        customer=Customer(
            email=customer.email,
            name=" ".join(part for part in (customer.firstname, customer.lastname) if part),
            id=customer.id,
            group_id=customer.group_id,
            vat_number=customer.taxvat or "",
        ),
        billing=address_of(customer),
    )


def address_of(customer: WireCustomer) -> Address:
    """The customer's default billing address, else the first one, else only name and e-mail address."""
    addresses = customer.addresses or []
    chosen = next((each for each in addresses if each.default_billing), addresses[0] if addresses else None)
    one = chosen or WireCustomerAddress(firstname=customer.firstname, lastname=customer.lastname)
    return Address(
        name=" ".join(part for part in (one.firstname, one.lastname) if part),
        company=one.company or "",
        street=tuple(one.street or ()),
        city=one.city or "",
        region=(one.region.region if one.region else None) or "",
        postcode=one.postcode or "",
        country=one.country_id or "",
        telephone=one.telephone or "",
        email=customer.email,
        vat_id=one.vat_id or "",
    )


def preview(connection: Connection) -> list[dict[str, Any]]:
    """What the flow would do with each new customer, one row each. Reads both systems; writes and stores nothing."""
    found = newcomers(connection)
    if isinstance(found, Failure):
        return [{"problem": found.text}]
    persons = found.persons
    about = connection.company.about.orders
    rules = replace(customer_rules(connection.name, connection.settings, about), unknown="create")
    wanted = {number: wanted_account(person, rules) for number, person in persons.items()}
    queries = {
        query.key: CustomerQuery(key=query.key, account=query.account, email=query.email)
        for each in wanted.values()
        if isinstance(each, LookUp)
        for query in each.queries
    }
    matches: Mapping[str, Any] | Failure = {}
    if queries:
        with connection.company.session(Purpose.READING) as session:
            if isinstance(session, Failure):
                matches = session
            elif session.customers is None:
                matches = lacks("customers")
            else:
                matches = session.customers.find(list(queries.values()))
    if isinstance(matches, Failure):
        return [{"problem": matches.text}]
    unread = [
        {"customer": row.key, "email": row.name, "would": "wait", "reason": row.why} for row in found.bad
    ]
    return [*_rows(connection, persons, wanted, rules, matches), *unread]


def _rows(
    connection: Connection,
    persons: Mapping[int, Person],
    wanted: Mapping[int, Any],
    rules: CustomerRules,
    matches: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    approval = connection.settings.accounts.approval
    for number, person in persons.items():
        answer = wanted[number]
        if isinstance(answer, LookUp):
            source = (person.store, person.customer.id or 0)
            answer = after_look_up(person, rules, matches, customer_keys(connection, [source])[source])
        row: dict[str, Any] = {"customer": person.customer.id, "email": person.customer.email}
        if isinstance(answer, CreateCustomer):
            yield row | {"would": "review" if approval == "review" else "create", "account": answer.account}
        elif isinstance(answer, Failure):
            yield row | {"would": "review", "account": "", "reason": answer.text}
        else:
            yield row | {"would": "nothing", "account": answer.account}
