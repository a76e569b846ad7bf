"""Orders handed over as files of an import template, and X3's own list for what became of each. Source: contract §8.

Never from the trace alone: each order is looked up by its key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.sage.import_job import ImportJob, by_search
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.import_files import ImportFiles
from tidegate.sage.x3.objects import Screen
from tidegate.sage.x3.order_search import OrderSearch
from tidegate.sage.x3.orders import Orders
from tidegate.sage.x3.payloads import Resolved, order_fields
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.template import file_of, layout, records_of
from tidegate.sage.x3.writers import ByFiles


class TemplateOrders(Orders):
    """Orders prepared for a template: no screen is asked for, since the layout is ours."""

    def _screen(self) -> Screen:
        return layout(self._company)

    def _payload(self, order: SalesOrder, known: Resolved) -> dict[str, Any] | Failure:
        found = order_fields(order, known, self._company)
        return found if isinstance(found, Failure) else {"records": records_of(found, self._company)}


class ImportOrders(TemplateOrders):
    """The order desk of an import task, which names files before they leave, too."""

    def __init__(
        self,
        writer: ByFiles,
        search: OrderSearch,
        client: X3Client,
        reference: Reference,
        company: X3Settings,
        clock: Clock,
    ) -> None:
        """Makes no call, and reads no file yet."""
        super().__init__(client, reference, company)
        self.files = ImportFiles(Path(writer.folder))
        runs = company.runs("import")
        self._job = ImportJob(self.files, by_search(search), file_of, clock, runs.worked_by)

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver | Failure:
        """See :class:`tidegate.sage.port.parcels.OrderTracking`."""
        return self._job.reserve(batch)

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One file for all of them."""
        return self._job.send(batch)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """See :class:`tidegate.sage.port.orders.OrderDesk`."""
        return self._job.collect(parcels)
