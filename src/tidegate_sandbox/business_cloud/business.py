"""One business: the kernel's company, and what this product keeps beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tidegate_sandbox.business_cloud.allowance import Allowance, Repeats
from tidegate_sandbox.business_cloud.demo import SALES_ACCOUNTS
from tidegate_sandbox.business_cloud.options import Options
from tidegate_sandbox.business_cloud.values import Body, named, uid
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.nominal import NominalAccount
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.erp.tax import TaxCode


@dataclass(slots=True, kw_only=True, eq=False)
class OwnCredit(Record):
    """A credit note that was entered as one, and not made of an invoice."""

    number: str
    customer_id: int
    date: date
    texts: Body
    lines: list[Body]
    net: Decimal
    tax: Decimal
    shipping: tuple[Decimal, Decimal, str] | None = None  #: net, tax, rate
    posted_id: int = 0
    void_reason: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Allocated(Record):
    """Documents of a contact set against each other: (id, amount), which sum to zero."""

    date: date
    customer_id: int
    artefacts: list[tuple[str, Decimal]] = field(default_factory=list)


class Business:
    """A business of the account. Whoever works in it holds the company's lock."""

    def __init__(self, clock: SandboxClock, company: Company, options: Options, country: str) -> None:
        self.clock = clock
        self.company = company
        self.options = options
        self.country = country
        self.id = uid("business", 1 if country == "GB" else 2)
        self.allowance = Allowance(clock, options)
        self.repeats = Repeats(clock)
        self.own_credits: dict[int, OwnCredit] = {}
        self.allocations: dict[int, Allocated] = {}
        self.deleted: dict[str, list[tuple[str, datetime]]] = {}
        self.reserved: set[str] = set()  #: references of deleted contacts
        self.quotes = 0

    @contextmanager
    def working(self, *, writes: bool) -> Iterator[None]:
        """Let the API work in the company. Refusal ``locked`` while it is maintained."""
        with self.company.admit(writes=writes):
            yield

    def gone(self, resource: str, id: str) -> None:
        """Note what was deleted."""
        self.deleted.setdefault(resource, []).append((id, self.company.stamp()))

    # Documents

    @staticmethod
    def is_quote(order: Order) -> bool:
        """Whether an order of the kernel is a quote here."""
        return order.extra.get("form") == "quote"

    def invoice_of(self, order: Order) -> Invoice | None:
        """What an order was invoiced with."""
        made = self.company.invoices.of_order(order.id)
        return next((one for one in made if not one.is_credit), None)

    def posted(self, invoice: Invoice) -> Transaction:
        """Its entry in the sales ledger."""
        return self.company.receivables.table[invoice.posted_id or 0]

    # What records refer to

    def contact(self, customer_id: int) -> Body:
        """A contact, as it stands in other records."""
        customer = self.company.customers.table[customer_id]
        return named(uid("contact", customer.id), shown_name(customer), "contacts")

    def account(self, account: NominalAccount) -> Body:
        """A ledger account, likewise."""
        shown = f"{account.name} ({account.target.account})"
        return named(uid("account", account.id), shown, "ledger_accounts")

    def account_named(self, code: str) -> NominalAccount | None:
        """The ledger account with this code."""
        return self.company.nominal_accounts.first("account", code)

    @staticmethod
    def sells(account: NominalAccount) -> bool:
        """Whether it may stand on sales documents."""
        return account.target.account.startswith(SALES_ACCOUNTS)

    @staticmethod
    def tax_id(code: TaxCode) -> str:
        """System data has words, what a business adds has ids."""
        return str(code.extra.get("id") or uid("tax_rate", code.id))

    def tax(self, code: TaxCode) -> Body:
        """A tax rate, as it stands in other records."""
        return named(self.tax_id(code), f"{code.name} {code.rate:.2f}%", "tax_rates")

    def tax_named(self, id: object) -> TaxCode | None:
        """The tax rate with this id."""
        return next((one for one in self.company.tax_codes if self.tax_id(one) == id), None)

    def currency(self, currency_id: int | None) -> Body:
        """A currency, likewise."""
        one = self.company.currency(currency_id)
        return named(one.code, f"{one.name} ({one.code})", "currencies")

    def item_path(self, item: Item) -> str:
        """Where an item is listed."""
        if item.kind == "stock" and self.options.editions == "plus":
            return "stock_items"
        return "services" if item.kind == "service" else "products"

    def item(self, item: Item) -> Body:
        """An item, as it stands in other records."""
        return named(uid("item", item.id), f"{item.name} ({item.code})", self.item_path(item))


def shown_name(customer: Customer) -> str:
    """A contact's name with its reference."""
    reference = reference_of(customer)
    return f"{customer.name} ({reference})" if reference else customer.name


def reference_of(customer: Customer) -> str:
    """The reference that people gave a contact; the kernel's own code is none."""
    return "" if customer.code.startswith("~") else str(customer.extra.get("reference") or customer.code)


def status(id: str) -> Body:
    """The status of a document."""
    return named(id, id.replace("_", " ").capitalize(), "artefact_statuses")
