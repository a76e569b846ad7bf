"""Every name and number of Sage 300 that the gateway uses, with how sure we are of it.

C: the vendor says so. P: seen in working public code. A: our assumption. Whoever meets a real system corrects them here.
"""

from __future__ import annotations

from typing import NamedTuple

PROGID = "AccpacCOMAPI.AccpacSession"  # P
APPLICATION, PROGRAM = "XZ", "XZ1000"  # C: kept for programs that are no module of Sage
COMPANY_LINK, READ_WRITE = 1, 1  # A for the numbers of DBLINK_COMPANY and DBLINK_FLG_READWRITE
ASCENDING = True

PRIORITIES = {1: "Message", 2: "Warning", 3: "Error", 4: "SevereError", 5: "Security"}  # A for the numbers

RETURN_CODES = {  # C: the view's last return code
    1020: "not_found",
    1022: "duplicate",
    1023: "duplicate",
    1024: "validation",
    1025: "conflict",
    1026: "conflict",
    1060: "auth",
    101: "auth",  # A: a view of a module that the user may not use does not open
}

# What texts mean where no number says it: patterns without regard to case, first match wins. All A.
TEXTS: tuple[tuple[str, str], ...] = (
    ("seat_limit", r"lanpak|maximum number of users|licen[cs]e"),
    ("record_locked", r"by another (user|program)|modified by another"),
    ("locked", r"exclusive|restricted|being restored|day end"),
    ("auth", r"password|user id|not authorized|access"),
)


class ViewName(NamedTuple):
    """A view that the hub may read: the columns of its key in their sequence, and which of them are numbers."""

    key: tuple[str, ...]
    numbers: frozenset[str] = frozenset()


VIEWS: dict[str, ViewName] = {
    "OE0520": ViewName(("ORDUNIQ",), frozenset({"ORDUNIQ"})),  # P: order headers
    "OE0692": ViewName(("SHIUNIQ",), frozenset({"SHIUNIQ"})),  # A: shipment headers
    "OE0691": ViewName(("SHIUNIQ", "LINENUM"), frozenset({"SHIUNIQ", "LINENUM"})),  # A: their lines
    "OE0420": ViewName(("INVUNIQ",), frozenset({"INVUNIQ"})),  # A: invoice headers
    "OE0400": ViewName(("INVUNIQ", "LINENUM"), frozenset({"INVUNIQ", "LINENUM"})),  # A: their lines
    "IC0480": ViewName(("CURRENCY", "ITEMNO", "PRICELIST")),  # A: price lists
    "IC0482": ViewName(
        ("CURRENCY", "ITEMNO", "PRICELIST", "DPRICETYPE", "QTYUNIT", "WEIGHTUNIT"), frozenset({"DPRICETYPE"})
    ),  # A for the view, P for its key: prices of their units
    "IC0290": ViewName(("ITEMNO", "LOCATION")),  # A: stock by location
    "IC0274": ViewName(
        ("CUSTNO", "PRICEBY", "CATEGORY", "ITEMNO", "PRICELIST", "PRICETYPE"),
        frozenset({"PRICEBY", "PRICETYPE"}),
    ),  # A: contracts
}

ORDERS, LINES = "OE0520", "OE0500"  # P
REFERENCE = "REFERENCE"  # P: the key that the hub gives an order
NUMBER = "ORDNUMBER"  # P
SHOWN = (  # P: what is answered of an order that was written or found
    *("ORDUNIQ", "ORDNUMBER", "CUSTOMER", "REFERENCE", "PONUMBER"),
    *("ORDDATE", "COMPLETE", "ONHOLD", "INVNETWTX"),
)
KEYS_OF_AN_ORDER = ("ORDUNIQ", "ORDNUMBER")  # P

COMPOSED: dict[
    str, tuple[str | None, ...]
] = {  # P: as the macro recorder writes it, shortened to what is used
    "OE0520": ("OE0500", None, "OE0180", "OE0740", "OE0526", "OE0522"),
    "OE0500": ("OE0520", "OE0501"),
    "OE0740": ("OE0520",),
    "OE0180": ("OE0520", "OE0500"),
    "OE0526": ("OE0520",),
    "OE0522": ("OE0520",),
    "OE0501": ("OE0500",),
}
"""Views of an order and what each is composed with, in the sequence that it expects."""
