"""`[companies.NAME]` with `product = "sage300"`: the keys of this room and their checks.

Source: contract §1, §2, §7, §10, §12, §18. Every key is described in docs/sage/sage-300.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report
from tidegate.config.references import Identifier, Reference
from tidegate.config.store_rules import check_range, check_url
from tidegate.sage.sage300.csv_customers import OF_PROPERTY
from tidegate.sage.sage300.day_end_window import window_of
from tidegate.sage.sage300.tables import BY_EXPORTS, BY_GATEWAY, BY_SQL, WAYS
from tidegate.sage.sage300.wire_names import INVOICES, SHIPMENTS, STOCK_RESOURCES
from tidegate.sage.sage300.writers import ByCsvImport, ByGateway, ByWebApi

BY_TABLES = ("stock", "contracts", "shipments", "invoices", "prices")  #: keys that may name a way to tables
LONGEST_CODE = 12  #: characters of an optional field's code
_COMPANY = re.compile(r"[A-Za-z0-9]{1,8}")


class Sage300Settings(CompanySettings, frozen=True, kw_only=True, tag="sage300"):
    """One company database of a Sage 300 server."""

    base_url: str = ""  #: up to the version, e.g. https://sage.example.com/Sage300WebApi/v1.0
    company_id: str = ""  #: the database id in the path
    company_name: str = ""  #: as the company profile has it; "" = not compared
    user: Identifier = ""
    password: Reference = ""
    location: str = ""  #: of lines that name none
    unit: str = "EA"
    tax_group: str = ""  #: of orders; "" = the customer's
    tax_authority: str = ""  #: the tax authority whose rates the tax codes mean
    buyer_class: int = 1
    price_list: str = ""  #: the standard one
    customer_group: str = ""  #: of accounts that the hub opens
    customer_tax_group: str = ""  #: the same; "" = `tax_group`
    amounts: Mapping[str, str] = {}  #: account of an amount besides goods -> miscellaneous charge
    order_option: str = ""  #: optional field of orders that shows our key; "" = none
    line_option: str = ""  #: optional field of order lines; "" = lines are distinguished by item
    customer_option: str = ""  #: optional field of customers; "" = none
    customer_key: str = (
        "WebSite"  #: text of customers that holds our key: optional fields cannot be looked up
    )
    own_order_number: bool = False  #: orders get a number of ours, and Sage refuses it a second time
    order_prefix: str = "WEB"  #: prefix of order numbers that the hub gives
    stock: str = ""  #: the resource, or the other way, that reports stock; "" = none does
    contracts: Literal["", "gateway", "sql", "csv"] = (
        ""  #: how contract prices are read; "" = by the gateway, if any
    )
    held: Literal["most", "committed", "ordered"] = "most"  #: what of stock counts as held
    prices: Literal["", "gateway", "sql", "csv"] = ""  #: how price lists are read; "" = by the Web API
    invoices: Literal["", "gateway", "sql", "csv"] = ""  #: how invoices are read; "" = by the Web API
    shipments: str = ""  #: the resource, or the other way, that reports despatches; "" = none does
    reread_days: int = 7  #: the age to which shipments and invoices are read again, for their changes
    gateway_url: str = ""  #: of the SOAP gateway; "" = there is none
    gateway_user: Identifier = ""  #: "" = `user`
    gateway_password: Reference = ""  #: "" = `password`
    sql_connection: Reference = (
        ""  #: to the company's database, as ODBC drivers take it, by a login that only reads
    )
    exports_folder: str = ""  #: of the site's CSV exports, as this machine reaches it
    ready_to_post: bool = False  #: receipts are ready to be posted; else a person looks at them first
    day_end: str = ""  #: when the hub runs day end, local time, e.g. 22:00-23:30; "" = people do
    writer: ByWebApi | ByGateway | ByCsvImport = ByWebApi()  #: who writes orders
    date_form: Literal["noon_z", "local_midnight", "date"] = "noon_z"

    @property
    def longest_account(self) -> int:
        return 12

    @property
    def identity(self) -> str:
        return f"{self.base_url.rstrip('/')} {self.company_id}" if self.company_id else ""

    def check(self, key: str, report: Report) -> None:
        if self.base_url:
            check_url(self.base_url, f"{key}.base_url", report, trust=self.trust)
        if self.gateway_url:
            check_url(self.gateway_url, f"{key}.gateway_url", report, trust=self.trust)
        for name, what in (
            ("base_url", "the address of the Web API, e.g. https://SERVER/Sage300WebApi/v1.0"),
            ("company_id", "the id of the company database, e.g. SAMLTD"),
            ("user", "a Sage 300 user whose security groups hold the Web API right"),
            ("location", "the location that orders are shipped from"),
            ("tax_authority", "the tax authority of the tax codes"),
            ("price_list", "the price list of customers without a list of their own"),
        ):
            if not getattr(self, name):
                report.problem(f"{key}.{name}", "missing", f"give {what}")
        if self.company_id and not _COMPANY.fullmatch(self.company_id):
            report.problem(f"{key}.company_id", self.company_id, "an id has up to 8 letters and digits")
        self.writer.check(f"{key}.writer", report)
        for name in ("order_option", "line_option", "customer_option"):
            if len(getattr(self, name)) > LONGEST_CODE:
                report.problem(f"{key}.{name}", getattr(self, name), f"Sage keeps {LONGEST_CODE} characters")
        allowed = ("", SHIPMENTS.resource, INVOICES.resource, *WAYS)
        if self.shipments not in allowed:
            report.problem(f"{key}.shipments", self.shipments, f'allowed are {", ".join(allowed[1:])} and ""')
        places = (*STOCK_RESOURCES, *WAYS)
        if self.stock not in ("", *places):
            report.problem(f"{key}.stock", self.stock, f'allowed are {", ".join(places)} and ""')
        for way, needed in (
            (BY_GATEWAY, "gateway_url"),
            (BY_SQL, "sql_connection"),
            (BY_EXPORTS, "exports_folder"),
        ):
            chosen = [name for name in BY_TABLES if getattr(self, name) == way]
            if chosen and not getattr(self, needed):
                report.problem(f"{key}.{needed}", "missing", f"{', '.join(chosen)} are to be read there")
        left = self.invoices if self.shipments == INVOICES.resource else self.shipments
        if self.stock == BY_EXPORTS and left not in ("", BY_EXPORTS):
            remedy = f'stock of an export is older than what left by now: read both by "{BY_EXPORTS}"'
            report.problem(f"{key}.shipments", self.shipments, remedy)
        if isinstance(self.writer, ByCsvImport) and self.writer.customers_folder:
            if self.customer_key not in OF_PROPERTY:
                remedy = f"files of customers know the properties {', '.join(OF_PROPERTY)}"
                report.problem(f"{key}.customer_key", self.customer_key, remedy)
            if not self.customer_group:
                remedy = "give the group of the accounts that are to be imported"
                report.problem(f"{key}.customer_group", "missing", remedy)
        if self.day_end:
            try:
                window_of(self.day_end)
            except ValueError:
                remedy = "give its window within a day, e.g. 22:00-23:30, or leave it to people"
                report.problem(f"{key}.day_end", self.day_end, remedy)
        if isinstance(self.writer, ByGateway) and not self.gateway_url:
            report.problem(f"{key}.gateway_url", "missing", "orders are to be written there")
        if self.exports_folder and not Path(self.exports_folder).is_absolute():
            report.problem(
                f"{key}.exports_folder", self.exports_folder, "give it from the root of this machine"
            )
        check_range(self.reread_days, 1, 90, f"{key}.reread_days", report, "days")
        check_range(self.buyer_class, 1, 10, f"{key}.buyer_class", report, "")
        if not self.company_name:
            remedy = (
                "otherwise a test company restored over the live one is not noticed; `tidegate check` "
                "shows the name"
            )
            report.warning(f"{key}.company_name", "missing", remedy)
