"""The `prices` flow: the company's price book, as each website can hold it, by the price endpoints only.

The book that was reported last is kept, so that a delta and a change of the day (a list begins or ends) need no
full reading. Everything is calculated from it; the mirror knows what the store has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing, names_of
from tidegate.domain.prices.prices import (
    ALL_GROUPS,
    CONTRACT,
    PriceKey,
    PriceRules,
    PriceSetting,
    contract_group,
    escaped,
    wanted_prices,
)
from tidegate.flows import mirrored, unreadable
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.prices import book as price_book
from tidegate.flows.prices import enquiries as price_enquiries
from tidegate.flows.prices import tier_prices
from tidegate.flows.prices.places import Place, remembered_places
from tidegate.flows.prices.reading import FLOW, Book, lists_of, read_book, today, with_contracts
from tidegate.flows.prices.screen import screen
from tidegate.flows.prices.writer import PriceWriter, folded
from tidegate.flows.skus import store_skus
from tidegate.ledger import cursors, marks, mirror
from tidegate.ledger.database import transaction
from tidegate.magento.customers import StoreCustomers
from tidegate.magento.prices import StorePrices
from tidegate.sage.port.session import Purpose
from tidegate.tables import pl


@dataclass(frozen=True)
class Wanted:
    """What the websites shall hold, and what is left out with the reason; by the mirror's keys."""

    values: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)  #: SKUs whose calculation failed: they stay as they are


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    connection = cycle.connection
    full = mirrored.full_is_due(cycle, connection.settings.prices.full_every)
    fresh = full or connection.price_places is None
    shelves = remembered_places(connection, fresh=fresh)
    if isinstance(shelves, Failure):
        refuse(cycle, shelves)
        return
    writer = writer_of(connection, shelves)
    with cycle.reading():
        mirrored.recover(cycle, writer)
        unanswered: Failure | None = None
        if cycle.may_call_company():
            with connection.company.session(Purpose.READING) as session:
                book = session if isinstance(session, Failure) else read_book(connection, session, full=full)
                if (
                    not isinstance(session, Failure)
                    and isinstance(book, Book)
                    and session.enquiries is not None
                ):
                    unanswered = price_enquiries.ask(
                        cycle, session.enquiries, lists_of(connection, book), book.touched or ()
                    )
            if isinstance(book, Failure):
                cycle.call_failed(book)
                if book.code is Code.OTHER_CONTENT:
                    cycle.ask_a_person(book, FLOW)
            else:
                unreadable.report(cycle.name, FLOW, unreadable.SAGE, book.bad, cycle.now())
                take_in(cycle, writer, with_contracts(connection, book), full=full)
    waiting = mirror.due(cycle.name, FLOW, cycle.now(), 1, None)
    if waiting and not fresh and cycle.may_go_on():
        look_again(cycle, shelves)
    with cycle.reading():
        known = cycle.may_go_on() and screen(cycle, writer)
    if known:
        mirrored.send(cycle, writer, connection.settings.prices.chunk)
    tier_prices.keep(connection, writer.no_tiers, cycle.now())
    if unanswered is not None and cycle.may_go_on():
        cycle.call_failed(unanswered)


def refuse(cycle: Cycle, failure: Failure) -> None:
    """The flow does not start; where it would mix companies' prices, a person is shown the way out."""
    cycle.call_failed(failure, of_company=False)
    if failure.code is Code.PRICE_SCOPE:
        cycle.ask_a_person(failure, FLOW)


def look_again(cycle: Cycle, shelves: Mapping[str, Place]) -> None:
    """Before anything is written: whether the store still keeps prices as it did when they were calculated."""
    now = remembered_places(cycle.connection, fresh=True)
    if isinstance(now, Failure):
        refuse(cycle, now)
    elif now != shelves:
        text = (
            "the store's websites or its price scope have changed: the next cycle calculates all prices again"
        )
        cycle.end(Failure(Code.TRANSIENT, text, sent=False))


def writer_of(connection: Connection, shelves: Mapping[str, Place]) -> PriceWriter:
    """The writer of the connection's prices."""
    store, chunk = StorePrices(connection.store.client), connection.settings.prices.chunk
    return PriceWriter(store, shelves, chunk, tier_prices.switched_off(connection))


