"""The steps of invoices and credit notes: what their names begin with, and what each carries."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.missing_thing import missing_thing
from tidegate.ledger.texts import storable

INVOICES, INVOICE = "invoices", "invoice:"
UNREAD_DESPATCH = "despatch"  #: what an invoice waits for whose despatch has not been read yet
UNPAID = "Magento's invoice is made when Sage's invoice is paid (invoice_when)"


def payment_of(number: str) -> str:
    """What the Magento invoice waits for that comes with the payment of Sage's."""
    return storable(missing_thing("payment", number))


class InvoiceSubject(msgspec.Struct, frozen=True):
    """What a step of an invoice or credit note needs; only the lines that may be of this order.

    `gross` is the whole document's, tax included, in `currency`; None when it is of several orders. Then it may have
    `unplaced` charges, such as carriage, that name none of them. `stated`: the company states all the same whose each
    line is, and what those of this order, charges included, come to.
    """

    entity_id: int
    document: str
    number: str
    returned: bool
    lines: tuple[InvoiceLine, ...]
    gross: Decimal | None = None
    currency: str = ""
    unplaced: bool = False
    stated: bool = msgspec.field(default=False, name="told")  #: the name of earlier versions


read_subject = msgspec.json.Decoder(InvoiceSubject, strict=False).decode
