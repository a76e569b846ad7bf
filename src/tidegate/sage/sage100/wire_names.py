"""Names of Sage 100 and of the agent that the hub relies on, and whose word each is.

C: the vendor says so. P: seen in working public code. A: our assumption. Correct them here where a real system differs.
Source: contract §5, §6.4, §7, §12.
"""

from __future__ import annotations

from typing import Final

# Datasets of the agent (our own contract, §6.4)
ORDERS: Final = "orders"
HISTORY: Final = "order-history"
ORDER_LINES: Final = "order-lines"
ITEMS: Final = "items"
CUSTOMERS: Final = "customers"
STOCK: Final = "stock"
SHIPMENTS: Final = "open-shipments"  # invoices in data entry
SHIPMENT_LINES: Final = "open-shipment-lines"
SHIPMENT_TRACKING: Final = "shipment-tracking"
INVOICES: Final = "invoices"
INVOICE_LINES: Final = "invoice-lines"
TRACKING: Final = "tracking"
LINKS: Final = "order-invoice-links"
OPEN_ITEMS: Final = "open-items"
PAYMENTS: Final = "payments"
RECEIPTS: Final = "receipts"
POSTINGS: Final = "gl-postings"
ACCOUNTS: Final = "accounts"
PRICE_CODES: Final = "price-codes"

# Columns
ORDER_NUMBER: Final = "SalesOrderNo"  # C
PURCHASE_ORDER: Final = "CustomerPONo"  # C
DIVISION, CUSTOMER_NUMBER = "ARDivisionNo", "CustomerNo"  # C
ORDER_TYPE, ORDER_STATUS = "OrderType", "OrderStatus"  # C
LAST_INVOICE: Final = "LastInvoiceNo"  # P: of the history
CANCEL_REASON: Final = "CancelReasonCode"  # P
SUMS: Final = ("TaxableAmt", "NonTaxableAmt", "FreightAmt", "SalesTaxAmt")  # P
DISCOUNT: Final = "DiscountAmt"  # P
QUOTES: Final = frozenset("QP")  # C: quote, prospect quote
GONE_QUOTES: Final = frozenset("QZ")  # C: letters of the history
HELD: Final = "H"  # C
COMPLETED, DELETED = "C", "X"  # C: letters of the history

REGULAR, MISCELLANEOUS = "1", "5"  # C: CI_Item.ItemType
CHARGE, COMMENT = "3", "4"  # C
COMMENT_ITEM: Final = "/C"  # P
CODE_PAGE: Final = "cp1252"  # P
TAX_UNKNOWN: Final = "InvalidTaxCalc"  # P: Y while Sage has not worked the tax out
LINE_NUMBER: Final = "LineKey"  # C
ORDERED, SHIPPED = "QuantityOrdered", "QuantityShipped"  # C
IN_ENTRY: Final = "CurrentInvoiceNo"  # C: the invoice in data entry now
INVOICE_NUMBER, SEQUENCE = "InvoiceNo", "HeaderSeqNo"  # C: only both together are unique
INVOICE_TYPE: Final = "InvoiceType"
INVOICE, CREDIT_MEMO = "IN", "CM"  # P
DELETED_INVOICE: Final = "XD"  # P
PREPAYMENTS: Final = frozenset({"PP", "PY", "CA"})  # P: money without an invoice
SHIP_STATUS, LEFT = "ShipStatus", "S"  # P: the goods have left, and the invoice waits to be posted
OF_ORDER: Final = "AppliedSalesOrderNo"  # C
SEVERAL_ORDERS: Final = "MultipleSalesOrdersApplied"  # C
NOT_RETURNED: Final = "DropShip"  # A: credited goods that do not come back are marked so
BILLED: Final = ("TaxableSalesAmt", "NonTaxableSalesAmt", "FreightAmt", "SalesTaxAmt")  # P: less DiscountAmt
TAX: Final = "SalesTaxAmt"
JOURNAL, REGISTER = "SourceJournal", "JournalNoGLBatchNo"  # P
CASH_JOURNAL: Final = "CR"  # A
NO_END: Final = 99_999_999  # P: a break quantity without end
STEPS: Final = 5  # C: of a price
ACTIVE: Final = "A"  # C: AR_Customer.CustomerStatus
ON_HAND: Final = "QuantityOnHand"  # C
HOLDING: Final = ("QuantityOnSalesOrder", "QuantityOnBackOrder")  # C: what Sage's own "available" takes off
FOR_WORK_ORDERS: Final = "QuantityRequiredForWO"  # C: where the Inventory option says so
IN_SHIPPING: Final = "QuantityInShipping"  # A: a part of what is on sales order

# Reading tables: ProvideX files, or SQL Server
READS: Final = {
    "standard": "odbc",
    "advanced": "odbc",
    "premium": "sql",
}  # P: edition -> what reads its tables
BY_TOTAL_QUANTITY: Final = "pricing_total_quantity"  # C: an option of Sales Order, as the agent was set
BY_FEEDS: Final = "sdata"  # P: older versions, of any edition
BY_OBJECTS: Final = "boi"  # C: slow, and a session each
WITHOUT_FEEDS: Final = (7, 40)  # P that 2025 has none; A for its number

# eBusiness Web Services
FIRST_WEB_SERVICES: Final = (4, 40)  # C
STANDARD_EDITION: Final = "standard"
NO_ORDER: Final = "ZZZZZZZ"  # A: a number that no order has

# Texts of refusals (A, but the duplicate PO, which is P)
PERIOD_CLOSED: Final = r"(?i)accounting period|fiscal (year|period)|period is (closed|locked)"
DUPLICATE_PO: Final = r"(?i)customer PO number already exists"
NUMBERS_IN_TEXT: Final = r"\b[0-9A-Z]{7}\b"  # A: order numbers in the agent's reason for a review
