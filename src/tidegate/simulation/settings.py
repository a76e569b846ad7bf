"""The configuration of the simulated and the demonstrated hub: a real `tidegate.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tidegate.simulation.products import USUAL

#: What may be put on a rounding line.
TOLERANCE = Decimal("0.05")
ROUNDING = f"""
[connections.web.rounding]
tolerance = "{TOLERANCE}"
account = "7900"
tax_code = "0"
"""
#: Mappings that fit the sandbox's shop and company.
MAPPINGS = (
    ROUNDING
    + """
[connections.web.tax.codes]
"0" = "0"
"5" = "5"
"6" = "6"
"20" = "1"

[connections.web.shipping."*"]
charge = "CARRIAGE"

[connections.web.payments."*"]
account = "1210"

[connections.web.amounts]
fixed_product_tax = { account = "4905" }
gift_card = { account = "1210" }
store_credit = { account = "1210" }
gift_wrapping = { account = "4905" }
custom_fees = { "*" = { account = "4905" } }
fields = { "surcharge_amount" = { account = "4905" } }

[connections.web.revenue.accounts]
"SHIRT*" = "4010"
"*" = "4000"
"""
)

WINDOW = """
[[companies.sage.closed]]
rule = "FREQ=DAILY;BYHOUR=1;BYMINUTE=0;BYSECOND=0"
minutes = 120
reason = "nightly backup"
"""

#: Sage's warehouses and the sources of each website's stock, in a store with several sources and in one without.
SOURCES = {
    "base": {"HOME": "wh_detroit", "DETROIT": "wh_detroit", "LONDON": "wh_london"},
    "b2b": {"HOME": "wh_london", "DETROIT": "wh_london", "LONDON": "wh_london"},
}
LEGACY = {"HOME": "default", "DETROIT": "default", "LONDON": "default"}
#: Customer groups and the lists of their prices.
BANDS = {"Wholesale": "Wholesale"}
#: The customer of both sides from the beginning, by the shop's id.
KNOWN = {"1": "WANDA01"}
#: What customers show of their accounts in a simulated week, whose shop has these attributes.
ATTRIBUTES = {"credit_limit": "sage_credit_limit", "on_hold": "sage_on_hold"}
#: Methods whose orders are paid at checkout.
PREPAID = ("checkmo",)
BACK = """
[connections.web.stock]
msi = {msi}
full_every = "{full_every}"
warehouses = {{ {warehouses} }}

[connections.web.accounts]
approval = "{approval}"
full_every = "{full_every}"
attributes = {{ {attributes} }}

[connections.web.prices]
scope = "{price_scope}"
full_every = "{full_every}"
groups = {{ {groups} }}

[connections.web.fulfilment]
invoice_when = "{invoice_when}"
carriers = {{ "DPD" = "dpd" }}
"""


@dataclass(frozen=True)
class Settings:
    """What differs between hubs; everything else is fixed below."""

    ledger: str
    shop_url: str
    sage_url: str
    sign_in_url: str
    site_id: str
    company_id: str
    websites: tuple[str, ...]
    currency: str
    time_zone: str
    product: str = USUAL.name
    edition: str = "standard"
    since: str = "2026-01-01T00:00:00Z"
    every_orders: str = "15m"
    every_status: str = "30m"
    batch: int = 25
    seats: int = 1
    unknown: str = "create"
    comment: str = "hidden"
    cancellation: str = "cancel"
    window: str = WINDOW
    audit_every: str = "1d"
    overlap_minutes: int = 15
    lag_seconds: int = 30
    settle_minutes: int = 10
    auth: str = "oauth1"
    back: Mapping[str, str] = field(default_factory=dict)  #: cadences of the flows from Sage to Magento
    msi: bool = True
    invoice_when: str = "invoice"
    approval: str = "provisional"
    attributes: Mapping[str, str] = field(default_factory=dict)  #: field of an account -> customer attribute
    full_every: str = "12h"
    magento: str = "2.4.6"  #: the shop's version
    price_scope: str = "website"  #: the shop's, and what is configured
    bulk: str = "auto"
    skip_skus: tuple[str, ...] = ()  #: products that the shop alone knows


def cadence(text: str) -> str:
    """An interval, or five fields: a working day's hours."""
    return f'cron = "{text}"' if " " in text else f'every = "{text}"'


