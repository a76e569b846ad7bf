"""The configuration of the simulated and the demonstrated hub: a real `tidegate.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Mappings that fit the sandbox's shop and company.
MAPPINGS = """
[connections.web.tax.codes]
"0" = "0"
"5" = "5"
"6" = "6"
"20" = "1"

[connections.web.shipping."*"]
charge = "CARRIAGE"

[connections.web.payments."*"]
account = "1210"

[connections.web.rounding]
tolerance = "0.05"
account = "7900"
tax_code = "0"

[connections.web.revenue.accounts]
"SHIRT*" = "4010"
"*" = "4000"
"""

WINDOW = """
[[companies.sage.closed]]
rule = "FREQ=DAILY;BYHOUR=1;BYMINUTE=0;BYSECOND=0"
minutes = 120
reason = "nightly backup"
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


def cadence(text: str) -> str:
    """An interval, or five fields: a working day's hours."""
    return f'cron = "{text}"' if " " in text else f'every = "{text}"'


def render(settings: Settings) -> str:
    """The file's text. Secrets are references to the environment, as they should be."""
    values: dict[str, Any] = {name: getattr(settings, name) for name in settings.__dataclass_fields__}
    values["cadence_orders"] = cadence(settings.every_orders)
    values["cadence_status"] = cadence(settings.every_status)
    values["websites"] = ", ".join(f'"{website}"' for website in settings.websites)
    return TEMPLATE.format(**values) + settings.window + MAPPINGS


TEMPLATE = """
[hub]
ledger = "{ledger}"
encryption_key = "env:TIDEGATE_KEY"

[stores.main]
url = "{shop_url}"
auth = "{auth}"
consumer_key = "env:SHOP_CONSUMER_KEY"
consumer_secret = "env:SHOP_CONSUMER_SECRET"
access_token = "env:SHOP_ACCESS_TOKEN"
access_token_secret = "env:SHOP_ACCESS_TOKEN_SECRET"

[companies.sage]
product = "sage200"
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

[connections.web.capture]
since = {since}
overlap_minutes = {overlap_minutes}
lag_seconds = {lag_seconds}
audit_every = "{audit_every}"

[connections.web.customers]
unknown = "{unknown}"
guest_account = "WEB"
web_account = "WEB"

[connections.web.notes]
comment = "{comment}"

[connections.web.flows.orders]
{cadence_orders}
batch = {batch}

[connections.web.flows.order-status]
{cadence_status}
batch = {batch}
"""
