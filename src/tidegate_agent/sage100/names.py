"""Every name and text of Sage 100 that the agent uses, with how sure we are of it.

C: the vendor says so. P: seen in working public code. A: our assumption. Whoever meets a real system corrects
them here and nowhere else; widths and further columns are read from the system (`capabilities`).
"""

from __future__ import annotations

from typing import NamedTuple

PROGID = "ProvideX.Script"  # P
SESSION = "SY_Session"  # P
CODE_PAGE = "cp1252"  # P
CLASS_MISSING = 90  # P: ProvideX error of Init and NewObject

SALES_ORDER = "S/O"
RECEIVABLE = "A/R"
COMMON = "C/I"
LEDGER = "G/L"


class Task(NamedTuple):
    """A business object with the module and task that it needs."""

    object: str
    module: str
    task: str


ORDER = Task("SO_SalesOrder_bus", SALES_ORDER, "SO_SalesOrder_ui")  # P
CUSTOMER = Task("AR_Customer_bus", RECEIVABLE, "AR_Customer_ui")  # P
ITEM = Task("CI_ItemCode_bus", COMMON, "CI_ItemCode_ui")  # P, one source: CI_Item_bus
TASKS = (ORDER, CUSTOMER, ITEM)

SEPARATOR = "\u0160"  # P: byte 0x8A of code page 1252, in every list
_READING = {  # A: a task of the module whose role may see the table
    "SO": (SALES_ORDER, "SO_SalesOrder_ui"),
    "AR": (RECEIVABLE, "AR_Customer_ui"),
    "CI": (COMMON, "CI_ItemCode_ui"),
    "IM": (COMMON, "CI_ItemCode_ui"),
    "GL": (LEDGER, "GL_Account_ui"),
}


def reading(table: str) -> Task:
    """The object that reads a table, with module and task. P for items, customers and addresses, A for the others."""
    if table == "SO_ShipToAddress":
        return Task("SO_ShipToAddress_svc", SALES_ORDER, "SO_ShipToAddress_ui")
    module, task = _READING[table[:2]]
    return Task(f"{table.removesuffix('Header')}_svc", module, task)


REFUSING_WARNINGS = (r"customer PO number already exists",)  # P
"""Warnings (-1) that count as refusals, as patterns."""

# What texts mean (contract section 15): patterns without regard to case, first match wins. All texts A.
TEXTS: tuple[tuple[str, str], ...] = (
    ("record_locked", r"in use by another|another user|currently being invoiced|record is locked"),
    ("seat_limit", r"maximum.*users|licen[cs]e|\bseat"),
    ("locked", r"company.*locked|locked by|exclusive|maintenance"),
    ("auth", r"password|logon|not authorized|external access"),
    ("record_locked", r"error #0\b|in use\b"),
)
