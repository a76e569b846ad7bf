"""Who writes into Sage 100: `[companies.NAME.writer]`, one struct a way. Source: contract §1, §9, §11.

Reading always goes by the agent.
"""

from __future__ import annotations

from pathlib import Path

from tidegate.config.problem import Report
from tidegate.config.references import Identifier, Reference
from tidegate.config.store_rules import check_url
from tidegate.config.strict import Strict
from tidegate.trust import Trust

MOST_ORDERS = 500  #: in one file


class ByAgent(Strict, frozen=True, kw_only=True, tag_field="way", tag="boi"):
    """The agent, through Sage's Business Object Interface."""

    def check(self, key: str, report: Report, trust: Trust) -> None:
        """Nothing to check: the agent's address and token are the company's own."""


class ByWebServices(Strict, frozen=True, kw_only=True, tag_field="way", tag="ews"):
    """eBusiness Web Services, straight from the hub."""

    url: str = ""  #: up to MasService.svc
    user: Identifier = ""
    password: Reference = ""

    def check(self, key: str, report: Report, trust: Trust) -> None:
        """Address, user and password are needed."""
        if self.url:
            check_url(self.url, f"{key}.url", report, trust=trust)
        for name, what in (
            ("url", "the service's address, e.g. https://SERVER/ebusinessWebServices/MasService.svc"),
            ("user", "a Sage 100 user for Tidegate alone, enabled for web services"),
            ("password", "its password"),
        ):
            if not getattr(self, name):
                report.problem(f"{key}.{name}", "missing", f"give {what}")


class ByImportJob(Strict, frozen=True, kw_only=True, tag_field="way", tag="import-job"):
    """A job of Visual Integrator, which reads files of orders. It cannot write accounts or delete orders."""

    folder: str = ""  #: where the job finds its files, as this machine reaches it
    orders_per_file: int = 50

    def check(self, key: str, report: Report, trust: Trust) -> None:
        """A folder of this machine is needed; its being there is the check's to see."""
        if not self.folder:
            report.problem(f"{key}.folder", "missing", "give the folder that the import job reads")
        elif not Path(self.folder).is_absolute():
            report.problem(f"{key}.folder", self.folder, "give the full path")
        if not 1 <= self.orders_per_file <= MOST_ORDERS:
            report.problem(
                f"{key}.orders_per_file", str(self.orders_per_file), f"from 1 to {MOST_ORDERS} orders"
            )
