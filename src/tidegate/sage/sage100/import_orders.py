"""Orders handed over to Visual Integrator, and Sage's own tables for what became of each. Source: contract §11."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel
from tidegate.reading.document import Unreadable
from tidegate.redaction import redact
from tidegate.sage.import_job import ImportJob
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.import_files import ImportFiles, content_of
from tidegate.sage.sage100.orders import Orders
from tidegate.sage.sage100.reference import Reference
from tidegate.sage.sage100.rows import Row, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings


def import_job(files: ImportFiles, client: Sage100Client, clock: Clock) -> ImportJob:
    """The job of one company. `client`: the agent, which reads."""

    def look(keys: Sequence[str]) -> Mapping[str, Outcome | None] | Failure:
        rows = client.by_key(keys)
        return rows if isinstance(rows, Failure) else {key: _seen(rows[key]) for key in keys}

    return ImportJob(files, look, content_of, clock)


class ImportOrders(Orders):
    """The order desk of an import job, which names files before they leave, too."""

    def __init__(self, job: ImportJob, reference: Reference, company: Sage100Settings) -> None:
        super().__init__(job, reference, company)
        self._job = job

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver | Failure:
        """See :class:`tidegate.sage.port.parcels.OrderTracking`."""
        return self._job.reserve(batch)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """See :class:`tidegate.sage.port.orders.OrderDesk`."""
        return self._job.collect(parcels)


def _seen(row: Row) -> Accepted | Failure | None:
    """What the tables show of an order; None: it is not there."""
    match text_of(row, "result"):
        case "absent":
            return None
        case "found":
            number = text_of(row, "sales_order_no")
            totals = row.get("totals")
            try:
                gross = number_of(totals, "total") if isinstance(totals, dict) else None
            except Unreadable:
                gross = None
            return Accepted(number, number, gross=gross)
        case "review":
            text = f"look the order up in Sage: {redact(text_of(row, 'reason'))}"
            return Failure(Code.DUPLICATE_FOUND, text, sent=False)
        case _:
            text = f"the agent does not know the result of the order: {text_of(row, 'reason')}"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
