"""The tables. Nothing outside the ledger touches them; the functions beside them do."""

from tidegate.ledger.models.archived import Archived, ArchivedRuns
from tidegate.ledger.models.attempt import Attempt, Batch
from tidegate.ledger.models.books import BookEntry, BookInvoice, BookPosting
from tidegate.ledger.models.chain import Link
from tidegate.ledger.models.copy import PayloadCopy
from tidegate.ledger.models.customer import CustomerLink
from tidegate.ledger.models.delivery import Delivery, Event
from tidegate.ledger.models.edit import Edit
from tidegate.ledger.models.figures import Depth, IdleCycles, Tally
from tidegate.ledger.models.key import StoredKey
from tidegate.ledger.models.lease import Lease
from tidegate.ledger.models.mapping import Mapping
from tidegate.ledger.models.mirror import MirrorRow, MirrorSnapshot
from tidegate.ledger.models.month_end import MonthEnd, SignOff
from tidegate.ledger.models.movement import StockMovement
from tidegate.ledger.models.notification import Digest, Notification
from tidegate.ledger.models.parcel import Parcel, ParcelRecord
from tidegate.ledger.models.secret import Secret
from tidegate.ledger.models.source import Source
from tidegate.ledger.models.stream import Cursor, Mark
from tidegate.ledger.models.trouble import Alert, Closure, Halt
from tidegate.ledger.models.usage import Usage

__all__ = [
    "Alert",
    "Archived",
    "ArchivedRuns",
    "Attempt",
    "Batch",
    "BookEntry",
    "BookInvoice",
    "BookPosting",
    "Closure",
    "Cursor",
    "CustomerLink",
    "Delivery",
    "Depth",
    "Digest",
    "Edit",
    "Event",
    "Halt",
    "IdleCycles",
    "Lease",
    "Link",
    "Mapping",
    "Mark",
    "MirrorRow",
    "MirrorSnapshot",
    "MonthEnd",
    "Notification",
    "Parcel",
    "ParcelRecord",
    "PayloadCopy",
    "Secret",
    "SignOff",
    "Source",
    "StockMovement",
    "StoredKey",
    "Tally",
    "Usage",
]
