"""What becomes of one record that was sent: accepted, handed over, or a failure.

*Accepted* is the company's own answer. *Handed over* says only that the record waits with the company: a
file that a desktop fetches later, a request that is answered offline. Its outcome is read later, by
collecting its parcel or by a look-up; until then it is neither confirmed nor failed nor sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus


class Kind(StrEnum):
    """What kind of document the company made of an order."""

    ORDER = "order"
    INVOICE = "invoice"
    DRAFT = "draft"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record that the company has.

    `number` is the number that users see; "" when the company gives none yet, or never: whatever stores or
    shows the number waits. `gross` is the company's own total after tax, None when it states none that
    can be read. `links` ties further records to it, for the chain: (kind, identifier, number).
    """

    id: str
    number: str
    kind: Kind = Kind.ORDER
    status: SalesOrderStatus | None = None  #: the domain's word, never the product's; None: not stated
    gross: Decimal | None = None
    details: dict[str, str] = field(default_factory=dict)
    links: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A record that waits with the company; its outcome is read later.

    `parcel` is the tracking reference under which the company, or the service in between, keeps it; all
    records of one parcel carry the same. Instants are aware UTC: before `not_before` there is nothing to
    collect (None = at once), after `expires` the company keeps it no longer (None = it says no such time).
    """

    parcel: str
    not_before: datetime | None = None
    expires: datetime | None = None


Outcome = Accepted | HandedOver | Failure