def take_in(cycle: Cycle, writer: PriceWriter, book: Book, *, full: bool) -> None:
    """Calculate what is wanted of what changed, compare where it is time to, and keep all of it at once."""
    connection = cycle.connection
    setting = setting_of(connection, book, writer.places)
    if isinstance(setting, Failure):
        cycle.call_failed(setting)
        return
    same = fingerprint(setting) == marks.read(_fingerprint(connection))
    touched = book.touched if same and not full else None
    cycle.count("read", len(book.touched or ()))
    wanted = calculated(connection, book, setting, touched)
    if full and not compare(cycle, writer, wanted, setting):
        return
    if touched is None and setting.rules.contracts and not make_groups(cycle, book):
        return
    going, gone = superseded(connection, wanted, touched, setting, book.unread_accounts)
    with transaction("want"):
        now = cycle.now()
        kept = book.rows if book.touched else None
        price_book.keep(cycle.name, kept, book.lists, cycle.started, now)
        cursors.move(cycle.name, FLOW, "book", book.cursor, now)
        marks.write(_fingerprint(connection), fingerprint(setting), now)
        cycle.count("captured", mirrored.want(cycle, wanted.values | going, wanted.left_out, gone))
        if full:
            mirrored.full_is_done(cycle)


def setting_of(connection: Connection, book: Book, shelves: Mapping[str, Place]) -> PriceSetting | Failure:
    """The rules, the lists and today, as the domain wants them."""
    rules = connection.settings.prices
    rates: dict[str, Decimal] = {}
    if book.tax_codes:
        terms = connection.terms()
        if isinstance(terms, Failure):
            return terms
        rates = {
            sku: terms.tax_rates[code] for sku, code in book.tax_codes.items() if code in terms.tax_rates
        }
    return PriceSetting(
        lists=book.lists,
        shelves=tuple(place.shelf for place in shelves.values()),
        rules=PriceRules(
            rules.standard, rules.special, rules.groups, rules.decimals, rules.customer_prices == "groups"
        ),
        day=today(connection),
        rates=rates,
        accounts=book.accounts,
    )


def fingerprint(setting: PriceSetting) -> str:
    """Changes when everything must be calculated anew: another rule, list, rate, website, or a list's day."""
    in_force = sorted(
        code
        for code, each in setting.lists.items()
        if not (each.valid_from and each.valid_from > setting.day)
        and not (each.valid_to and each.valid_to < setting.day)
    )
    lists = sorted(setting.lists.items())
    parts = (setting.rules, setting.shelves, lists, in_force, sorted(setting.rates.items()))
    day = setting.day if setting.rules.contracts else None  # contracts have days of their own
    content = msgspec.json.encode((parts, sorted(setting.accounts.items()), day))
    return hashlib.sha256(content).hexdigest()


def calculated(
    connection: Connection, book: Book, setting: PriceSetting, touched: Iterable[str] | None
) -> Wanted:
    """What the websites shall hold of these products of the company, under the store's SKUs."""
    wanted = Wanted()
    names = store_skus(connection.settings.skus)
    for code, (listed, agreed) in price_book.offers(book.rows, touched).items():
        found = fenced(f"prices of {code}", partial(wanted_prices, code, listed, agreed, setting))
        for sku in names(code):
            if isinstance(found, Failure):
                wanted.unknown.add(sku)
                known_values = {
                    PriceKey("base", sku, each.website).text: found.text for each in setting.shelves
                }
                wanted.left_out.update(known_values)
                continue
            wanted.values.update({replace(key, sku=sku).text: value for key, value in found.values.items()})
            wanted.left_out.update({replace(key, sku=sku).text: why for key, why in found.left_out.items()})
    return wanted


