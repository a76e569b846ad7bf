"""The names that the API has for the company's own words (``enums.json``), and back."""

from __future__ import annotations

from tidegate_sandbox.erp.customer import PointKind
from tidegate_sandbox.erp.order import LineKind

ORDER_STATUS = {
    "live": "EnumDocumentStatusLive",
    "on_hold": "EnumDocumentStatusOnHold",
    "complete": "EnumDocumentStatusComplete",
    "dispute": "EnumDocumentStatusDispute",
    "cancelled": "EnumDocumentStatusCancelled",
    "draft": "EnumDocumentStatusDraft",
}
ORDER_STATUS_ID = {name: number for number, name in enumerate(ORDER_STATUS)}
PROGRESS = {
    "none": "EnumTradeLineStatusNone",
    "partly": "EnumTradeLineStatusPartially",
    "fully": "EnumTradeLineStatusFully",
}
PROGRESS_ID = {name: number for number, name in enumerate(PROGRESS)}
LINE_KIND: dict[LineKind, str] = {
    "item": "EnumLineTypeStandard",
    "text": "EnumLineTypeFreeText",
    "charge": "EnumLineTypeCharge",
    "comment": "EnumLineTypeComment",
}
LINE_KIND_ID = {name: number for number, name in enumerate(LINE_KIND)}
KIND_OF_LINE: dict[str, LineKind] = {value: key for key, value in LINE_KIND.items()}
CUSTOMER_KIND = {
    "credit": "EnumCustomerTypeCredit",
    "cash": "EnumCustomerTypeCash",
    "prospect": "EnumCustomerTypeProspect",
}
ITEM_KIND = {
    "stock": "EnumStockItemTypeStock",
    "service": "EnumStockItemTypeServiceLabour",
    "misc": "EnumStockItemTypeMiscellaneous",
}
ITEM_KIND_ID = {"stock": 0, "service": 1, "misc": 2}
TRACEABLE = {
    "none": "EnumTraceableTypeNone",
    "batch": "EnumTraceableTypeBatch",
    "serial": "EnumTraceableTypeSerial",
}
ENTRY_KIND = {
    "invoice": "TradingAccountEntryTypeInvoice",
    "credit_note": "TradingAccountEntryTypeCreditNote",
    "receipt": "TradingAccountEntryTypePurchasePaymentSalesReceipt",
    "refund": "TradingAccountEntryTypePurchaseReceiptSalesPayment",
}
SOURCE = {
    "orders": "LedgerSOP",
    "sales": "LedgerSales",
    "api": "LedgerWebAPI",
    "stock": "LedgerStockControl",
    "cash": "LedgerCashBook",
}
TERMS_BASIS = {
    "document_date": "PaymentDueFromDocumentDate",
    "calendar_month": "PaymentDueFromCalendarMonth",
    "end_of_month": "PaymentDueFromEndOfMonth",
}
POINT_FIELD: dict[PointKind, str] = {
    "email": "email",
    "telephone": "subscriber_number",
    "mobile": "subscriber_number",
    "fax": "subscriber_number",
    "website": "website",
}
"""The field that holds the value of a way to reach a contact."""


def reverse(names: dict[str, str], name: str) -> str:
    """The company's word for a name. Raises KeyError for a name that it has no word for."""
    return next(key for key, value in names.items() if value == name)


def active(is_active: bool) -> str:
    """An account's status."""
    return "AccountStatusActive" if is_active else "AccountStatusHidden"


def item_status(is_active: bool) -> str:
    """A product's status."""
    return "EnumStockItemStatusTypeActive" if is_active else "EnumStockItemStatusTypeInactive"
