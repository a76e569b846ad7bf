"""New accounts handed over to the site's import of customers, a file each, and the Web API for what became of them.

Source: contract §12, §17. The import is set up to insert alone: what would change an account that is there is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.sage.import_job import ImportJob
from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.port.parcels import Scope
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.csv_customers import USUAL, content_of, form_of
from tidegate.sage.sage300.csv_layout import Layout
from tidegate.sage.sage300.csv_sample import Sample
from tidegate.sage.sage300.customers import NUMBER, Customers
from tidegate.sage.sage300.import_files import ImportFiles
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.writers import ByCsvImport

_RECORD = re.compile(r" record \d+ ")  #: A: a report's line about a record that failed


class CustomerFiles(ImportFiles):
    """A file holds one account: what the report says of a record is said of that one, by whatever name."""

    def refused(self, lines: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
        return {key: line for line in lines for key in keys if _RECORD.search(line)}


class ImportCustomers(Customers):
    """The customers of a company whose new accounts its own import enters."""

    scopes = frozenset({Scope.CUSTOMERS})

    def __init__(
        self,
        client: Sage300Client,
        company: Sage300Settings,
        today: Callable[[], date],
        writer: ByCsvImport,
        clock: Clock,
    ) -> None:
        """Makes no call, and reads no file yet."""
        super().__init__(client, company, today)
        self.files = CustomerFiles(Path(writer.customers_folder))
        self._sample = Sample(
            "customers_sample", writer.customers_sample, USUAL, form_of(company.customer_key)
        )
        self._job = ImportJob(self.files, self._seen, _orders_go_elsewhere, clock)

    def layout(self) -> Layout | Failure:
        """The layout of the sample."""
        return self._sample.layout()

    def _enter(self, new: NewCustomer, body: Mapping[str, Any]) -> Outcome:
        """Leave a file, unless the number is taken: an import that was set up otherwise would write over that account."""
        layout = self.layout()
        if isinstance(layout, Failure):
            return layout
        taken = self._holder(new, str(body[NUMBER]))
        if taken is not None:
            return taken
        return self._job.leave(_digest([new.key]), new.key, content_of(body, layout))

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """See :class:`tidegate.sage.port.parcels.ParcelDesk`. A file is named after its key, not after its content."""
        return self._job.collect([replace(one, digest=_digest(one.keys)) for one in parcels])

    def _seen(self, keys: Sequence[str]) -> Mapping[str, Outcome | None] | Failure:
        found = self.find_created(keys)
        if isinstance(found, Failure):
            return found
        return {key: Accepted(one.id, one.account) if one is not None else None for key, one in found.items()}


def _digest(keys: Sequence[str]) -> str:
    return digest_of((key, "") for key in keys)


def _orders_go_elsewhere(_bodies: Sequence[Mapping[str, Any]]) -> bytes:
    raise ValueError("this import takes customers")
