"""Who writes orders into X3: `[companies.NAME.writer]`, one struct a way. Source: contract §1, §7, §8.

Accounts are always opened by SOAP.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from tidegate.config.problem import Report
from tidegate.config.store_rules import check_range
from tidegate.config.strict import Strict

MOST_ORDERS = 500  #: in one file


class ByObject(Strict, frozen=True, kw_only=True, tag_field="way", tag="object"):
    """The published object, saved by SOAP."""

    def check(self, key: str, report: Report) -> None:
        """Nothing to check: its name is the company's own key."""


class ByGraphQL(Strict, frozen=True, kw_only=True, tag_field="way", tag="graphql"):
    """The mutation of GraphQL, where the administrator has mapped it for the folder."""

    fields: Mapping[str, str] = {}  #: fields of orders and lines -> names of the input, where they differ

    def check(self, key: str, report: Report) -> None:
        """Nothing to check here: which fields can be named depends on the company's own."""


class ByTemplate(Strict, frozen=True, kw_only=True, tag_field="way", tag="template"):
    """An import template, carried by SOAP: a request that the batch server works on later, or an import at once."""

    template: str = "YTGSOH"
    execution: Literal["batch", "realtime"] = "batch"
    import_program: str = "AOWSIMPORT"  #: the published names
    result_program: str = "AOWSBATGET"
    orders_per_request: int = 25
    request_hours: int = 24  #: how long a request whose number was lost may still be worked on

    def check(self, key: str, report: Report) -> None:
        """Names are needed; sizes have bounds."""
        for name in ("template", "import_program", "result_program"):
            if not getattr(self, name):
                report.problem(f"{key}.{name}", "missing", "give the name under which it is published")
        check_range(self.orders_per_request, 1, MOST_ORDERS, f"{key}.orders_per_request", report, "orders")
        check_range(self.request_hours, 1, 168, f"{key}.request_hours", report, "hours")


class ByFiles(Strict, frozen=True, kw_only=True, tag_field="way", tag="files"):
    """An import template whose files a recurring task of the batch server takes from a folder."""

    folder: str = ""  #: where the task finds its files, as this machine reaches it
    orders_per_file: int = 50

    def check(self, key: str, report: Report) -> None:
        """A folder of this machine is needed; its being there is the check's to see."""
        if not self.folder:
            report.problem(f"{key}.folder", "missing", "give the folder that the import task reads")
        elif not Path(self.folder).is_absolute():
            report.problem(f"{key}.folder", self.folder, "give it from the root of this machine")
        check_range(self.orders_per_file, 1, MOST_ORDERS, f"{key}.orders_per_file", report, "orders")