def superseded(
    connection: Connection,
    wanted: Wanted,
    touched: set[str] | None,
    setting: PriceSetting,
    unread_accounts: Iterable[str] = (),
) -> tuple[dict[str, str], list[str]]:
    """The values of these products to remove from the store, and the keys to drop from the mirror.

    A base price cannot be removed: it stays in the store. A website that the connection no longer has belongs
    to others. Prices of accounts that cannot be read stay as they are.
    """
    kept_groups = {contract_group(account).casefold() for account in unread_accounts}
    websites = {shelf.website for shelf in setting.shelves}
    names = store_skus(connection.settings.skus)
    skus = None if touched is None else {sku for code in touched for sku in names(code)}
    which = None if skus is None else of_skus(skus) | ~of_websites(websites)
    known_values = dict(mirror.settled(connection.name, FLOW, which).iter_rows())
    waiting = {item.key: item for item in mirror.listing(connection.name, FLOW, limit=mirrored.ALL)}
    going: dict[str, str] = {}
    gone: list[str] = []
    for text in sorted(known_values.keys() | waiting.keys()):
        key = PriceKey.read(text)
        if key.website not in websites:
            gone.append(text)
            continue
        if text in wanted.values or (skus is not None and key.sku not in skus):
            continue
        if key.group.casefold() in kept_groups or key.sku in wanted.unknown:
            continue
        item = waiting.get(text)
        in_store = item is not None and item.state.value in ("sending", "in doubt")
        in_store = in_store or known_values.get(text, "") not in ("", mirrored.GONE)
        if in_store and key.kind != "base":
            going[text] = mirrored.GONE
            wanted.left_out.pop(text, None)
        elif text not in wanted.left_out:
            gone.append(text)
    return going, gone


def of_skus(skus: Iterable[str]) -> pl.Expr:
    """Whether a key of the mirror is a price of one of these SKUs."""
    return pl.col("key").str.split("|").list.get(1).is_in([escaped(sku) for sku in skus])


def of_websites(websites: Iterable[str]) -> pl.Expr:
    """Whether it is a price on one of these websites."""
    return pl.col("key").str.split("|").list.get(2).is_in([escaped(website) for website in websites])


def compare(cycle: Cycle, writer: PriceWriter, wanted: Wanted, setting: PriceSetting) -> bool:
    """Read what the store has of everything wanted; false when it could not be read."""
    there = writer.survey({PriceKey.read(key).sku for key in wanted.values})
    if isinstance(there, Failure):
        cycle.call_failed(there, of_company=False)
        return False
    by_key = {folded(key): value for key, value in there.items()}
    own = {folded(PriceKey.read(key)): key for key in wanted.values}
    known_values = {text: by_key.get(folded(PriceKey.read(text)), "") for text in wanted.values}
    for text in mirror.settled(cycle.name, FLOW)["key"]:
        known_values.setdefault(text, by_key.get(folded(PriceKey.read(text)), ""))
        own.setdefault(folded(PriceKey.read(text)), text)
    extra = {
        key.text: value
        for key, value in there.items()
        if folded(key) not in own and is_ours(key, setting.rules)
    }
    if writer.no_tiers:  # what the store has of them is unknown
        known_values = {
            text: value for text, value in known_values.items() if PriceKey.read(text).kind != "tier"
        }
    mirrored.compare(cycle, known_values, cycle.connection.settings.prices.drift, extra)
    return look_for_missing(cycle, writer)


def look_for_missing(cycle: Cycle, writer: PriceWriter) -> bool:
    """Release prices whose products and groups exist by now; false when the store could not be read."""
    waited = mirrored.missing(cycle)
    if not waited:
        return True
    rows = writer.store.base(names_of("sku", waited))
    groups = StoreCustomers(cycle.connection.store.client).groups()
    if isinstance(rows, Failure) or isinstance(groups, Failure):
        return False
    there = {missing_thing("sku", row.sku).casefold() for row in rows}
    there |= {missing_thing("group", code) for code in groups}
    there |= set() if writer.no_tiers else {tier_prices.NAME}
    mirrored.appeared(cycle, [name for name in waited if name.casefold() in there])
    return True


def is_ours(key: PriceKey, rules: PriceRules) -> bool:
    """Whether only the company sets this price; tiers of other groups are the merchant's promotions."""
    if key.kind == "special":
        return bool(rules.special)
    managed = {ALL_GROUPS, *(group.casefold() for group in rules.groups)}
    group = key.group.casefold()
    return key.kind == "tier" and (
        group in managed or (rules.contracts and group.startswith(CONTRACT.lower()))
    )


def make_groups(cycle: Cycle, book: Book) -> bool:
    """The customer groups of accounts with prices of their own; false when the store did not let us."""
    store_customers = StoreCustomers(cycle.connection.store.client)
    likes = {contract_group(account): book.groups.get(account, "") for account in sorted(book.accounts)}
    failure = store_customers.ensure_groups(likes)
    if failure is not None:
        cycle.call_failed(failure, of_company=False)
    return failure is None


def _fingerprint(connection: Connection) -> str:
    return f"price-rules:{connection.name}"
