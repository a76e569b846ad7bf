"""The sales ledger: what customers owe and what they have paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal
from typing import Literal

from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.record import Record

EntryKind = Literal["invoice", "credit_note", "receipt", "refund"]


@dataclass(frozen=True, slots=True)
class TaxShare:
    """Goods and tax of one tax code within a transaction."""

    tax_code_id: int
    goods: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class NominalShare:
    """What of a transaction goes to one nominal account; the sign is that of the transaction."""

    target: Target
    value: Decimal
    narrative: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One allocation that touched a transaction; the value has the transaction's sign."""

    id: int
    date: Day
    value: Decimal
    other_ids: tuple[int, ...]
    at: str  #: time of change, ISO 8601


@dataclass(slots=True, kw_only=True, eq=False)
class Transaction(Record):
    """A posted transaction of the sales ledger: invoices and refunds positive, the rest negative."""

    customer_id: int
    kind: EntryKind
    reference: str
    second_reference: str
    date: Day
    posted_on: Day
    due_date: Day
    goods: Decimal
    tax: Decimal
    gross: Decimal
    discount: Decimal = ZERO
    exchange_rate: Decimal = Decimal("1.000000")
    allocated: Decimal = ZERO
    settled_on: Day | None = None
    urn: int = 0
    user: str = ""
    source: str = "sales"  #: the ledger that made it: orders, sales, api
    bank_id: int | None = None
    queried: str = ""
    tax_shares: list[TaxShare] = field(default_factory=list)
    nominal_shares: list[NominalShare] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)

    @property
    def outstanding(self) -> Decimal:
        """What is not yet allocated, with the transaction's sign."""
        return self.gross - self.allocated
