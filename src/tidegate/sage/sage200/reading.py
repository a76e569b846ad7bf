"""What a session of Sage 200 reads: :class:`tidegate.sage.reader.Reader`, from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidegate.clock import Clock
from tidegate.domain.books.bookkeeping import AccountBalance, LedgerEntry, NewAllocation, NewReceipt, Posting
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, OrderProgress, SalesInvoice
from tidegate.domain.masters.master import CustomerRecord, ProductRecord
from tidegate.domain.prices.price_book import CustomerPrice, PriceBook, PriceQuestion
from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.sage.port.outcomes import Outcome
from tidegate.sage.reader import Readings
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.code_books import CodeBook
from tidegate.sage.sage200.despatches import Despatches
from tidegate.sage.sage200.invoices import Invoices
from tidegate.sage.sage200.ledgers import Ledgers
from tidegate.sage.sage200.masters import Masters
from tidegate.sage.sage200.prices import Prices
from tidegate.sage.sage200.receipts import Receipts
from tidegate.sage.sage200.reference import NOMINAL, Asked, Reference
from tidegate.sage.sage200.stock import Stock
from tidegate.sage.sage200.web_orders import WebOrders

READINGS = Readings(
    customer_prices="enquiry",
    # What a receipt was set against is not read: the hub knows what it allocated itself.
    links=frozenset({"order-despatch", "order-invoice", "invoice-entry", "entry-postings"}),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of one company that read, and those that post receipts; shared by its sessions."""

    reference: Reference
    stock: Stock
    orders: WebOrders
    prices: Prices
    masters: Masters
    despatches: Despatches
    invoices: Invoices
    ledgers: Ledgers
    receipts: Receipts
    books: tuple[CodeBook, ...]

    @classmethod
    def of(
        cls, client: Sage200Client, reference: Reference, clock: Clock, *, key_field: str, currency: str
    ) -> Reading:
        """The parts over one client; makes no call."""
        products = CodeBook(client, clock, "/products", ("code",))
        customers = CodeBook(client, clock, "/customers", ("reference", "currency_id"))
        nominals = CodeBook(client, clock, "/nominal_codes", NOMINAL[1:], many=1)
        groups = CodeBook(client, clock, "/product_groups", (), many=1)
        warehouses = CodeBook(client, clock, "/warehouses", (), many=1)
        banks = CodeBook(client, clock, "/banks", (), many=1)
        orders = WebOrders(client, key_field=key_field)
        ledgers = Ledgers(client, customers=customers, nominals=nominals)
        return cls(
            reference=reference,
            stock=Stock(client, orders=orders, products=products, warehouses=warehouses),
            orders=orders,
            prices=Prices(client, reference),
            masters=Masters(client, key_field=key_field, groups=groups, nominals=nominals),
            despatches=Despatches(client, orders),
            invoices=Invoices(client, orders=orders, customers=customers),
            ledgers=ledgers,
            receipts=Receipts(client, reference, ledgers=ledgers, banks=banks, currency=currency),
            books=(products, customers, nominals, groups, warehouses, banks),
        )

    def forget(self) -> None:
        """Drop what ids stand for."""
        for book in self.books:
            book.forget()


class Sage200Reader:
    """The reading side of a session; `asked` is what the session has asked for already."""

    def __init__(self, reading: Reading, asked: Asked) -> None:
        self._reading = reading
        self._asked = asked

    def read_stock(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        return self._reading.stock.read(since, warehouses)

    def read_web_lines(self) -> list[WebLine] | Failure:
        return self._reading.stock.web_lines()

    def read_price_book(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        return self._reading.prices.read(since)

    def ask_prices(self, questions: Sequence[PriceQuestion]) -> Iterator[CustomerPrice | Failure]:
        return self._reading.prices.ask(questions, self._asked)

    def read_customers(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        lists = self._reading.reference.lists()
        return lists if isinstance(lists, Failure) else self._reading.masters.customers(since, lists)

    def read_products(self, since: str | None) -> Delta[ProductRecord] | Failure:
        lists = self._reading.reference.lists()
        return lists if isinstance(lists, Failure) else self._reading.masters.products(since, lists)

    def read_progress(self, since: str | None) -> Delta[OrderProgress] | Failure:
        return self._reading.orders.progress(since)

    def read_despatches(self, since: str | None) -> Delta[Despatch] | Failure:
        return self._reading.despatches.read(since)

    def read_invoices(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        lists = self._reading.reference.lists()
        return lists if isinstance(lists, Failure) else self._reading.invoices.read(since, lists.currencies)

    def read_entries(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        lists = self._reading.reference.lists()
        return lists if isinstance(lists, Failure) else self._reading.ledgers.entries(since, lists.currencies)

    def read_postings(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        return self._reading.ledgers.postings(urns)

    def read_balances(self) -> list[AccountBalance] | Failure:
        return self._reading.ledgers.balances()

    def find_receipts(self, keys: Sequence[str]) -> dict[str, LedgerEntry | Failure | None] | Failure:
        return self._reading.receipts.find(keys)

    def post_receipt(self, receipt: NewReceipt) -> Outcome:
        return self._reading.receipts.post(receipt, self._asked)

    def allocate(self, allocation: NewAllocation) -> Outcome:
        return self._reading.receipts.allocate(allocation, self._asked)
