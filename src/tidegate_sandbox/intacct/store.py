"""What the product keeps beside the kernel's company: named records, and what happened with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.erp.table import Table
from tidegate_sandbox.intacct.formats import Value


@dataclass(slots=True, kw_only=True, eq=False)
class Named(Record):
    """A record with an id of its own and values by their names in the gateway."""

    name: str
    values: dict[str, Value] = field(default_factory=dict)
    entity: str = ""


def named_table() -> Table[Named]:
    """Records that are unique by their own id."""
    return Table(name=lambda one: one.name)


@dataclass(slots=True, kw_only=True, eq=False)
class SmartEvent(Record):
    """That something was added or changed (§14)."""

    topic: str
    owner: str  #: the object's name
    key: str  #: DOCID or the record's own id
    user: str
    document_type: str = ""


@dataclass(frozen=True, slots=True)
class UsedId:
    """A control id that a function has burnt (§11)."""

    at: datetime
    function: str


class Store:
    """The product's own records of one company. Rolled back together with the company."""

    def __init__(self) -> None:
        self.contacts = named_table()
        self.terms = named_table()
        self.entities = named_table()
        self.locations = named_table()
        self.departments = named_table()
        self.schedules = named_table()  #: price schedules
        self.definitions = named_table()  #: transaction definitions
        self.journals = named_table()
        self.drafts = named_table()  #: payments that are not posted yet
        self.invoice_drafts = named_table()  #: AR invoices that are not posted yet
        self.jobs = named_table()
        self.events: Table[SmartEvent] = Table()
        self.used_ids: dict[str, UsedId] = {}
        self.custom_fields: dict[str, tuple[str, ...]] = {}  #: by object, or by ``SODOCUMENT/<definition>``
        self.invoice_keys: dict[int, int] = {}  #: AR RECORDNO in force, by the kernel's transaction
        self.more: dict[str, Any] = {}
