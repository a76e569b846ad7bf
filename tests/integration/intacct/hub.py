"""A shop, an Intacct company and a hub's command line between them, over real sockets of this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integration.served_hub import ServedHub
from tidegate_sandbox import intacct
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.intacct.demo import demo_company
from tidegate_sandbox.intacct.face import GATEWAY

START = datetime(2026, 3, 23, 13, 0, tzinfo=UTC)
FLOWS = ("orders", "order-status", "shipments", "inventory", "invoices", "payments", "prices", "products")
CONFIGURATION = """
[companies.east]
product = "intacct"
base_url = "{company}"
sender_id = "env:SAGE_SENDER_ID"
sender_password = "env:SAGE_SENDER_PASSWORD"
company_id = "env:SAGE_COMPANY_ID"
user_id = "env:SAGE_USER_ID"
user_password = "env:SAGE_USER_PASSWORD"
currency = "USD"
time_zone = "America/Detroit"
location = "100"
multi_currency = true
term = "Net 30"
taxes = ["Sales Tax"]
charges = ["Shipping"]
amounts = {{ "7900" = "Rounding", "4905" = "Handling" }}
settle_minutes = 0

[connections.web]
store = "main"
company = "east"
websites = ["base"]
warehouse = "WH1"
cancellation = "cancel"

[connections.web.capture]
since = 2026-01-01T00:00:00Z
lag_seconds = 0

[connections.web.customers]
unknown = "create"
guest_account = "WEB"
web_account = "WEB"
trust_emails = ["base"]

[connections.web.notes]
comment = "hidden"

[connections.web.rounding]
tolerance = "0.05"
account = "7900"
tax_code = "Sales Tax"

[connections.web.tax.codes]
"0" = "Sales Tax"
"5" = "Sales Tax"
"6" = "Sales Tax"
"20" = "Sales Tax"

[connections.web.shipping."*"]
charge = "Shipping"

[connections.web.payments."*"]
account = "BOA"

[connections.web.stock]
msi = true
warehouses = {{ "WH1" = "wh_detroit", "WH2" = "wh_london" }}

[connections.web.prices]
scope = "website"
groups = {{ "Wholesale" = "Wholesale" }}

[connections.web.fulfilment]
invoice_when = "invoice"
carriers = {{ "UPS Ground" = "ups" }}
"""


class IntacctHub(ServedHub):
    """Both systems served, and commands as they are typed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(SandboxClock.virtual(START), folder)
        self.company = demo_company(self.clock, seed=1)
        self.face, self.wire = intacct.build(self.clock, self.faults, self.company)
        self.face.tenant.store.more["subtotals"]["Rounding"] = "7900"
        url = self.serve(self.wire)
        self.configure(CONFIGURATION.format(company=url + GATEWAY), FLOWS)

    @property
    def environment(self) -> dict[str, str]:
        """The secrets that the configuration refers to."""
        known = self.face.credentials
        return {
            **super().environment,
            "SAGE_SENDER_ID": known.sender_id,
            "SAGE_SENDER_PASSWORD": known.sender_password,
            "SAGE_COMPANY_ID": known.company_id,
            "SAGE_USER_ID": known.user_id,
            "SAGE_USER_PASSWORD": known.user_password,
        }

    def staff(self, action: str, **values: Any) -> Any:
        """The company's people do something."""
        self.clock.advance(60)
        return self.face.staff.perform(action, values)
