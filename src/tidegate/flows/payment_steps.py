"""The steps that report payments: what their names begin with, and what each carries."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tidegate.domain.money import shown

PAYMENTS = "payments"
#: The steps that report a payment in full, in part, and taken back; the invoice's number follows.
PAID, PART, REOPENED = "payment:", "part-payment:", "reopened:"


class PaymentSubject(msgspec.Struct, frozen=True):
    """What was paid of an invoice; amounts in the account's currency."""

    entity_id: int
    invoice: str
    gross: Decimal
    outstanding: Decimal
    currency: str

    @property
    def text(self) -> str:
        """The comment; a look-up finds it again by all of it."""
        if not self.outstanding:
            return f"Sage invoice {self.invoice} is paid"
        paid = f"{shown(self.gross - self.outstanding)} of {shown(self.gross)} {self.currency}".strip()
        return f"Sage invoice {self.invoice}: {paid} paid"


read_payment = msgspec.json.Decoder(PaymentSubject, strict=False).decode
