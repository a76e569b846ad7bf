"""The desks that only read: stock, prices, products, documents and books.

Lists that a product can give by change are deltas: `since` is the cursor of the last one, None for
everything. A product that cannot report changes answers everything, with `full` set. No method raises for
what the company says: a read that fails as a whole is a `Failure`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from tidegate.domain.books.bookkeeping import AccountBalance, LedgerEntry, Posting
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, OrderProgress, SalesInvoice
from tidegate.domain.masters.master import ProductRecord
from tidegate.domain.prices.price_book import CustomerPrice, PriceBook, PriceQuestion
from tidegate.domain.stock.stock_level import StockLevel, WebLine


class StockDesk(Protocol):
    """Stock by product and warehouse."""

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """Levels of these warehouses; () = all that sell."""
        ...


class WebLineDesk(Protocol):
    """What of the orders with our key is still to be despatched or invoiced."""

    def read(self) -> list[WebLine] | Failure:
        """Lines of all orders with our key that are live, or not yet despatched or invoiced in full."""
        ...


class PriceDesk(Protocol):
    """Price lists and list prices."""

    @property
    def lists_contracts(self) -> bool:
        """Whether the book also has what single customers have agreed on."""
        ...

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """(What changed, cursor, full). The lists themselves are always complete.

        Of a product of which one price has changed all prices are there: what is not among them is gone.
        """
        ...


class EnquiryDesk(Protocol):
    """What single accounts pay, where the product answers such questions."""

    def ask(self, questions: Sequence[PriceQuestion]) -> Iterator[CustomerPrice | Failure]:
        """One answer for each question, in order."""
        ...


class ProductDesk(Protocol):
    """Products, inactive ones included."""

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Products that changed since the cursor; None = all."""
        ...


class ProgressDesk(Protocol):
    """How far orders with our key have come."""

    def read(self, since: str | None) -> Delta[OrderProgress] | Failure:
        """Orders that changed since the cursor."""
        ...


class DespatchDesk(Protocol):
    """Despatches of orders with our key."""

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """Whole despatches of which any line or tracking number changed."""
        ...


class InvoiceDesk(Protocol):
    """Invoices and credit notes of orders with our key."""

    def read(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """Documents that changed since the cursor."""
        ...


class LedgerDesk(Protocol):
    """The sales ledger."""

    def read(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Entries of all accounts; a payment shows as a changed `outstanding`."""
        ...


class PostingDesk(Protocol):
    """The nominal ledger."""

    def read(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """Lines by entry; an answer for every URN asked: maybe none, unreadable, or why the ledger refuses to post it."""
        ...

    def balances(self) -> list[AccountBalance] | Failure:
        """The trial balance."""
        ...
