"""The entries of the company's ledgers, and the money that Tidegate itself posts there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class EntryKind(StrEnum):
    """Kinds of entries of the sales ledger."""

    INVOICE = "invoice"
    CREDIT = "credit note"
    RECEIPT = "receipt"
    REFUND = "refund"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of the sales ledger. `gross` is positive; money in `currency`."""

    id: str
    urn: str  #: ties it to the nominal ledger
    kind: EntryKind
    account: str
    reference: str  #: invoices: the invoice's number
    second_reference: str  #: invoices: the order's number
    day: date | None
    gross: Decimal
    outstanding: Decimal
    net: Decimal | None = None
    tax: Decimal | None = None
    due: date | None = None
    settled: date | None = None  #: the day of full settlement
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of the nominal ledger; one of `debit` and `credit` is zero. Company currency."""

    urn: str
    account: str
    debit: Decimal
    credit: Decimal
    period: str = ""
    day: date | None = None
    reference: str = ""
    narrative: str = ""


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One nominal account; debit positive, credit negative. Company currency."""

    account: str
    name: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """What a buyer paid at checkout, to be posted against the payment method's clearing account.

    `key` is the idempotency key, stored with the receipt; `reference` is the number that users know.
    """

    key: str
    reference: str
    account: str  #: the customer's account
    clearing: str  #: the bank or clearing account of the payment method
    amount: Decimal
    currency: str
    day: date


@dataclass(frozen=True, slots=True)
class NewAllocation:
    """A receipt (or credit note) set against an invoice: both entries of the same account."""

    key: str
    account: str
    debit_entry: str  #: id of the invoice's ledger entry
    credit_entry: str  #: id of the receipt's ledger entry
    amount: Decimal
    day: date
