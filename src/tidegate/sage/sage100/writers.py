"""Who writes into Sage 100: `[companies.NAME.writer]`, one struct a way. Source: contract §1, §9, §11.

Reading goes by the agent, whoever writes.
"""

from __future__ import annotations

from tidegate.config.problem import Report
from tidegate.config.references import Identifier, Reference
from tidegate.config.store_rules import check_url
from tidegate.config.strict import Strict
from tidegate.trust import Trust


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
            ("user", "a Sage 100 user of the hub's own, enabled for web services"),
            ("password", "its password"),
        ):
            if not getattr(self, name):
                report.problem(f"{key}.{name}", "missing", f"give {what}")
