"""What a company says of its set-up: code lists, and findings of the preflight check."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list of the company's set-up, for the completeness check: code -> name."""

    kind: str  #: tax, tax-group, tax-schedule, account, charge, warehouse, courier, payment-method, price-list, bank
    codes: dict[str, str]
    rates: dict[str, Decimal] = field(default_factory=dict)  #: tax codes only: percent
    aliases: dict[str, str] = field(default_factory=dict)
    """Banks only: another name -> the code. A name that more than one of them has is no alias."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the preflight check."""

    subject: str
    verdict: str  #: pass, warn or fail
    text: str
    remedy: str = ""
