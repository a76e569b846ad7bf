"""`[companies.NAME]` with `product = "x3"`: the keys of this room and their checks.

Source: contract §1, §2, §5, §9, §12, §13, §17. Every key is described in docs/sage/x3.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report
from tidegate.config.references import Identifier, Reference
from tidegate.config.store_rules import check_range, check_url
from tidegate.sage.x3.tasks import Does, Runs, Task
from tidegate.sage.x3.wire_names import (
    GRAPHQL_ELEMENT,
    GRAPHQL_FIELDS,
    GRAPHQL_HEADER,
    GRAPHQL_LINE,
    TEMPLATES,
)
from tidegate.sage.x3.writers import ByFiles, ByGraphQL, ByObject, ByTemplate

_PREFIX = re.compile(r"[A-Z0-9]{1,6}")
CRITERIA = ("product", "customer", "category", "")
Way = Literal["rest", "soap", "files"]
EXPORTED = ("stock", "products", "prices", "customers", "deliveries", "invoices")
BASE_PRICE = "BASE"  #: in the place of a list: the base price of products


class X3Settings(CompanySettings, frozen=True, kw_only=True, tag="x3"):
    """One folder of an X3 server, seen as one company and its sites."""

    base_url: str = ""  #: of the web server, e.g. https://x3.example.com:8124
    endpoint: str = ""  #: the folder
    pool: str = ""  #: alias of the SOAP pool, as it is written there
    sign_in: Literal["basic", "bearer", "oauth"] = "basic"
    user: Identifier = ""
    password: Reference = ""
    client_id: Identifier = ""  #: of the connected application
    client_secret: Reference = ""
    audience: str = ""  #: of tokens: empty, or the application's address
    token_seconds: int = 60  #: lifetime of a token; below the validity of the connected application
    redirect_url: str = ""  #: X3 Online: where the browser comes back to
    oauth_url: str = ""  #: X3 Online: the token service
    order_object: str = "WSSOH"  #: the published names
    customer_object: str = "WSBPC"
    sales_site: str = ""
    shipping_site: str = ""  #: of lines that name none; "" = the sales site
    order_type: str = "SON"
    unit: str = "UN"
    tax_rule: str = ""  #: of orders; "" = the customer's
    tax_levels: Mapping[str, str] = {}  #: tax level of a product -> per cent, under this tax rule
    elements: Mapping[
        str, str
    ] = {}  #: charge or account, with ":" and a tax level behind it -> invoicing element
    key_prefix: str = "TG"  #: how our keys begin, in CUSORDREF
    reference_field: str = ""  #: a field of the site that holds the shop's order number; "" = none
    line_field: str = (
        ""  #: a field of order lines that holds our key; "" = lines are distinguished by product
    )
    customer_field: str = ""  #: a field of customers that holds our key; "" = the hub opens no accounts
    customer_category: str = "WEB"  #: of accounts that the hub opens
    customer_country: str = ""  #: of such accounts, where the shop knows no address: X3 wants a country
    tracking_field: str = "BOLNUM"  #: of deliveries
    own_order_number: bool = False  #: orders get a number of ours, and X3 refuses it a second time
    order_prefix: str = "WEB"  #: prefix of order numbers that the hub gives
    close_reason: str = ""  #: orders are cancelled by closing them with this reason; "" = a person does it
    look_up: Literal["rest", "soap", "graphql"] = "rest"
    graphql_fields: dict[str, str] = {}  #: fields of orders -> paths of the GraphQL node, where they differ
    look_up_days: int = 14  #: by SOAP: how far back a list must go to show every order in question
    writer: ByObject | ByGraphQL | ByTemplate | ByFiles = ByObject()  #: who writes orders
    page_size: int = 100
    stock: Way = "rest"  #: by which way each is read: REST, or export templates
    products: Way = "rest"
    prices: Way = "rest"
    customers: Way = "rest"
    deliveries: Way = "rest"
    invoices: Way = "rest"
    export_program: str = "AOWSEXPORT"  #: the published name
    export_templates: Mapping[str, str] = {}  #: what is exported -> its template, where it differs
    exports_folder: str = ""  #: where a task leaves exports, as this machine reaches it
    tasks: tuple[Task, ...] = ()  #: when the batch server's imports and exports run
    held: Literal["most", "allocated", "ordered"] = "most"  #: what of stock counts as held
    price_list: str = BASE_PRICE  #: of customers without another one
    price_lists: Mapping[str, str] = {}  #: list code -> what its criteria are, e.g. "product customer"
    category_lists: Mapping[str, str] = {}  #: category of customers -> their list
    price_probes: int = 0  #: order lines whose price a full reading compares with ours
    execution_minutes: int = 5  #: how long a call may still run in the pool
    company_code: str = ""
    company_name: str = ""  #: as set-up has it; "" = not compared
    megabytes: int = 0  #: of a day that the licence leaves to us; 0 = no number

    @property
    def longest_account(self) -> int:
        return 15

    @property
    def identity(self) -> str:
        if not self.endpoint or not self.sales_site:
            return ""
        return f"{self.base_url.rstrip('/')} {self.endpoint} {self.sales_site}"

    @property
    def rates(self) -> dict[str, Decimal]:
        """The tax levels' rates, as numbers; what is none is left out (and refused by `check`)."""
        found = {}
        for level, text in self.tax_levels.items():
            try:
                found[level] = Decimal(text)
            except InvalidOperation:
                continue
        return found

    def runs(self, does: Does) -> Runs:
        """When tasks of this kind run, as far as the configuration says."""
        return Runs(self.tasks, does, self.time_zone, self.closed)

    @property
    def ways(self) -> dict[str, Way]:
        """By which way each kind of data is read."""
        return {name: getattr(self, name) for name in EXPORTED}

    @property
    def exports(self) -> dict[str, Way]:
        """What is read from exports, by the names of `TEMPLATES`, and by which way."""
        found: dict[str, Way] = {
            name: way for name, way in self.ways.items() if way != "rest" and name != "prices"
        }
        if self.prices != "rest":
            found |= {"base prices": self.prices} if self.price_list == BASE_PRICE else {}
            found |= {"price lists": self.prices} if self.price_lists else {}
        if self.stock == "files":
            found["orders"] = "files"
        return found

    def check(self, key: str, report: Report) -> None:
        if self.base_url:
            check_url(self.base_url, f"{key}.base_url", report, trust=self.trust)
        needed = [
            ("base_url", "the address of the web server, e.g. https://SERVER:8124"),
            ("endpoint", "the folder, e.g. SEED"),
            ("pool", "the alias of the SOAP pool, in the same letters"),
            ("sales_site", "the site that sells, e.g. FR011"),
            ("tax_levels", 'the tax levels and their rates, e.g. { NOR = "20" }'),
        ]
        needed += {
            "basic": [("user", "a user for web services"), ("password", "its password")],
            "bearer": [
                ("user", "the user that the connected application allows"),
                ("client_id", "the id of the connected application"),
                ("client_secret", "its secret"),
            ],
            "oauth": [
                ("client_id", "the id of the application"),
                ("client_secret", "its secret"),
                ("redirect_url", "where the browser comes back to"),
                ("oauth_url", "the token service of X3 Online"),
            ],
        }[self.sign_in]
        for name, what in needed:
            if not getattr(self, name):
                report.problem(f"{key}.{name}", "missing", f"give {what}")
        for level, text in self.tax_levels.items():
            if level not in self.rates or not 0 <= self.rates[level] <= 100:
                report.problem(f"{key}.tax_levels", f"{level} = {text!r}", "give a rate in per cent")
        if not _PREFIX.fullmatch(self.key_prefix):
            report.problem(f"{key}.key_prefix", self.key_prefix, "give 1 to 6 capital letters and digits")
        for name, criteria in self.price_lists.items():
            if any(one not in CRITERIA for one in criteria.split(" ")):
                allowed = "product, customer and category, in the order of the criteria"
                report.problem(f"{key}.price_lists", f"{name} = {criteria!r}", f"allowed are {allowed}")
        if self.price_list != BASE_PRICE and self.price_list not in self.price_lists:
            report.problem(f"{key}.price_list", self.price_list, "add it to price_lists, too")
        self.writer.check(f"{key}.writer", report)
        at_once = isinstance(self.writer, ByTemplate) and self.writer.execution == "realtime"
        if isinstance(self.writer, ByTemplate | ByFiles) and not at_once and not self.own_order_number:
            remedy = "nothing shows an order that waits: with numbers of ours X3 itself refuses a second one"
            report.warning(f"{key}.own_order_number", "false", remedy)
        for number, task in enumerate(self.tasks, 1):
            task.check(f"{key}.tasks[{number}]", report)
        self._check_exports(key, report)
        tokens_alone = 'GraphQL takes tokens alone: sign_in = "bearer" or "oauth"'
        if self.look_up == "graphql" and self.sign_in == "basic":
            report.problem(f"{key}.look_up", self.look_up, tokens_alone)
        if isinstance(self.writer, ByGraphQL):
            if self.sign_in == "basic":
                report.problem(f"{key}.writer", "graphql", tokens_alone)
            names = {*GRAPHQL_HEADER, *GRAPHQL_LINE, *GRAPHQL_ELEMENT}
            for name in self.writer.fields.keys() - names - {self.reference_field, self.line_field}:
                remedy = "allowed are the fields that orders have: see docs/sage/x3.md"
                report.problem(f"{key}.writer.fields", name, remedy)
        for name in self.graphql_fields.keys() - GRAPHQL_FIELDS.keys() - {self.reference_field, "ORDINVATI"}:
            remedy = f"allowed are the one of reference_field, ORDINVATI, {', '.join(GRAPHQL_FIELDS)}"
            report.problem(f"{key}.graphql_fields", name, remedy)
        check_range(self.token_seconds, 20, 600, f"{key}.token_seconds", report, "seconds")
        check_range(self.price_probes, 0, 1000, f"{key}.price_probes", report, "order lines")
        check_range(self.page_size, 1, 1000, f"{key}.page_size", report, "rows")
        check_range(self.look_up_days, 1, 365, f"{key}.look_up_days", report, "days")
        if self.execution_minutes > self.settle_minutes:
            remedy = "raise settle_minutes: an order may still be saved while its call runs"
            report.problem(f"{key}.execution_minutes", str(self.execution_minutes), remedy)
        if self.seats > 2:
            report.warning(f"{key}.seats", str(self.seats), "X3 should not get more than two calls at once")
        if not self.company_name:
            remedy = (
                "otherwise a folder copied from another one is not noticed; `tidegate check` shows the name"
            )
            report.warning(f"{key}.company_name", "missing", remedy)

    def _check_exports(self, key: str, report: Report) -> None:
        """What is read from exports can be, and is not corrected by what is read at another time."""
        if "files" in self.ways.values() and not Path(self.exports_folder).is_absolute():
            remedy = "give the folder of the export task, from the root of this machine"
            report.problem(f"{key}.exports_folder", self.exports_folder or "missing", remedy)
        for name in self.export_templates.keys() - TEMPLATES.keys():
            report.problem(f"{key}.export_templates", name, f"allowed are {', '.join(TEMPLATES)}")
        named = [*{**TEMPLATES, **self.export_templates}.values()]
        for name in {one for one in named if named.count(one) > 1}:
            report.problem(f"{key}.export_templates", name, "each kind of data needs a template of its own")
        if self.stock == "files" and self.deliveries != "files":
            remedy = 'stock of a file is older than what left by now: read both by "files"'
            report.problem(f"{key}.deliveries", self.deliveries, remedy)
        if self.prices == "files" and self.price_probes:
            remedy = "prices of a file are older than the orders that they are compared with: 0"
            report.problem(f"{key}.price_probes", str(self.price_probes), remedy)
