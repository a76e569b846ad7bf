"""First load: read both systems' customers and products, pair them, keep what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import CustomerRecord, ProductRecord
from tidegate.domain.masters.match_decisions import Decision
from tidegate.domain.masters.matching import (
    CUSTOMER_RULES,
    PRODUCT_RULES,
    Pair,
    Record,
    loose,
    match,
    normal,
    unmatched,
)
from tidegate.domain.orders.customers import BY_OPERATOR
from tidegate.flows.connection import Connection
from tidegate.flows.desks import lacks
from tidegate.flows.stored_keys import customer_keys
from tidegate.ledger import customers as links
from tidegate.ledger.customers import KnownCustomer
from tidegate.ledger.database import transaction
from tidegate.magento.customers import StoreCustomers, WireCustomer
from tidegate.magento.product_list import ListedProduct, read_products
from tidegate.magento.shop import Website
from tidegate.sage.port.session import Purpose

#: A bundle or a configurable is its parts to the company; they are matched, it is not.
COMPOSITE = ("configurable", "bundle", "grouped")


@dataclass(frozen=True, slots=True)
class Matching:
    """Both sides and their pairs, by kind (`customer`, `product`)."""

    pairs: Mapping[str, Sequence[Pair]]
    left_over: Mapping[str, Sequence[Record]]  #: of the company
    company: Mapping[str, frozenset[str]]  #: ids that exist
    websites: Mapping[str, str]  #: Magento customer id -> website code
    targets: Mapping[str, str]  #: account -> the company's own id

    @property
    def store(self) -> dict[str, frozenset[str]]:
        """The store's ids by kind."""
        return {kind: frozenset(pair.store.id for pair in found) for kind, found in self.pairs.items()}


def look(connection: Connection, *, account: str = "", barcode: str = "") -> Matching | Failure:
    """Read and pair everything; sends nothing. `account` and `barcode` name attributes of the store."""
    websites = connection.store.shop.websites()
    if isinstance(websites, Failure):
        return websites
    customers = read_customers(connection, websites)
    if isinstance(customers, Failure):
        return customers
    goods = read_products(connection.store.client, barcode)
    if isinstance(goods, Failure):
        return goods
    with connection.company.session(Purpose.READING) as session:
        if isinstance(session, Failure):
            return session
        if session.customers is None or session.products is None:
            return lacks("customers" if session.customers is None else "products")
        accounts = session.customers.read(None)
        if isinstance(accounts, Failure):
            return accounts
        products = session.products.read(None)
        if isinstance(products, Failure):
            return products
    named = {website.id: website.code for website in websites}
    store = connection.settings.store
    stored = customer_keys(connection, [(store, each.id) for each in customers])
    owners = {key: str(number) for (_, number), key in stored.items()}
    buyers = [store_customer(each, account, stored[store, each.id]) for each in customers]
    debtors = [company_customer(each, owners) for each in accounts.rows if not each.hidden]
    skus = connection.settings.skus
    ours = [store_product(each, skus) for each in goods if each.type not in COMPOSITE]
    theirs = [company_product(each) for each in products.rows if each.active and each.sellable]
    pairs = {
        "customer": match(buyers, debtors, CUSTOMER_RULES, shared=True),
        "product": match(ours, theirs, PRODUCT_RULES, shared=False),
    }
    return Matching(
        pairs,
        {"customer": unmatched(debtors, pairs["customer"]), "product": unmatched(theirs, pairs["product"])},
        {
            "customer": frozenset(each.account for each in accounts.rows),
            "product": frozenset(each.sku for each in products.rows),
        },
        {str(each.id): named.get(each.website_id or 0, "") for each in customers},
        {each.account: each.id for each in accounts.rows},
    )


def read_customers(connection: Connection, websites: Iterable[Website]) -> list[WireCustomer] | Failure:
    """The customers of the connection's websites."""
    ours = {website.id for website in websites if website.code in connection.settings.websites}
    found: list[WireCustomer] = []
    for page in StoreCustomers(connection.store.client, connection.page_size).customers():
        if isinstance(page, Failure):
            return page
        found += [each for each in page.customers if each.website_id in ours]
    return found


def store_customer(each: WireCustomer, attribute: str, key: str) -> Record:
    """A customer as the rules compare one, with the key that the company would keep; the VAT id is the customer's own or that of an address."""
    known = {one.attribute_code: str(one.value or "") for one in each.custom_attributes or ()}
    vat = each.taxvat or next((one.vat_id for one in each.addresses or () if one.vat_id), None) or ""
    name = " ".join(part for part in (each.firstname, each.lastname) if part)
    company = next((one.company for one in each.addresses or () if one.company), None)
    values = {
        "key": key,
        "account": normal(known.get(attribute, "")) if attribute else "",
        "email": normal(each.email),
        "vat": loose(vat),
    }
    return Record(str(each.id), f"{name} ({company})" if company else name, values)


def company_customer(each: CustomerRecord, owners: Mapping[str, str]) -> Record:
    """An account as the rules compare one; `owners` says whose a key is, as far as the store has them."""
    owner = owners.get(each.key, each.key)
    values = {
        "key": each.key,
        "account": normal(each.account),
        "email": normal(each.email),
        "vat": loose(each.vat_number),
    }
    return Record(each.account, each.name, values, owner)


def store_product(each: ListedProduct, skus: Mapping[str, str]) -> Record:
    """A product as the rules compare one; an SKU that is mapped already counts by its code."""
    code = skus.get(each.sku, each.sku)
    return Record(
        each.sku, each.name, {"sku": code.strip(), "barcode": loose(each.attribute), "loose": loose(code)}
    )


def company_product(each: ProductRecord) -> Record:
    """A product of the company as the rules compare one."""
    return Record(
        each.sku,
        each.name,
        {"sku": each.sku.strip(), "barcode": loose(each.barcode), "loose": loose(each.sku)},
    )


def keep(connection: Connection, found: Matching, decisions: Sequence[Decision]) -> dict[str, str]:
    """Tie customers to their accounts; returns SKUs that differ in Sage, for `skus` of the file.

    The configuration is the operator's own text: it is shown what to add, and nothing writes there.
    """
    known = [
        KnownCustomer(
            connection.name,
            found.websites.get(each.store_id, ""),
            links.key_of(each.store_id),
            each.company_id,
            found.targets.get(each.company_id, ""),
            BY_OPERATOR,
        )
        for each in decisions
        if each.kind == "customer"
    ]
    with transaction("match"):
        links.save(known, connection.clock.now())
    mapped = connection.settings.skus
    return {
        each.store_id: each.company_id
        for each in decisions
        if each.kind == "product" and mapped.get(each.store_id, each.store_id) != each.company_id
    }
