"""Orders handed over to the site's CSV import, and the Web API for what became of each. Source: contract §8, §17."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.domain.parcel import Parcel
from tidegate.sage.import_job import ImportJob, by_search
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.csv_layout import LINE_OPTION, ORDERS, USUAL, Layout
from tidegate.sage.sage300.csv_orders import content_of
from tidegate.sage.sage300.csv_sample import Sample
from tidegate.sage.sage300.import_files import ImportFiles
from tidegate.sage.sage300.order_search import OrderSearch
from tidegate.sage.sage300.orders import Orders
from tidegate.sage.sage300.reference import Reference
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.writers import ByCsvImport


class CsvImport:
    """The import of one company: its folder, and the layout of its files."""

    def __init__(self, writer: ByCsvImport, search: OrderSearch, clock: Clock) -> None:
        """Makes no call, and reads no file yet."""
        self.files = ImportFiles(Path(writer.folder))
        self._sample = Sample("sample", writer.sample, USUAL, ORDERS)
        self.job = ImportJob(self.files, by_search(search), self._content, clock)

    def layout(self) -> Layout | Failure:
        """The layout of the sample."""
        return self._sample.layout()

    def _content(self, bodies: Sequence[Mapping[str, Any]]) -> bytes:
        layout = self.layout()
        if isinstance(layout, Failure):
            raise ValueError("nothing is prepared without a layout")
        return content_of(bodies, layout)


class ImportOrders(Orders):
    """The order desk of a CSV import, which names files before they leave, too."""

    def __init__(
        self, csv: CsvImport, client: Sage300Client, reference: Reference, company: Sage300Settings
    ) -> None:
        super().__init__(client, reference, company)
        self._csv = csv

    def prepare(self, orders: Sequence[Any]) -> list[Prepared | Failure]:
        """Prepare as for the Web API, once the layout is known."""
        layout = self._csv.layout()
        return [layout] * len(orders) if isinstance(layout, Failure) else super().prepare(orders)

    def _distinguishes_lines(self) -> bool:
        layout = self._csv.layout()
        return super()._distinguishes_lines() and isinstance(layout, Layout) and layout.has(LINE_OPTION)

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver | Failure:
        """See :class:`tidegate.sage.port.parcels.OrderTracking`."""
        return self._csv.job.reserve(batch)

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One file for all of them."""
        return self._csv.job.send(batch)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """See :class:`tidegate.sage.port.orders.OrderDesk`."""
        return self._csv.job.collect(parcels)
