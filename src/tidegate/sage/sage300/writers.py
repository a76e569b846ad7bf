"""Who writes orders into Sage 300: `[companies.NAME.writer]`, one struct a way. Source: contract §1, §17.

New accounts go by the Web API, or by the import; receipts always by the Web API.
"""

from __future__ import annotations

from pathlib import Path

from tidegate.config.problem import Report
from tidegate.config.strict import Strict

MOST_ORDERS = 500  #: in one file


class ByWebApi(Strict, frozen=True, kw_only=True, tag_field="way", tag="web-api"):
    """The Web API."""

    def check(self, key: str, report: Report) -> None:
        """Nothing to check: its address is the company's own."""


class ByGateway(Strict, frozen=True, kw_only=True, tag_field="way", tag="gateway"):
    """The SOAP gateway: an order is previewed, with Sage's own tax, before it is inserted."""

    def check(self, key: str, report: Report) -> None:
        """Nothing to check here: the gateway's address is the company's own."""


class ByCsvImport(Strict, frozen=True, kw_only=True, tag_field="way", tag="csv"):
    """The site's imports from CSV files: of orders, and of customers where they have a folder."""

    folder: str = ""  #: where the import finds its files, as this machine reaches it
    sample: str = ""  #: an export of orders of this site, whose header rows are taken; "" = the usual ones
    orders_per_file: int = 50
    customers_folder: str = (
        ""  #: where the import of customers finds its files; "" = accounts go by the Web API
    )
    customers_sample: str = ""  #: an export of customers of this site; "" = the usual header rows

    def check(self, key: str, report: Report) -> None:
        """A folder of this machine is needed; its being there is the check's to see."""
        if not self.folder:
            report.problem(f"{key}.folder", "missing", "give the folder that the import of orders reads")
        if self.customers_folder and Path(self.customers_folder) == Path(self.folder):
            remedy = "give customers a folder of their own: an import reads one kind of file"
            report.problem(f"{key}.customers_folder", self.customers_folder, remedy)
        for name in ("folder", "sample", "customers_folder", "customers_sample"):
            given = getattr(self, name)
            if given and not Path(given).is_absolute():
                report.problem(f"{key}.{name}", given, "give it from the root of this machine")
        if not 1 <= self.orders_per_file <= MOST_ORDERS:
            report.problem(
                f"{key}.orders_per_file", str(self.orders_per_file), f"from 1 to {MOST_ORDERS} orders"
            )
