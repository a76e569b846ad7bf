"""A session: the desks that one product has. A desk that it lacks is None, so that it cannot be called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tidegate.sage.port.customers import CustomerDesk, NewCustomerDesk
from tidegate.sage.port.orders import CancellingDesk, Guard, InvoicingDesk, OrderDesk, OrderSearch
from tidegate.sage.port.parcels import OrderTracking, ParcelDesk
from tidegate.sage.port.reading import (
    DespatchDesk,
    EnquiryDesk,
    InvoiceDesk,
    LedgerDesk,
    PostingDesk,
    PriceDesk,
    ProductDesk,
    ProgressDesk,
    StockDesk,
    WebLineDesk,
)
from tidegate.sage.port.receipts import ReceiptDesk


class Purpose(StrEnum):
    """What a session is opened for. Reading takes no seat where the product says so."""

    READING = "reading"
    WRITING = "writing"
    ENQUIRY = "enquiry"  #: a question of a user who waits for the answer: it waits for no seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Open desks of one company, valid inside `with company.session(purpose)`.

    `ties` names the ties that the product's records carry, for the chain: `order-despatch`,
    `order-invoice`, `invoice-entry`, `entry-postings`, `receipt-invoice`. Where stock is dated and there are no web
    lines, what web orders hold of it is taken from the ledger; where there are, they are those that wait for their invoice,
    and what was invoiced is taken from the ledger. A stock desk that states a time without `dated_stock` has web lines of that
    time, too: orders that were confirmed since are taken from the ledger.
    """

    orders: OrderDesk
    order_search: OrderSearch | None = None
    order_tracking: OrderTracking | None = None  #: of products that name parcels before they leave
    parcels: ParcelDesk | None = None  #: of products that hand over more than orders
    invoicing: InvoicingDesk | None = (
        None  #: of products where Tidegate makes the invoice of a draft or quote
    )
    cancelling: CancellingDesk | None = None
    customers: CustomerDesk | None = None
    new_customers: NewCustomerDesk | None = None
    receipts: ReceiptDesk | None = None
    stock: StockDesk | None = None
    web_lines: WebLineDesk | None = None
    prices: PriceDesk | None = None
    enquiries: EnquiryDesk | None = None
    products: ProductDesk | None = None
    progress: ProgressDesk | None = None
    despatches: DespatchDesk | None = None
    invoices: InvoiceDesk | None = None
    ledgers: LedgerDesk | None = None
    postings: PostingDesk | None = None
    ties: frozenset[str] = frozenset()
    dated_stock: bool = False  #: the stock desk states when its figures were true (`Delta.as_of`)

    def __post_init__(self) -> None:
        """ValueError for a room that would have orders looked up first and cannot look them up."""
        if self.orders.about.guard is Guard.LOOK_UP_FIRST and self.order_search is None:
            raise ValueError("the guard of orders is a look-up, and the session has no order search")

    @property
    def search_before_sending(self) -> OrderSearch | None:
        """Where an order is looked up before it is sent; None when the product itself guards against a second."""
        return self.order_search if self.orders.about.guard is Guard.LOOK_UP_FIRST else None
