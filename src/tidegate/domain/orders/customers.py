"""Whose ERP account an order goes to.

Stated order: the connection's own mapping, then the account that the store knows, then the e-mail.
An e-mail proves nothing, since anybody can type one: it never serves a guest, it serves a signed-in
customer only on websites whose addresses the operator trusts, and it never is a :func:`proof`.
Deciding and asking are apart: :func:`wanted_account` says what must be looked up,
:func:`after_look_up` decides by the answers. Why: `docs/decisions/0014-an-e-mail-proves-nothing.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_customer
from tidegate.domain.orders.keys import customer_key
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.person import Person

MAPPED = "mapping"
KNOWN_BY_STORE = "account known by the store"
CREATED = "created by Tidegate"
BY_OPERATOR = "operator"
BY_EMAIL = "e-mail"
WEB_ACCOUNT = "web account"
#: Ways to an account that cannot be taken by typing another person's address.
PROOFS = (MAPPED, KNOWN_BY_STORE, CREATED, BY_OPERATOR)
#: How long we make references ourselves where a product keeps more: with a customer's number, with a digest.
NUMBERED, DIGESTED = 8, 16
LEAST_OWN = 4  #: characters behind the prefix, so that references of two customers are two
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRules:
    """What the connection says about customers; "" = not set."""

    unknown: Literal["create", "web-account", "hold"] = "hold"
    guest_account: str = ""
    web_account: str = ""  #: for `unknown = "web-account"`; "" = the guest account
    create_on_hold: bool = False
    account_prefix: str = "W"
    account_length: int  #: the longest account reference that the product keeps
    accounts: Mapping[str, str] = field(default_factory=dict)  #: e-mail or Magento customer id -> account
    trust_emails: tuple[str, ...] = ()  #: websites that prove a customer's e-mail address
    connection: str = "NAME"  #: only for texts that name the configuration key


@dataclass(frozen=True, slots=True)
class UseAccount:
    """The order goes to this account. `how` says why, for the audit trail."""

    account: str
    how: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the company: by account reference or by e-mail. `key` names the answer."""

    key: str
    account: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class LookUp:
    """The company must be asked; the first query with an answer counts."""

    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCustomer:
    """A minimal account must be created first. `account` is the first candidate.

    When the company says that it exists already, `account_reference(prefix, identity, length, n)` gives
    the next ones.
    """

    key: str  #: the ledger's name of it, e.g. `magento:main:customer:17`
    stored_key: str  #: our key of it, as the company keeps it
    currency: str = ""  #: of the account; "" = the company decides
    account: str
    prefix: str
    length: int  #: of an account reference, at most
    identity: str  #: what the candidates are made of
    name: str
    email: str
    address: Address
    vat_number: str = ""
    on_hold: bool = False


