"""When the invoice of a draft or quote is due: a settings file may name it, so nothing heavy is loaded for it."""

from __future__ import annotations

from enum import StrEnum


class InvoiceDue(StrEnum):
    """What has happened to an order in the store when the invoice of its draft or quote is due."""

    SHIPPED = "shipped"  #: a piece has left, or nothing is ever shipped and the order is complete
    INVOICED = "store-invoiced"  #: the store has invoiced a piece
