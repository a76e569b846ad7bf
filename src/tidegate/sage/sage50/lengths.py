"""Texts that identify something, in the lengths that this room allows; nothing is ever cut.

The public schema states no lengths (A): free text is sent whole, without control characters.
"""

from __future__ import annotations

import re

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.sales_order import LineKind, SalesOrder
from tidegate.sage.sage50.writing import ACCOUNT, KEY, PRODUCT

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def clean(value: str) -> str:
    """Free text without control characters and blanks around it."""
    return _CONTROLS.sub(" ", value.replace("\r\n", "\n")).strip()


def one_line(value: str) -> str:
    """Free text on one line."""
    return " ".join(clean(value).split())


def too_long(order: SalesOrder) -> Failure | None:
    """TOO_LONG with everything that does not fit; None when all does."""
    texts = [("the order's id", order.key, KEY), ("the order's number", order.reference, KEY)]
    texts.append(("the account", order.account, ACCOUNT))
    texts.append(("the customer's id", order.buyer.key if order.buyer is not None else "", ACCOUNT))
    texts += [("the product", line.code, PRODUCT) for line in order.lines if line.kind is LineKind.GOODS]
    found = [
        f"{name} {text!r} has {len(text)} characters, but at most {limit} are allowed"
        for name, text, limit in texts
        if len(text) > limit
    ]
    return Failure(Code.TOO_LONG, "; ".join(found), sent=False) if found else None