def render(settings: Settings) -> str:
    """The file's text. Secrets are references to the environment, as they should be."""
    values: dict[str, Any] = {name: getattr(settings, name) for name in settings.__dataclass_fields__}
    values["cadence_orders"] = cadence(settings.every_orders)
    values["skip_skus"] = ", ".join(f'"{sku}"' for sku in settings.skip_skus)
    values["cadence_status"] = cadence(settings.every_status)
    values["websites"] = ", ".join(f'"{website}"' for website in settings.websites)
    # what an account shows needs more than an e-mail; elsewhere the e-mail finds the account of orders
    values["accounts"] = pairs(KNOWN) if "customers" in settings.back else ""
    return TEMPLATE.format(**values) + way_back(settings) + settings.window + MAPPINGS


def way_back(settings: Settings) -> str:
    """The tables of what Sage decides and Magento is told; "" where no such flow runs."""
    if not settings.back:
        return ""
    flows = [
        f"\n[connections.web.flows.{flow}]\n{cadence(when)}\nbatch = {settings.batch}\n"
        for flow, when in settings.back.items()
    ]
    sources = SOURCES[settings.websites[0]] if settings.msi else LEGACY
    rules = BACK.format(
        msi=str(settings.msi).lower(),
        invoice_when=settings.invoice_when,
        approval=settings.approval,
        full_every=settings.full_every,
        price_scope=settings.price_scope,
        warehouses=pairs(sources),
        groups=pairs(BANDS),
        attributes=pairs(settings.attributes),
    )
    paid = [f'\n[connections.web.payments.{name}]\naccount = "1210"\nprepaid = true\n' for name in PREPAID]
    if "payments" not in settings.back:
        paid = []
    return "".join(flows) + rules + "".join(paid)


def pairs(table: Mapping[str, str]) -> str:
    """The inside of an inline table."""
    return ", ".join(f'"{key}" = "{value}"' for key, value in table.items())


TEMPLATE = """
[hub]
ledger = "{ledger}"
encryption_key = "env:TIDEGATE_KEY"

[stores.main]
url = "{shop_url}"
auth = "{auth}"
bulk = "{bulk}"
consumer_key = "env:SHOP_CONSUMER_KEY"
consumer_secret = "env:SHOP_CONSUMER_SECRET"
access_token = "env:SHOP_ACCESS_TOKEN"
access_token_secret = "env:SHOP_ACCESS_TOKEN_SECRET"

[companies.sage]
product = "{product}"
edition = "{edition}"
base_url = "{sage_url}"
sign_in_url = "{sign_in_url}"
site_id = "{site_id}"
company_id = "{company_id}"
client_id = "env:SAGE_CLIENT_ID"
client_secret = "env:SAGE_CLIENT_SECRET"
subscription_key = "env:SAGE_SUBSCRIPTION_KEY"
time_zone = "{time_zone}"
currency = "{currency}"
seats = {seats}
settle_minutes = {settle_minutes}

[connections.web]
store = "main"
company = "sage"
websites = [{websites}]
cancellation = "{cancellation}"
warehouse = "HOME"
skip_skus = [{skip_skus}]

[connections.web.capture]
since = {since}
overlap_minutes = {overlap_minutes}
lag_seconds = {lag_seconds}
audit_every = "{audit_every}"

[connections.web.customers]
unknown = "{unknown}"
guest_account = "WEB"
web_account = "WEB"
trust_emails = [{websites}]
accounts = {{ {accounts} }}

[connections.web.notes]
comment = "{comment}"

[connections.web.flows.orders]
{cadence_orders}
batch = {batch}

[connections.web.flows.order-status]
{cadence_status}
batch = {batch}
"""
