"""The `tidegate.toml` of the simulated hub and of the demonstration's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegate.simulation.houses.house import Codes
from tidegate.simulation.products import SIMULATED, USUAL

WINDOW = """
[[companies.sage.closed]]
rule = "FREQ=DAILY;BYHOUR=1;BYMINUTE=0;BYSECOND=0"
minutes = 120
reason = "nightly backup"
"""

#: Payment methods whose orders are paid at checkout.
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
{carriers}"""


@dataclass(frozen=True)
class Settings:
    """What differs between hubs; everything else is fixed in the templates of this file."""

    ledger: str
    shop_url: str
    room: str  #: the lines of `[companies.sage]` that only this Sage product has
    websites: tuple[str, ...]
    currency: str
    time_zone: str
    product: str = USUAL.name
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
    back: Mapping[str, str] = field(default_factory=dict)  #: flow from Sage to Magento -> its cadence
    msi: bool = True
    invoice_when: str = "invoice"
    approval: str = "provisional"
    attributes: Mapping[str, str] = field(default_factory=dict)  #: field of an account -> customer attribute
    full_every: str = "12h"
    magento: str = "2.4.6"  #: the shop's version
    price_scope: str = "website"  #: of the shop and of `prices.scope`
    bulk: str = "auto"
    tier_prices: bool = True  #: whether the shop supports them
    skip_skus: tuple[str, ...] = ()  #: products that only the shop has
    accounts: Mapping[str, str] = field(default_factory=dict)  #: Magento's id of a customer -> account
    console: str = ""  #: the address of the console; "": none


def cadence(text: str) -> str:
    """The TOML line of a cadence: `cron` for a text with spaces, else `every`."""
    return f'cron = "{text}"' if " " in text else f'every = "{text}"'


def render(settings: Settings) -> str:
    """The file's text. Secrets are references to environment variables."""
    return hub(settings) + tie(settings)


def hub(settings: Settings) -> str:
    """The tables of the hub, its console and its store."""
    return HUB.format(**{name: getattr(settings, name) for name in settings.__dataclass_fields__})


def tie(settings: Settings) -> str:
    """The tables of the company and of the connection, with its flows and mappings."""
    values: dict[str, Any] = {name: getattr(settings, name) for name in settings.__dataclass_fields__}
    values["cadence_orders"] = cadence(settings.every_orders)
    values["skip_skus"] = ", ".join(f'"{sku}"' for sku in settings.skip_skus)
    values["cadence_status"] = cadence(settings.every_status)
    values["websites"] = ", ".join(f'"{website}"' for website in settings.websites)
    # the flow customers writes data of an account only for known customers; orders find it by e-mail alone
    codes = SIMULATED[settings.product].codes
    known = codes.known if "customers" in settings.back else {}
    values["accounts"] = pairs({**known, **settings.accounts})
    values |= {"warehouse": codes.warehouse, "web_account": codes.web_account}
    return TIE.format(**values) + way_back(settings, codes) + settings.window + codes.mappings


def way_back(settings: Settings, codes: Codes) -> str:
    """The tables of the flows from Sage to Magento; "" where none runs."""
    if not settings.back:
        return ""
    flows = [
        f"\n[connections.web.flows.{flow}]\n{cadence(when)}\nbatch = {settings.batch}\n"
        for flow, when in settings.back.items()
    ]
    sources = codes.sources[settings.websites[0]] if settings.msi else codes.legacy
    rules = BACK.format(
        msi=str(settings.msi).lower(),
        invoice_when=settings.invoice_when,
        approval=settings.approval,
        full_every=settings.full_every,
        price_scope=settings.price_scope,
        warehouses=pairs(sources),
        groups=pairs(codes.groups),
        carriers=codes.carriers,
        attributes=pairs(settings.attributes),
    )
    paid = [f"\n[connections.web.payments.{name}]\n{codes.prepaid}prepaid = true\n" for name in PREPAID]
    if "payments" not in settings.back or not codes.prepaid:
        paid = []
    return "".join(flows) + rules + "".join(paid)


def pairs(table: Mapping[str, str]) -> str:
    """The content of a TOML inline table."""
    return ", ".join(f'"{key}" = "{value}"' for key, value in table.items())


HUB = """
[hub]
ledger = "{ledger}"
encryption_key = "env:TIDEGATE_KEY"

[console]
listen = "{console}"

[stores.main]
url = "{shop_url}"
auth = "{auth}"
bulk = "{bulk}"
consumer_key = "env:SHOP_CONSUMER_KEY"
consumer_secret = "env:SHOP_CONSUMER_SECRET"
access_token = "env:SHOP_ACCESS_TOKEN"
access_token_secret = "env:SHOP_ACCESS_TOKEN_SECRET"
"""
TIE = """
[companies.sage]
product = "{product}"
{room}time_zone = "{time_zone}"
currency = "{currency}"
seats = {seats}
settle_minutes = {settle_minutes}

[connections.web]
store = "main"
company = "sage"
websites = [{websites}]
cancellation = "{cancellation}"
warehouse = "{warehouse}"
skip_skus = [{skip_skus}]

[connections.web.capture]
since = {since}
overlap_minutes = {overlap_minutes}
lag_seconds = {lag_seconds}
audit_every = "{audit_every}"

[connections.web.customers]
unknown = "{unknown}"
guest_account = "{web_account}"
web_account = "{web_account}"
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
