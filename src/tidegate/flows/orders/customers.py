"""Whose account each order of a batch goes to: matched, or created first, exactly once.

Creating is a delivery of its own (step `customer`) with the same discipline
as an order: recorded before it leaves, in doubt without an answer, looked up before it is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.orders.billing_lines import stated
from tidegate.domain.orders.customers import (
    BY_EMAIL,
    CREATED,
    CreateCustomer,
    LookUp,
    UseAccount,
    account_inside,
    account_reference,
    after_look_up,
    wanted_account,
)
from tidegate.domain.orders.expressed import Customers
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.person import Person, who_ordered
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows import account_book
from tidegate.flows.cycle import Cycle
from tidegate.flows.mapping import customer_rules
from tidegate.flows.orders import new_accounts
from tidegate.flows.orders.confirmed import CONFIRMING
from tidegate.flows.stored_keys import customer_keys, register_customers
from tidegate.flows.writing import sending
from tidegate.flows.writing.attempts import Record, settled_before
from tidegate.ledger import customers as links
from tidegate.ledger import delivery, lookups, queue
from tidegate.ledger.customers import KnownCustomer
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.operators import OPERATOR
from tidegate.ledger.queue import Item
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery, NewCustomer, NewCustomerDesk
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.session import Session

FLOW = "orders"
STEP = "customer"
#: Candidates for an account reference that are tried before a person is asked.
MOST_REFERENCES = 5
#: Deliveries of accounts no longer needed that one cycle removes from the queue, at most.
MOST_FORGOTTEN = 100

Account = str | Failure


class CustomerDesk:
    """Finds or creates accounts, on one seat."""

    def __init__(self, cycle: Cycle, session: Session) -> None:
        self.cycle = cycle
        self.session = session
        self.rules = customer_rules(cycle.name, cycle.connection.settings, session.orders.about)
        self.by_currency = session.orders.about.customers is Customers.CONTACT_PER_CURRENCY
        self.inside = session.orders.about.customers is Customers.INSIDE_THE_ORDER
        by_rule = cycle.connection.settings.accounts.hold_orders
        self.on_hold = account_book.on_hold(cycle.name) if by_rule else frozenset[str]()

    def accounts(self, items: Sequence[Item], orders: Mapping[int, Order]) -> dict[int, Account]:
        """Item id -> account, or why there is none. An item is left out when the company could not be asked."""
        if self.inside:
            return {
                item.id: self.unless_on_hold(account_inside(who_ordered(orders[item.id]), self.rules))
                for item in items
            }
        persons = {item_id: self.person(order) for item_id, order in orders.items()}
        with self.cycle.accounts:  # two seats must not create one customer
            answers, creations = self.decide(persons)
            for creation, wanting in creations.values():
                account = self.create(creation, persons[wanting[0]])
                if account is None:
                    continue
                for item_id in wanting:
                    answers[item_id] = account
            return {item.id: self.unless_on_hold(answers[item.id]) for item in items if item.id in answers}

    def known_account(self, item: Item, order: Order) -> Account:
        """The account as far as it can be known without creating anything; for releases."""
        if self.inside:
            return self.unless_on_hold(account_inside(who_ordered(order), self.rules))
        answers, creations = self.decide({item.id: self.person(order)})
        if item.id in answers:
            return self.unless_on_hold(answers[item.id])
        if creations:
            return self.pending_creation(next(iter(creations.values()))[0])
        return Failure(
            Code.UNKNOWN_CUSTOMER, "the company could not be asked for the account", missing=item.waits_for
        )

    def person(self, order: Order) -> Person:
        """Who ordered, with the currency of the account where the product has one for each."""
        if not self.by_currency:
            return who_ordered(order)
        terms = self.cycle.connection.terms()
        return who_ordered(order, order.currency if isinstance(terms, Failure) else stated(order, terms)[0])

    def unless_on_hold(self, account: Account) -> Account:
        """The account, or the wait for the end of its hold; orders that wait for it are tried every cycle."""
        if isinstance(account, Failure) or account not in self.on_hold:
            return account
        return Failure(
            Code.CUSTOMER_PENDING,
            f"account {account} is on hold in the company; the order goes out when the hold ends",
            missing=f"hold:{account}",
            sent=False,
        )

    def decide(
        self, persons: Mapping[int, Person]
    ) -> tuple[dict[int, Account], dict[str, tuple[CreateCustomer, list[int]]]]:
        """Answer from the rules, the ledger and one pooled look-up; what is left must be created."""
        answers: dict[int, Account] = {}
        creations: dict[str, tuple[CreateCustomer, list[int]]] = {}
        unknown: dict[int, LookUp] = {}
        for item_id, person in persons.items():
            decision = wanted_account(person, self.rules)
            who = link_key(person)
            remembered = links.find(self.cycle.name, person.website, [who]).get(links.key_of(who))
            if isinstance(decision, UseAccount):
                answers[item_id] = decision.account
            elif isinstance(decision, Failure):
                answers[item_id] = decision
            elif remembered is not None and self.counts(remembered, person.website):
                answers[item_id] = remembered.account
            else:
                unknown[item_id] = decision
        matches = self.look_up(unknown)
        if matches is None:
            return answers, creations
        for item_id in unknown:
            person = persons[item_id]
            answer = after_look_up(person, self.rules, matches, self.stored_key(person))
            if isinstance(answer, UseAccount):
                answers[item_id] = answer.account
                self.remember(person, answer.account, "", answer.how)
            elif isinstance(answer, Failure):
                answers[item_id] = answer
            else:
                creations.setdefault(answer.key, (answer, []))[1].append(item_id)
        return answers, creations

    def stored_key(self, person: Person) -> str:
        """Our key of who it is, as the company keeps it; "" for a guest."""
        if person.customer.id is None:
            return ""
        source = (person.store, person.customer.id)
        return customer_keys(self.cycle.connection, [source], person.currency)[source]

    def counts(self, link: KnownCustomer, website: str) -> bool:
        """Whether a remembered account may be used: one found by e-mail only where e-mail addresses are trusted."""
        return link.how != BY_EMAIL or website in self.rules.trust_emails

    def look_up(self, unknown: Mapping[int, LookUp]) -> Mapping[str, Sequence[CustomerMatch]] | None:
        """One pooled question for all; None when the company could not be asked.

        A product that cannot be asked for customers knows none of them: the rules for unknown ones decide.
        """
        queries = {query.key: query for each in unknown.values() for query in each.queries}
        if not queries:
            return {}
        if not self.cycle.may_call_company():
            return None
        asked = [
            CustomerQuery(key=each.key, account=each.account, email=each.email) for each in queries.values()
        ]
        desk = self.session.customers
        found = {each.key: [] for each in asked} if desk is None else desk.find(asked)
        if isinstance(found, Failure):
            self.cycle.call_failed(found)
            return None
        return found

    def create(self, creation: CreateCustomer, person: Person) -> Account | None:
        """Create the account, or say what its orders wait for; None when the cycle ended meanwhile."""
        if not self.cycle.may_call_company():
            return None
        desk = self.session.new_customers
        if desk is None:
            return self.by_hand(creation)
        with transaction("registration"):
            ids = delivery.create_many([self.registration(creation, person)], self.cycle.now())
            creation = self.with_key(creation, person)
        (item,) = lookups.items([ids[creation.key]])
        there = desk.find_created([creation.stored_key])
        if isinstance(there, Failure):
            self.cycle.call_failed(there)
            return None
        match = there[creation.stored_key]
        if match is not None:
            return self.adopt(item, person, match)
        if item.state is State.IN_DOUBT:
            if item.changed_at > settled_before(self.cycle):
                return self.pending_creation(creation)
            self.cycle.apply([self.cycle.after_absence(item)])
        elif item.state is State.CONFIRMED:
            return self.vanished(creation, item)
        elif item.state is State.CANCELLED and item.reason_code != OPERATOR:  # nobody needed it for a while
            self.cycle.apply([Verdict(item.id, "p", text="an order needs the account again")])
        elif item.state is not State.QUEUED:
            return self.pending_creation(creation)
        wanted = self.free_reference(creation)
        if wanted is None or not self.cycle.may_call_company():
            return None
        if isinstance(wanted, Failure):
            self.cycle.apply([self.cycle.after_failure(item, wanted, None)])
            return self.pending_creation(creation)
        return self.send(desk, item, creation, person, wanted)

    def with_key(self, creation: CreateCustomer, person: Person) -> CreateCustomer:
        """Add the key that the account will have in the company, before anything is sent; in a transaction."""
        source, now = (person.store, person.customer.id or 0), self.cycle.now()
        made = register_customers(self.cycle.connection, {source: creation.key}, now, creation.currency)
        return replace(creation, stored_key=made[source])

    def send(
        self, desk: NewCustomerDesk, item: Item, creation: CreateCustomer, person: Person, reference: str
    ) -> Account:
        """One attempt to create."""
        customer = NewCustomer(
            key=creation.stored_key,
            account=reference,
            name=creation.name,
            email=creation.email,
            address=creation.address,
            vat_number=creation.vat_number,
            on_hold=creation.on_hold,
            currency=creation.currency,
        )
        payload = msgspec.to_builtins(customer, builtin_types=(), str_keys=True)
        writing = new_accounts.writing(self.cycle, self.session, partial(self.carry_out, person))
        record = Record(item, customer.key, payload_hash(payload), payload)
        sending.send(self.cycle, writing, [record], lambda _: [(customer.key, desk.create(customer))])
        (sent,) = lookups.items([item.id])
        if sent.state is not State.CONFIRMED:
            return self.pending_creation(creation)
        return sent.target_number

    def adopt(self, item: Item, person: Person, match: CustomerMatch) -> Account:
        """The account is there already: an earlier answer was lost."""
        accepted = Accepted(id=match.id, number=match.account)
        if item.state in (State.IN_DOUBT, State.QUEUED, State.HANDED_OVER, State.REVIEW, State.HELD):
            with transaction("outcome"):
                self.carry_out(person, new_accounts.confirm(item, accepted, None))
        else:
            self.remember(person, match.account, match.id, CREATED)
        return match.account

    def carry_out(self, person: Person, verdicts: Sequence[Verdict]) -> None:
        """Carry out the transitions and store whose account it is, in a transaction."""
        new_accounts.carry_out(self.cycle, verdicts)
        made = [each for each in verdicts if each.letter in CONFIRMING]
        known = [self.link(person, each.target_number, each.target_id, CREATED) for each in made]
        links.save(known, self.cycle.now())

    def remember(self, person: Person, account: str, target_id: str, how: str) -> None:
        """Keep the match, so that the next order of this customer costs no call."""
        with transaction("customer"):
            links.save([self.link(person, account, target_id, how)], self.cycle.now())

    def link(self, person: Person, account: str, target_id: str, how: str) -> KnownCustomer:
        """The ledger's note that this customer has this account."""
        who = link_key(person)
        return KnownCustomer(self.cycle.name, person.website, who, account, target_id, how)

    def free_reference(self, creation: CreateCustomer) -> str | Failure | None:
        """The first candidate that no account of the company has; None when it could not be asked."""
        candidates = [
            account_reference(creation.prefix, creation.identity, creation.length, n)
            for n in range(MOST_REFERENCES)
        ]
        desk = self.session.customers
        if desk is None:
            return candidates[0]
        found = desk.find([CustomerQuery(key=each, account=each) for each in candidates])
        if isinstance(found, Failure):
            self.cycle.call_failed(found)
            return None
        for candidate in candidates:
            if not found[candidate]:
                return candidate
        return Failure(
            Code.REFUSED,
            f"every account reference tried for {creation.email} is already used: {', '.join(candidates)}. "
            "Map the customer under customers.accounts, or change account_prefix.",
        )

    def registration(self, creation: CreateCustomer, person: Person) -> NewDelivery:
        """The delivery that creates the account."""
        return NewDelivery(
            connection=self.cycle.name,
            flow=FLOW,
            step=STEP,
            key=creation.key,
            source_id=None,
            label=creation.email,
            subject=msgspec.json.encode({"email": creation.email, "website": person.website}).decode(),
            state=State.QUEUED,
        )

    def pending_creation(self, creation: CreateCustomer) -> Failure:
        """What the orders of a customer wait for whose account is not there yet."""
        return Failure(
            Code.CUSTOMER_PENDING,
            f"the account for {creation.email} is being created; the order waits for it",
            missing=missing_thing("registration", creation.key),
            sent=False,
        )

    def by_hand(self, creation: CreateCustomer) -> Failure:
        """The product does not let accounts be created from outside."""
        return Failure(
            Code.UNKNOWN_CUSTOMER,
            f"Tidegate cannot create the account for {creation.email} in this Sage product. Create it in "
            "Sage, and map the customer under customers.accounts.",
            missing=missing_thing("customer", creation.email),
            sent=False,
        )

    def vanished(self, creation: CreateCustomer, item: Item) -> Failure:
        """The account existed once: it was deleted in the company, or lost our key."""
        return Failure(
            Code.UNKNOWN_CUSTOMER,
            f"account {item.target_number} was created for {creation.email}, but Sage no longer has it. "
            "Restore it, or map the customer under customers.accounts.",
            missing=missing_thing("customer", creation.email),
            sent=False,
        )


def forget_unneeded(cycle: Cycle) -> None:
    """Drop the creation of accounts whose orders no longer need it."""
    wanted = queue.due(cycle.name, FLOW, STEP, MOST_FORGOTTEN, cycle.now())
    if not wanted or queue.depth(cycle.name, FLOW, "order"):
        return
    unneeded = [
        item
        for item in wanted
        if not lookups.held_for(cycle.name, FLOW, "order", missing_thing("registration", item.key), limit=1)
    ]
    cycle.apply([Verdict(item.id, "m", text="no order needs the account any more") for item in unneeded])


def link_key(person: Person) -> str:
    """Who the customer is within a website: the Magento id, or the e-mail of a guest; and which of their accounts."""
    who = str(person.customer.id) if person.customer.id is not None else person.customer.email.strip().lower()
    return f"{who}/{person.currency}" if person.currency else who
