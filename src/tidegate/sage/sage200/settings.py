"""`[companies.NAME]` with `product = "sage200"`: the keys of this room and their checks.

Lengths and editions: contract, sections 1 and 9. Every key is described in docs/sage/sage-200.md.
"""

from __future__ import annotations

import re
from typing import Literal

from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report
from tidegate.config.references import Identifier, Reference
from tidegate.config.store_rules import check_range, check_url

#: Analysis codes that an edition offers; spare text fields 1 to 10 exist in both.
ANALYSIS_CODES = {"standard": 5, "professional": 20}
SPARE_TEXTS = 10
LONGEST_CREATED_BY = 30
_KEY_FIELD = re.compile(r"(spare_text|analysis_code)_([1-9]\d?)")


class Sage200Settings(CompanySettings, frozen=True, kw_only=True, tag="sage200"):
    """One (site, company) of Sage 200."""

    edition: Literal["standard", "professional"] = "standard"
    base_url: str = ""  #: "" = the vendor's address for the edition
    sign_in_url: str = "https://id.sage.com"
    site_id: str = ""
    company_id: str = ""
    client_id: Identifier = ""
    client_secret: Reference = ""
    subscription_key: Reference = ""
    subscription_key_secondary: Reference = ""
    redirect_url: str = "http://127.0.0.1:8912/callback"
    refresh_token_days: int = 90
    key_field: str = "spare_text_1"  #: where our key is stored; `analysis_code_N` before August 2023
    created_by: str = "MAGENTO"

    @property
    def identity(self) -> str:
        return f"{self.base_url.rstrip('/')} {self.site_id} {self.company_id}" if self.site_id else ""

    def check(self, key: str, report: Report) -> None:
        if self.base_url:
            check_url(self.base_url, f"{key}.base_url", report, trust=self.trust)
        check_url(self.sign_in_url, f"{key}.sign_in_url", report)
        check_url(self.redirect_url, f"{key}.redirect_url", report)
        if not self.client_id:
            remedy = "give the client id that Sage issued for this application"
            report.problem(f"{key}.client_id", "missing", remedy)
        for name in ("site_id", "company_id"):
            if not getattr(self, name):
                remedy = "nothing can be sent without it; after `tidegate sign-in`, `tidegate check` shows it"
                report.warning(f"{key}.{name}", "missing", remedy)
        if self.subscription_key_secondary and not self.subscription_key:
            report.problem(f"{key}.subscription_key", "missing", "the primary key is needed, too")
        check_range(self.refresh_token_days, 1, 90, f"{key}.refresh_token_days", report, "days")
        self._check_key_field(f"{key}.key_field", report)
        if len(self.created_by) > LONGEST_CREATED_BY:
            found = f"{len(self.created_by)} characters"
            report.problem(f"{key}.created_by", found, f"Sage keeps {LONGEST_CREATED_BY}")

    def _check_key_field(self, key: str, report: Report) -> None:
        codes = ANALYSIS_CODES[self.edition]
        match = _KEY_FIELD.fullmatch(self.key_field)
        limit = {"spare_text": SPARE_TEXTS, "analysis_code": codes}[match.group(1)] if match else 0
        if match is None or int(match.group(2)) > limit:
            remedy = (
                f"allowed are spare_text_1 to spare_text_{SPARE_TEXTS} "
                f"and analysis_code_1 to analysis_code_{codes} (edition {self.edition})"
            )
            report.problem(key, f'the text "{self.key_field}"', remedy)
