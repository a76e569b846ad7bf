"""Reading the company's price book: what changed, applied to what is known, with the answers to enquiries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.account_card import general_group
from tidegate.domain.prices.price_book import PriceList
from tidegate.flows.connection import Connection
from tidegate.flows.desks import lacks
from tidegate.flows.prices import book as price_book
from tidegate.flows.prices import enquiries as price_enquiries
from tidegate.flows.prices.card_rules import card_rules
from tidegate.ledger import cursors
from tidegate.ledger.pieces import Pieces, Rows, aligned
from tidegate.sage.port.session import Session

FLOW = "prices"


@dataclass(frozen=True)
class Book:
    """What the company reported, applied to what was known; `touched` None = everything."""

    rows: Rows
    lists: Mapping[str, PriceList]
    touched: set[str] | None
    cursor: str
    enquired: bool = False  #: the company says what single customers pay only when it is asked
    accounts: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)  #: account -> its group but for a contract
    tax_codes: Mapping[str, str] = field(default_factory=dict)  #: the company's SKU -> its tax code
    bad: tuple[BadRow, ...] = ()  #: the company's products of which a price cannot be read
    unread_accounts: frozenset[str] = frozenset()  #: accounts that cannot be read


def read_book(connection: Connection, session: Session, *, full: bool) -> Book | Failure:
    """Read what changed, or everything, and apply it to the book that is known.

    Of a company that only answers enquiries it has no contracts yet: `with_contracts`.
    """
    if session.prices is None:
        return lacks("price lists")
    rules = connection.settings.prices
    enquiries = session.enquiries is not None
    contracts = rules.customer_prices == "groups"
    full = full or (contracts and not enquiries)
    since = None if full else cursors.read(connection.name, FLOW, "book")
    answer = session.prices.read(since)
    if isinstance(answer, Failure):
        return answer
    changes, cursor, whole = answer
    before: Rows = price_book.read(connection.name)
    if enquiries:
        before = price_book.without_contracts(before)
    read_rows: Rows = price_book.pieces_of(changes)
    if whole and changes.bad:  # what was known of them stays: they still exist
        known = price_book.of_products(before, {row.name for row in changes.bad})
        read_rows = Pieces.of(part.merge_sorted(more, key="key") for part, more in aligned(read_rows, known))
    rows, touched = price_book.updated(before, read_rows, full=whole)
    if before.height and not rows.height:
        text = (
            "the company reported no prices at all, but had some before: no price is removed from the "
            "store. If the company has no prices any more, switch the flow off"
        )
        return Failure(Code.OTHER_CONTENT, text, sent=False)
    book = Book(
        rows,
        {each.code: each for each in changes.lists},
        touched,
        cursor,
        bad=changes.bad,
        enquired=enquiries,
    )
    if contracts:
        if session.customers is None:
            return lacks("customers, whose lists contracts are compared with")
        customers = session.customers.read(None)
        if isinstance(customers, Failure):
            return customers
        general = card_rules(connection)
        having = {each.account for each in changes.customer_prices}
        having |= set(rules.contract_accounts) if enquiries else set()
        theirs = [each for each in customers.rows if each.account in having]
        book = replace(
            book,
            accounts={each.account: each.price_list for each in theirs},
            groups={each.account: general_group(each, general) for each in theirs},
            unread_accounts=frozenset(row.name for row in customers.bad),
        )
    if rules.tax_inclusive or any(each.tax_inclusive for each in changes.lists):
        if session.products is None:
            return lacks("products, whose tax is taken off the prices")
        products = session.products.read(None)
        if isinstance(products, Failure):
            return products
        book = replace(book, tax_codes={each.sku: each.tax_code for each in products.rows})
    return book


def lists_of(connection: Connection, book: Book) -> price_enquiries.Listed:
    """What the lists say, for those who are asked for."""
    standard = connection.settings.prices.standard
    standard = standard or next((each.code for each in book.lists.values() if each.standard), "")
    return price_enquiries.Listed(book.rows, book.lists, standard, today(connection), book.accounts)


def with_contracts(connection: Connection, book: Book) -> Book:
    """The book with what enquiries answered; an account that pays what its list says has no contract."""
    if not book.enquired:
        return book
    rows = price_enquiries.with_contracts(connection.name, book.rows, book.accounts)
    touched = price_book.changed(price_book.read(connection.name), rows)
    having = price_book.accounts_of(rows)
    accounts = {account: code for account, code in book.accounts.items() if account in having}
    return replace(book, rows=rows, touched=touched, accounts=accounts)


def today(connection: Connection) -> date:
    """The company's local day: lists begin and end by it."""
    return connection.clock.now().astimezone(ZoneInfo(connection.company_settings.time_zone)).date()
