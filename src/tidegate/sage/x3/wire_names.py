"""Names of X3 that a site or a release may call otherwise, in one place: a fact learnt later is a change here.

Source: contract §9 to §14, `fields.json`. Names of the vendor's dictionary are where they are used; those here are
ours (A), or values of menus.
"""

from __future__ import annotations

from typing import Final

# Menus: numbers are stored (P)
YES: Final = "2"
OPEN, CLOSED = "1", "2"  # 415
DONE: Final = {"1": "none", "2": "part", "3": "full"}  # 417, 418
NOT_BEGUN: Final = "1"  # of 417, 418
HELD: Final = ("2", "3", "4")  # 419: blocked, limit exceeded, prepayment missing
POSTED: Final = "3"  # SINVOICE.STA, A
CREDIT_NOTE: Final = "2"  # SINVOICE.INVTYP, A
FROM_ORDER, FROM_RETURN = "2", "6"  # 413
ACTIVE_PRODUCT: Final = "1"  # A
STOCKED: Final = "2"  # STOMGTCOD, A
CREDIT_FREE, CREDIT_HELD = "1", "3"  # OSTCTL, A
WITHOUT_TAX: Final = "1"  # PRITYP, A
ENTERED_PRICE: Final = "1"  # PRIREN, A: a person, or the hub, has entered the price
REFUND: Final = "REF"  # PAYTYP, A: how refunds are distinguished from receipts

# The order's screen (C/P for groups; that the level may be given on a line: A)
LINE_FIELD, ELEMENT_FIELD = "ITMREF", "INVDTA"  # how the tables are recognised, whatever their ids are
TAX_LEVEL: Final = "VACITM"  # A
TEXT: Final = "SOHTEX"  # A: the header's text
CLOSING_REASON: Final = "CCLREN"
NO_YEARS: Final = (1599, 9999)  # dates of these years are none, A

# An order's node in GraphQL: the path of each field that a look-up reads. The vendor's example has all but the
# reference (A), which no published example has; `graphql_fields` names another one.
GRAPHQL_FIELDS: Final = {
    "SOHNUM": "id",
    "BPCORD": "soldToCustomer.code",
    "CUSORDREF": "customerOrderReference",
}

# The input of the mutation that creates an order: the name of each field. Those of the vendor's example are certain
# (C, Additions); the others are ours (A), and `writer.fields` names other ones.
GRAPHQL_HEADER: Final = {
    "SOHNUM": "id",
    "SALFCY": "salesSite",
    "BPCORD": "soldToCustomer",
    "CUR": "currency",
    "ORDDAT": "orderDate",
    "VACBPR": "taxRule",
    "SOHTYP": "orderType",
    "CUSORDREF": "customerOrderReference",
    "STOFCY": "shippingSite",
    "PRITYP": "priceType",
    "BPDNAM": "shipToName",
    "BPDADDLIG": "shipToAddressLines",
    "BPDPOSCOD": "shipToPostcode",
    "BPDCTY": "shipToCity",
    "BPDSAT": "shipToState",
    "BPDCRY": "shipToCountry",
    "SOHTEX": "headerText",
}
GRAPHQL_LINE: Final = {
    "ITMREF": "product",
    "SAU": "salesUnit",
    "QTY": "quantityInSalesUnitOrdered",
    "GROPRI": "grossPrice",
    "VACITM": "taxLevel",
    "DSTOFCY": "shippingSite",
    "ITMDES": "description",
}
GRAPHQL_ELEMENT: Final = {"INVDTA": "code", "INVDTAAMT": "amount"}
GRAPHQL_LINES, GRAPHQL_ELEMENTS = "lines", "invoicingElements"  # C; A
#: Without these an order is another one, or cannot be found again: an input that lacks one takes no orders.
GRAPHQL_NEEDED: Final = (
    *("SALFCY", "BPCORD", "CUR", "ORDDAT", "CUSORDREF", "SOHTYP", "STOFCY", "PRITYP"),
    *("ITMREF", "SAU", "QTY", "GROPRI", "VACITM", "DSTOFCY"),
)

# Export templates (A)
TEMPLATES: Final = {
    "stock": "YTGSTOCK",
    "products": "YTGITM",
    "base prices": "YTGITS",
    "price lists": "YTGSPL",
    "customers": "YTGBPC",
    "orders": "YTGSOX",
    "deliveries": "YTGSDH",
    "invoices": "YTGSIH",
}
"""What is exported, and the name of its template."""
