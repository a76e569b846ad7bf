"""`[companies.NAME]` with `product = "sage100"`: the keys of this room and their checks.

Source: contract §1, §4, §5, §7, §12. Every key is described in docs/sage/sage-100.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report
from tidegate.config.references import Reference
from tidegate.config.store_rules import check_url
from tidegate.sage.sage100.accounts import USUAL
from tidegate.sage.sage100.writers import ByAgent, ByImportJob, ByWebServices

READERS = ("odbc", "sql", "boi", "sdata")
SHIPMENTS = ("shipped", "posted")
#: The bases of cost-based prices, and their columns of an item.
MARKUP_BASES = {
    "standard_cost": "StandardUnitCost",
    "average_cost": "AverageUnitCost",
    "last_cost": "LastTotalUnitCost",
    "standard_price": "StandardUnitPrice",
}
MOST_PROBES = 20  #: of one call of the agent
_COMPANY = re.compile(r"[A-Z0-9]{3}")
_DIVISION = re.compile(r"[0-9A-Z]{2}")
_UDF = re.compile(r"UDF_[A-Z0-9_]{1,40}")


WIDTHS = {"name": 50, "address": 40, "city": 30, "po": 30}
"""Characters of names, address lines, cities and customers' order numbers in the 2023 set."""
SHORTEST = 10


class Sage100Settings(CompanySettings, frozen=True, kw_only=True, tag="sage100"):
    """One company of a Sage 100 installation, with the agent beside it."""

    base_url: str = ""  #: the agent's address, e.g. https://sage.example.com:8490
    company_code: str = ""
    token: Reference = ""  #: the agent's bearer token
    writer: ByAgent | ByWebServices | ByImportJob = ByAgent()  #: who writes; reading is the agent's
    reader: str = ""  #: how the agent must read: one of READERS; "" = as it is set
    warehouse: str = ""  #: of lines that name none
    division: str = USUAL  #: of accounts that name none
    tax_schedule: str = ""  #: of orders whose destination names none; "" = the customer's
    tax_schedules: tuple[str, ...] = ()  #: those that orders may name; () = any
    tolerance: str = "0.00"  #: the most by which Sage's total may differ; else the order is not written
    terms: str = ""  #: of orders; "" = the customer's
    customer_terms: str = ""  #: of accounts that the hub opens; "" = Sage's own default
    customer_tax_schedule: str = ""  #: the same
    opens_accounts: bool = True
    amounts: Mapping[str, str] = {}  #: account of an amount besides goods -> miscellaneous item
    countries: Mapping[str, str] = {}  #: ISO code -> Sage's own, beside the usual ones
    widths: Mapping[str, int] = {}  #: characters that an older release holds, by the names of WIDTHS
    order_field: str = "UDF_MAGENTO_ORDER"
    customer_field: str = "UDF_MAGENTO_CUSTOMER"
    line_field: str = "UDF_MAGENTO_ITEM"
    invoice_fields: bool = True  #: invoices and their history have these fields, too
    shipments: str = "shipped"  #: goods have left when they are "shipped" in data entry, or "posted"
    history_days: int = 90  #: how far back the first read of documents goes
    cancels: bool = False  #: the agent may delete orders
    markup_base: str = "standard_cost"  #: what the price methods C and M start from
    price_probes: int = 0  #: prices that a full reading compares with Sage's own
    keeps_history: bool = True  #: Sales Order retains order history
    holds_for_work_orders: bool = False  #: what work orders require counts as held
    holds_in_shipping: bool = False  #: what is in shipping counts as held, too

    @property
    def longest_account(self) -> int:
        return 20

    @property
    def identity(self) -> str:
        return f"{self.base_url.rstrip('/')} {self.company_code}" if self.company_code else ""

    def width(self, name: str) -> int:
        """How many characters Sage holds of a text of WIDTHS."""
        return self.widths.get(name, WIDTHS[name])

    @property
    def tolerated(self) -> Decimal:
        """`tolerance` as a number."""
        return Decimal(self.tolerance)

    def check(self, key: str, report: Report) -> None:
        if self.base_url:
            check_url(self.base_url, f"{key}.base_url", report, trust=self.trust)
        for name, what in (
            ("base_url", "the address of the agent beside Sage 100, e.g. https://SERVER:8490"),
            ("company_code", "the three characters of the company, e.g. ABC"),
            ("token", "the token that the agent was set up with"),
            ("warehouse", "the warehouse that orders are shipped from"),
        ):
            if not getattr(self, name):
                report.problem(f"{key}.{name}", "missing", f"give {what}")
        if self.company_code and not _COMPANY.fullmatch(self.company_code):
            report.problem(
                f"{key}.company_code",
                self.company_code,
                ("the code must have three capital letters or digits"),
            )
        if not _DIVISION.fullmatch(self.division):
            report.problem(
                f"{key}.division", self.division, ("the division must have two digits or capital letters")
            )
        for name, choices in (
            ("reader", ("", *READERS)),
            ("shipments", SHIPMENTS),
            ("markup_base", tuple(MARKUP_BASES)),
        ):
            if getattr(self, name) not in choices:
                report.problem(f"{key}.{name}", getattr(self, name), f"one of {', '.join(choices)}")
        for name, width in self.widths.items():
            if name not in WIDTHS or not SHORTEST <= width <= WIDTHS[name]:
                allowed = ", ".join(f"{one} of {SHORTEST} to {most}" for one, most in WIDTHS.items())
                report.problem(f"{key}.widths", f"{name} = {width}", f"give {allowed} characters")
        if not 1 <= self.history_days <= 3660:
            report.problem(f"{key}.history_days", str(self.history_days), "from 1 to 3660 days")
        if not 0 <= self.price_probes <= MOST_PROBES:
            report.problem(f"{key}.price_probes", str(self.price_probes), f"from 0 to {MOST_PROBES} prices")
        self.writer.check(f"{key}.writer", report, self.trust)
        for name in ("order_field", "customer_field", "line_field"):
            if not _UDF.fullmatch(getattr(self, name)):
                report.problem(
                    f"{key}.{name}", getattr(self, name), ("the field's name must begin with UDF_")
                )
        try:
            good = 0 <= Decimal(self.tolerance) < 1
        except InvalidOperation:
            good = False
        if not good:
            report.problem(f"{key}.tolerance", self.tolerance, 'give an amount below one, e.g. "0.02"')
