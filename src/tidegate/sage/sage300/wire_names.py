"""Every name of the Web API that is not the vendor's own word, in one place: a fact learnt later is a change here.

Source: contract §1 to §18. Names that are marked (C) there are where they are used; those here are seen in public
code (P) or ours (A), with their mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# OEOrders (§7)
ORDER_ID: Final = "OrderUniquifier"  # P
ORDER_NUMBER: Final = "OrderNumber"  # P
OUR_KEY: Final = "OrderReference"  # P: with an index, so that it can be looked up
PURCHASE_ORDER: Final = "PurchaseOrderNumber"  # P
COMPLETED: Final = "OrderCompleted"  # P
OPEN_STATES: Final = ("IncompleteNotIncluded", "IncompleteIncluded")  # P, A
COMPLETE: Final = "Complete"  # P: how the names of finished states begin
ON_HOLD: Final = "OnHold"  # P
ORDER_TYPE: Final = "OrderType"  # P
QUOTE: Final = "Quote"  # P
ORDER_DATE: Final = "OrderDate"
ORDER_TOTAL: Final = "OrderTotal"  # P; that the tax is in it: A
ORDER_CURRENCY: Final = "OrderSourceCurrency"
LAST_SHIPMENT, LAST_INVOICE, INVOICES_MADE = (
    "LastShipmentNumber",
    "LastInvoiceNumber",
    "NumberOfInvoices",
)  # P, P, A
ORDER_LINES: Final = "OrderDetails"
LINES_ON_ORDER: Final = "NumberOfLinesOnOrder"  # P
LINE_ID: Final = "DetailNumber"  # P
ORDERED: Final = "OriginalQuantityOrdered"  # P
SHIPPED: Final = "QuantityShippedtodate"  # P
COMMITTED: Final = "QuantityCommitted"  # A (column QTYCOMMIT)
LINE_OPTIONS: Final = "OrderDetailOptionalFields"
CHARGE_CODE: Final = "MiscellaneousChargesCode"
LINE_TAX: Final = "TaxClass1"  # P
DETAIL_WIDTH: Final = 80  #: characters of one comment or instruction, A


@dataclass(frozen=True, slots=True)
class DocumentNames:
    """Names of documents made from orders: shipments, invoices, credit notes."""

    resource: str
    id: str
    number: str
    day: str
    lines: str
    pieces: str
    net: str = ""
    added_tax: str = ""  #: the tax that is added, as OrderExclTaxTotal of orders
    contained_tax: str = ""
    gross: str = ""
    currency: str = ""
    credit: bool = False


SHIPMENTS: Final = DocumentNames(  # A: a resource that a partner has added over OE0692
    "OEShipments",
    "ShipmentUniquifier",
    "ShipmentNumber",
    "ShipmentDate",
    "ShipmentDetails",
    "QuantityShipped",
)
INVOICES: Final = DocumentNames(  # key and number P, the rest A after the columns of OEINVH
    "OEInvoices",
    "InvoiceUniquifier",
    "InvoiceNumber",
    "InvoiceDate",
    "InvoiceDetails",
    "QuantityShipped",
    "InvoiceNetNoTax",
    "InvoiceExclTaxTotal",
    "InvoiceInclTaxTotal",
    "InvoiceTotal",
    "InvoiceSourceCurrency",
)
CREDITS: Final = DocumentNames(  # details and QuantityReturned C, the rest A
    "OECreditDebitNotes",
    "CreditDebitNoteUniquifier",
    "CreditDebitNoteNumber",
    "CreditDebitNoteDate",
    "CreditDebitDetails",
    "QuantityReturned",
    "CreditDebitNoteNetNoTax",
    "CreditDebitNoteExclTaxTotal",
    "CreditDebitNoteInclTaxTotal",
    "CreditDebitNoteTotal",
    "CreditDebitNoteSourceCurrency",
    credit=True,
)
CREDIT_KIND, CREDIT_NOTE = "CreditDebitNoteType", "CreditNote"  # C
RETURN_TYPE, RETURNED = "ReturnType", "ItemsReturnedtoInventory"  # A
CARRIER, TRACKING = "ShipViaCode", "ShipmentTrackingNumber"  # A (columns SHIPVIA, SHIPTRACK)
LINE_ORDER, LINE_ORDER_LINE = "OrderNumber", "OrderDetailNumber"  # A (columns ORDNUMBER, ORDDTLNUM)

# Stock (§10): resources that a partner has added; A after the columns of ICILOC and of IC0372
STOCK_RESOURCES: Final = ("ICItemLocations", "ICLocationDetails")
READY_STOCK: Final = "ICLocationDetails"  #: its quantity on hand is the physical one
ON_HAND: Final = "QuantityonHand"
NOT_COSTED_OUT: Final = "QuantityShippedNotCosted"
NOT_COSTED_IN: Final = ("QuantityReceivedNotCosted", "QuantityAdjustedNotCosted")
STOCK_COMMITTED, STOCK_ORDERED = "QuantityCommitted", "QuantityonSalesOrders"
STOCK_COLUMNS: Final = {  # P
    "ITEMNO": "ItemNumber",
    "LOCATION": "Location",
    "QTYONHAND": ON_HAND,
    "QTYSHNOCST": NOT_COSTED_OUT,
    "QTYRENOCST": NOT_COSTED_IN[0],
    "QTYADNOCST": NOT_COSTED_IN[1],
    "QTYSALORDR": STOCK_ORDERED,
    "QTYCOMMIT": STOCK_COMMITTED,
}
MARKUP_COST: Final = "MarkupCost"  # A (column MARKUPCOST)

# Items and prices (§11, §13)
ITEM_KEY, ITEM, ITEM_NAME = "UnformattedItemNumber", "ItemNumber", "Description"
WEIGHT, BARCODE = "UnitWeight", "CommodityNumber"  # A
PRICE_LIST: Final = "PriceListCode"  # A
PRICE_CURRENCY: Final = "CurrencyCode"  # A
PRICE_LINES: Final = "ItemPricingDetails"  # C
BASE_PRICE, SALE_PRICE = "BasePriceQuantity", "SalePriceQuantity"  # C
SALE_START, SALE_END = "SaleStartDate", "SaleEndDate"  # A
VOLUME: Final = "VolumeDiscounts"  # C
BREAK_QUANTITY, BREAK_PERCENT, BREAK_AMOUNT = (  # A
    "PricingQuantity{}",
    "DiscountMarkupPercentage{}",
    "DiscountMarkupAmount{}",
)
PRICE_BASE, MARKUP = "PriceBase", "Markup"  # A: else a discount
BREAKS: Final = 5  # P

# Tax, books, company (§9, §14, §18): resources C, fields A
TAX_AUTHORITY, BUYER_CLASS, ITEM_RATE = "TaxAuthority", "BuyerClass", "ItemRate{}"
TRANSACTION, SALES = "TransactionType", "Sales"
TAX_CLASSES: Final = 10
BANK_ACCOUNT: Final = "BankAccount"
REVENUE_ACCOUNT: Final = "RevenueAccount"
OPENING, NET_PERIOD = "OpeningBalance", "NetPeriod{}"
PERIODS: Final = 12
COMPANY_ID, COMPANY_NAME, HOME_CURRENCY = "OrganizationID", "CompanyName", "FunctionalCurrency"
# Error batches (§15: that there are some C, every name A)
BATCH_NUMBER, BATCH_STATUS, IN_ERROR = "BatchNumber", "BatchStatus", "Error"
BATCH_ENTRIES, ENTRY_LINES, ENTRY_REFERENCE = "JournalHeaders", "JournalDetails", "Reference"
LINK: Final = "JournalDetailReference"  # P; that it holds the document's number: A
CUSTOMER_OPTIONS: Final = "CustomerOptionalFieldValues"  # C
ACTIVITY: Final = "DateOfLastActivity"  # C; that balances touch it: A
DOCUMENT_KINDS: Final = {
    "Invoice",
    "DebitNote",
    "CreditNote",
    "Prepayment",
    "UnappliedCash",
    "Receipt",
    "Refund",
}
PREPAYMENT, APPLY = "Prepayment", "ApplyDocument"  # C, A
READY: Final = "ReadyToPost"  # C
POSTED: Final = "Posted"  # A
