"""What is read from a company, so that stores and finance see it; and the money posted for prepaid orders.

Part of the port (`sage/port.py`): every session of every product has it. Lists that a product can
give by change are deltas: `since` is the cursor of the last one, None for everything. A product that
cannot tell changes answers everything, with `full` set. No method raises for what the company says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tidegate.domain.books.bookkeeping import AccountBalance, LedgerEntry, NewAllocation, NewReceipt, Posting
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, OrderProgress, SalesInvoice
from tidegate.domain.masters.master import CustomerRecord, ProductRecord
from tidegate.domain.prices.price_book import CustomerPrice, PriceBook, PriceQuestion
from tidegate.domain.stock.stock_level import StockLevel, WebLine

if TYPE_CHECKING:
    from tidegate.sage.port.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Readings:
    """What a product can tell; the flows and the chain say so where it cannot, instead of guessing.

    `links` names the ties that the product's records carry: `order-despatch`, `order-invoice`,
    `invoice-entry`, `entry-postings`, `receipt-invoice`.
    """

    stock: bool = True
    prices: bool = True
    customer_prices: str = "enquiry"  #: list, enquiry or none
    customers: bool = True
    products: bool = True
    despatches: bool = True
    invoices: bool = True
    entries: bool = True
    postings: bool = True
    receipts: bool = True  #: receipts and allocations can be posted
    links: frozenset[str] = frozenset()


class Reader(Protocol):
    """What a session reads."""

    def read_stock(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """Stock by product and warehouse; `warehouses` () = all that sell."""
        ...

    def read_web_lines(self) -> list[WebLine] | Failure:
        """Lines of all orders with our key that are live, or not yet despatched or invoiced in full."""
        ...

    def read_price_book(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """Lists and list prices: (what changed, cursor, full). Lists are always all told."""
        ...

    def ask_prices(self, questions: Sequence[PriceQuestion]) -> Iterator[CustomerPrice | Failure]:
        """What accounts pay, by enquiry; one answer for each question, in order."""
        ...

    def read_customers(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Accounts, hidden ones included."""
        ...

    def read_products(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Products, inactive ones included."""
        ...

    def read_progress(self, since: str | None) -> Delta[OrderProgress] | Failure:
        """How orders with our key stand."""
        ...

    def read_despatches(self, since: str | None) -> Delta[Despatch] | Failure:
        """Despatches of orders with our key, whole, when any line or tracking number changed."""
        ...

    def read_invoices(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """Invoices and credit notes of orders with our key."""
        ...

    def read_entries(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Entries of the sales ledger, of all accounts; a payment shows as a changed `outstanding`."""
        ...

    def read_postings(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """Lines of the nominal ledger by entry; for every URN asked (maybe none, or unreadable)."""
        ...

    def read_balances(self) -> list[AccountBalance] | Failure:
        """The trial balance."""
        ...

    def find_receipts(self, keys: Sequence[str]) -> dict[str, LedgerEntry | Failure | None] | Failure:
        """Receipts that Tidegate posted, by its own keys, pooled; an entry for every key asked."""
        ...

    def post_receipt(self, receipt: NewReceipt) -> Outcome:
        """Post one receipt; `Accepted.number` is its URN."""
        ...

    def allocate(self, allocation: NewAllocation) -> Outcome:
        """Set a receipt against an invoice. Whether it was done shows in the entries' `outstanding`."""
        ...
