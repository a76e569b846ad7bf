"""`[companies.NAME]` with `product = "business_cloud"`: the keys of this room and their checks.

Source: contract §1, §2, §5, §9. Every key is described in docs/sage/business-cloud.md.
"""

from __future__ import annotations

import re
from typing import Literal

from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report
from tidegate.config.references import Identifier, Reference
from tidegate.config.store_rules import check_range, check_url
from tidegate.sage.port.invoice_due import InvoiceDue

BASE_URL = "https://api.accounting.sage.com/v3.1"
SIGN_IN_URL = "https://www.sageone.com"
TOKEN_URL = "https://oauth.accounting.sage.com"  # noqa: S105 - an address
MINUTE, DAY = 100, 2500  #: calls that a business may make, all applications together (C, F)
Form = Literal["invoice", "quote", "draft"]
Invoiced = Literal["shipped", "store-invoiced", "by-staff"]
_BUSINESS = re.compile(r"[0-9a-f]{32}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class BusinessCloudSettings(CompanySettings, frozen=True, kw_only=True, tag="business_cloud"):
    """One business of an account."""

    base_url: str = BASE_URL
    sign_in_url: str = SIGN_IN_URL  #: where a person signs in
    token_url: str = TOKEN_URL  #: where tokens are renewed
    client_id: Identifier = ""
    client_secret: Reference = ""
    redirect_url: str = "http://127.0.0.1:8912/callback"
    business_id: str = ""
    country: str = "GB"  #: of the business
    zero_rate_abroad: bool = (
        True  #: a contact that is at home elsewhere can have no tax (F, of British businesses)
    )
    orders: Form = "invoice"  #: what an order becomes
    invoiced: Invoiced = "shipped"  #: when Tidegate makes the invoice of a quote or draft
    sales_account: str = "4000"  #: ledger account of lines that name none
    quote_days: int = 30  #: how long a quote is valid
    price_type: str = ""  #: the standard one; "" = the first one
    calls_per_minute: int = 50  #: of the budget that all applications of the business share
    calls_per_day: int = 1200
    full_stock_hours: int = 24  #: the longest time between two full reads of stock
    currency_tax_amount: bool = False  #: lines say their tax twice, as one integration has to (F)
    seats: int = 2  #: calls at a time

    @property
    def invoice_due(self) -> InvoiceDue | None:
        """When Tidegate makes the invoice of an order that is a quote or draft first; None: it makes none."""
        if self.orders == "invoice" or self.invoiced == "by-staff":
            return None
        return InvoiceDue(self.invoiced)

    @property
    def longest_account(self) -> int:
        return 10

    @property
    def identity(self) -> str:
        return f"{self.base_url.rstrip('/')} {self.business_id}" if self.business_id else ""

    def check(self, key: str, report: Report) -> None:
        check_url(self.base_url, f"{key}.base_url", report, trust=self.trust)
        for name in ("sign_in_url", "token_url", "redirect_url"):
            check_url(getattr(self, name), f"{key}.{name}", report)
        if not self.client_id:
            report.problem(f"{key}.client_id", "missing", "give the client id of the registered application")
        if not self.client_secret:
            report.problem(f"{key}.client_secret", "missing", "give the secret of the registered application")
        if not self.business_id:
            remedy = "nothing can be sent without it; after `tidegate sign-in`, `tidegate check` shows it"
            report.warning(f"{key}.business_id", "missing", remedy)
        elif not _BUSINESS.fullmatch(self.business_id):
            report.problem(f"{key}.business_id", self.business_id, "an id has 32 hexadecimal digits")
        if not _COUNTRY.fullmatch(self.country):
            report.problem(f"{key}.country", self.country, "two capital letters, e.g. GB")
        if not self.sales_account.isdigit():
            report.problem(
                f"{key}.sales_account", self.sales_account, "the code of a ledger account, e.g. 4000"
            )
        check_range(self.quote_days, 1, 365, f"{key}.quote_days", report, "days")
        check_range(self.calls_per_minute, 10, MINUTE, f"{key}.calls_per_minute", report, "calls")
        check_range(self.calls_per_day, 100, DAY, f"{key}.calls_per_day", report, "calls")
        check_range(self.full_stock_hours, 1, 24, f"{key}.full_stock_hours", report, "hours")