class Match(Protocol):
    """An account of the company, as a look-up returns it (`sage.port.CustomerMatch` fits)."""

    @property
    def account(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str:
        """Our own key, when Tidegate created the account."""
        ...

    @property
    def currency(self) -> str:
        """The account's; "" = not stated."""
        ...


Decision = UseAccount | LookUp | Failure
Answer = UseAccount | CreateCustomer | Failure


def wanted_account(person: Person, rules: CustomerRules) -> Decision:
    """Where the order goes, or what must be looked up to know it.

    A guest goes to the guest account, whatever address was typed; without one the order is held for
    `customer:<website>:guest`. A mapping by e-mail on a website whose addresses prove nothing is a
    person's decision.
    """
    customer = person.customer
    if customer.id is None:
        if rules.guest_account:
            return UseAccount(rules.guest_account, "guest account")
        return Failure(
            Code.UNKNOWN_CUSTOMER,
            f"Order {person.label} was placed by a guest, and no guest account is set. Add guest_account to "
            f"[connections.{rules.connection}.customers].",
            missing=missing_customer(person.website, "guest"),
            sent=False,
        )
    mapped = mapped_by_id(customer.id, rules.accounts)
    if mapped:
        return UseAccount(mapped, MAPPED)
    mapped = mapped_by_email(customer.email, rules.accounts)
    if mapped and person.website not in rules.trust_emails:
        return _unproven(person, rules, mapped)
    return UseAccount(mapped, BY_EMAIL) if mapped else LookUp(_queries(person))


def account_inside(person: Person, rules: CustomerRules) -> str:
    """The account of an order that carries its customer: the mapped one; "" for all others.

    Nothing is looked up, created or waited for: the company knows its customers by what the orders say of them.
    """
    customer = person.customer
    if customer.id is None:
        return ""
    by_email = mapped_by_email(customer.email, rules.accounts) if person.website in rules.trust_emails else ""
    return mapped_by_id(customer.id, rules.accounts) or by_email


def after_look_up(
    person: Person,
    rules: CustomerRules,
    matches: Mapping[str, Sequence[Match]],
    key: str,
) -> Answer:
    """Decide by the company's answers: `matches` holds a list for each :class:`Query` key.

    An account that Tidegate created for this very customer wins; one that it created for another
    Magento customer is never taken, though the e-mail be the same (e-mails are unique per website
    only). Several accounts that fit are a `review` failure that names them. `key` is the customer's as the
    company keeps it, "" for a guest; where the person has a currency only accounts of that one count.
    """
    ours, currency = key, person.currency
    if currency:
        matches = {
            name: [each for each in found if each.currency in ("", currency)]
            for name, found in matches.items()
        }
    for match in (match for found in matches.values() for match in found):
        if ours and match.key == ours:
            return UseAccount(match.account, CREATED)
    for query in _queries(person):
        found = {match.account: match for match in matches.get(query.key, ()) if not match.key}
        if len(found) > 1:
            return _ambiguous(person, query, found)
        for account in found:
            if query.account:
                return UseAccount(account, KNOWN_BY_STORE)
            if person.website in rules.trust_emails:
                return UseAccount(account, BY_EMAIL)
            return _unproven(person, rules, account)
    return _unknown(person, rules, ours)


def account_reference(prefix: str, identity: str, length: int, attempt: int = 0) -> str:
    """A deterministic account reference of at most `length` characters, upper case.

    `identity` is the Magento customer id or, without one, the e-mail. The first candidate of an id
    shows it (`W0000017`); the others, and those of e-mails, are digests, so that every attempt
    gives another one and every run the same ones. Raises ValueError for a prefix that leaves
    fewer than four characters or holds anything but letters and digits.
    """
    prefix = prefix.upper()
    room = length - len(prefix)
    if room < LEAST_OWN or not all(sign in _DIGITS for sign in prefix):
        raise ValueError(f"an account prefix has at most {length - LEAST_OWN} letters and digits: {prefix!r}")
    if attempt == 0 and identity.isascii() and identity.isdigit() and len(identity) <= room:
        return prefix + identity.rjust(min(room, max(NUMBERED - len(prefix), LEAST_OWN)), "0")
    number = int.from_bytes(hashlib.sha256(f"{identity.lower()}#{attempt}".encode()).digest(), "big")
    signs = ""
    for _ in range(min(room, max(DIGESTED - len(prefix), LEAST_OWN))):
        number, digit = divmod(number, len(_DIGITS))
        signs += _DIGITS[digit]
    return prefix + signs


def proof(how: str) -> bool:
    """Whether an account that was found so is the customer's beyond doubt: for their invoices and prices."""
    return how in PROOFS


def mapped_by_id(customer_id: int, accounts: Mapping[str, str]) -> str:
    """The account that the configuration gives this customer of the store; "" = none."""
    return accounts.get(str(customer_id), "")


def mapped_by_email(email: str, accounts: Mapping[str, str]) -> str:
    """The account that the configuration gives this e-mail address; "" = none."""
    wanted = email.strip().lower()
    if not wanted:
        return ""
    return next((account for name, account in accounts.items() if name.strip().lower() == wanted), "")


def _queries(person: Person) -> tuple[Query, ...]:
    customer = person.customer
    queries = []
    if customer.account:
        queries.append(Query(key=f"account:{customer.account}", account=customer.account))
    email = customer.email.strip().lower()
    if email:
        queries.append(Query(key=f"email:{email}", email=email))
    return tuple(queries)


def _ambiguous(person: Person, query: Query, found: Mapping[str, Match]) -> Failure:
    accounts = ", ".join(f"{match.account} ({match.name})" for match in found.values())
    return Failure(
        Code.AMBIGUOUS_CUSTOMER,
        f"{len(found)} accounts match {query.account or query.email}: {accounts}. Map the customer to one "
        "of them under customers.accounts, or merge the accounts in Sage.",
        sent=False,
        details={"accounts": ", ".join(found), "customer": query.account or query.email},
    )


def _unproven(person: Person, rules: CustomerRules, account: str) -> Failure:
    customer = person.customer
    return Failure(
        Code.UNPROVEN_CUSTOMER,
        f"Only the e-mail {customer.email} links customer {customer.id} of {person.website} to account "
        f"{account}, and anybody can register with an address. If the account belongs to this customer, map "
        f'"{customer.id}" = "{account}" under customers.accounts; if {person.website} confirms '
        f"addresses, add it to trust_emails of [connections.{rules.connection}.customers].",
        missing=missing_customer(person.website, str(customer.id)),
        sent=False,
        details={"accounts": account, "customer": str(customer.id)},
    )


def _unknown(person: Person, rules: CustomerRules, key: str) -> Answer:
    customer, currency = person.customer, person.currency
    if rules.unknown == "web-account" and (rules.web_account or rules.guest_account):
        return UseAccount(rules.web_account or rules.guest_account, WEB_ACCOUNT)
    if rules.unknown == "create" and customer.id is not None:
        identity = f"{customer.id}/{currency}" if currency else str(customer.id)
        return CreateCustomer(
            key=customer_key(person.store, customer.id, currency),
            stored_key=key,
            currency=currency,
            account=account_reference(rules.account_prefix, identity, rules.account_length),
            prefix=rules.account_prefix,
            length=rules.account_length,
            identity=identity,
            name=person.billing.company or customer.name or person.billing.name or customer.email,
            email=customer.email,
            address=person.billing,
            vat_number=customer.vat_number or person.billing.vat_id,
            on_hold=rules.create_on_hold,
        )
    remedy = "Create the account in Sage or map it under customers.accounts"
    if rules.unknown == "web-account":
        remedy += f", or set web_account in [connections.{rules.connection}.customers]"
    return Failure(
        Code.UNKNOWN_CUSTOMER,
        f"Sage has no account for {customer.email} (customer {customer.id} of {person.website}). {remedy}.",
        missing=missing_customer(person.website, customer.email.strip().lower()),
        sent=False,
    )
