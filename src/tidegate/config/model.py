"""The configuration as typed values. `docs/configuration.md` describes every key.

Only the shape lives here; reading the file, resolving secrets and cross-checks are in
`config/reading.py`, `config/secrets.py` and `config/rules.py`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from tidegate.config.accounts import Accounts
from tidegate.config.alerts import Alerts as Alerts
from tidegate.config.amounts import Amounts
from tidegate.config.api import Api, Portal
from tidegate.config.archive import Archive
from tidegate.config.books import Reconcile
from tidegate.config.company import CompanySettings as CompanySettings
from tidegate.config.console import Console
from tidegate.config.copies import Copies
from tidegate.config.fulfilment import Fulfilment
from tidegate.config.notify import Notify as Notify
from tidegate.config.prices import Prices
from tidegate.config.products import Products
from tidegate.config.references import Identifier, Reference
from tidegate.config.retention import Retention
from tidegate.config.stock import Stock
from tidegate.config.strict import Strict
from tidegate.config.tax import Tax as Tax
from tidegate.config.texts import Texts


class HubSettings(Strict, frozen=True, kw_only=True):
    """`[hub]`: this installation."""

    ledger: str = "sqlite:///tidegate.db"  #: sqlite:///path, postgresql://..., or a reference to one
    encryption_key: Reference = "keyring:tidegate/encryption"  #: encrypts tokens at rest
    log: Literal["text", "json"] = "text"
    threads: int = 16  #: cycles that `tidegate run` has at work at the same time, at most
    disk_free_mb: int = 500  #: less free than this where a SQLite ledger lies is an alert
    retention: Retention = Retention()


class Store(Strict, frozen=True, kw_only=True):
    """`[stores.NAME]`: one Magento instance."""

    url: str  #: e.g. https://shop.example ; plain http only to loopback
    auth: Literal["oauth1", "token", "admin"] = "oauth1"
    consumer_key: Identifier = ""
    consumer_secret: Reference = ""
    access_token: Reference = ""
    access_token_secret: Reference = ""
    username: Identifier = ""
    password: Reference = ""
    page_size: int = 100
    timeout: float = 60.0  #: seconds a call may take
    max_answer_mb: int = 64
    time_zone: str = "UTC"
    bulk: Literal["auto", "sync", "async"] = "auto"  #: whether large writes go through the shop's queue
    hook_secret: Reference = ""  #: with which the shop's server signs its hooks; "" = none is believed
    hook_key: Reference = ""  #: the public key of Adobe Commerce's webhooks, PEM; "" = none is believed


class Flow(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.flows.FLOW]`: when one flow runs. `every` and `cron` exclude each other."""

    enabled: bool = True
    every: str = ""  #: 30s, 15m, 4h, 1d
    cron: str = ""  #: five fields, in the company's time zone
    batch: int = 50  #: deliveries in one batch


class Capture(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.capture]`: which orders are read."""

    since: datetime | None = None  #: nothing created before is ever sent; set by `tidegate init`
    overlap_minutes: int = 15
    lag_seconds: int = 30  #: the upper bound of a read lies so far behind the store's clock
    states: tuple[str, ...] = ("new", "processing", "complete")
    statuses_never: tuple[str, ...] = (
        "pending_payment",
        "payment_review",
        "holded",
        "fraud",
        "canceled",
        "closed",
    )
    audit_every: str = "1d"


class CustomerRule(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.customers]`: whose account an order goes to."""

    unknown: Literal["create", "web-account", "hold"] = "hold"
    guest_account: str = ""  #: the account for guest orders
    web_account: str = ""  #: with `unknown = "web-account"`; "" = guest_account
    create_on_hold: bool = False
    account_prefix: str = "W"
    accounts: dict[str, str] = {}  #: e-mail or Magento customer id -> account reference
    trust_emails: tuple[str, ...] = ()  #: websites where a signed-in customer's e-mail finds the account


class Payment(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.payments.METHOD]`."""

    account: str = ""  #: clearing account
    terms: str = ""
    prepaid: bool = False  #: paid at checkout: the receipt is posted against the account


class Shipping(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.shipping.METHOD]`; the method is `carrier_method`, or `*` for any other."""

    charge: str = ""  #: the company's charge code, e.g. CARRIAGE
    account: str = ""  #: freight account, when not the charge's own
    carrier: str = ""


class Revenue(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.revenue]`: SKU pattern (`HUB-*`) -> revenue account; first match counts."""

    accounts: dict[str, str] = {}
    groups: dict[str, str] = {}  #: pattern of the product group in Sage -> account, behind the SKUs


class Rounding(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.rounding]`."""

    tolerance: Decimal = Decimal("0.05")  #: largest rounding line, in the document's currency
    account: str = ""
    tax_code: str = ""  #: a code with rate 0 for the rounding line
    code: str = ""  #: charge or item code of the rounding line, where the company's product needs one


class NotesSettings(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.notes]`: what is written on the Magento order."""

    number: bool = True  #: store Sage's number in ext_order_id
    comment: Literal["none", "hidden", "visible"] = "hidden"


class ConnectionSettings(Strict, frozen=True, kw_only=True):
    """`[connections.NAME]`: some websites of a store tied to one company."""

    store: str
    company: str
    websites: tuple[str, ...]
    flows: dict[str, Flow] = {}
    capture: Capture = Capture()
    customers: CustomerRule = CustomerRule()
    payments: dict[str, Payment] = {}
    shipping: dict[str, Shipping] = {}
    tax: Tax = Tax()
    revenue: Revenue = Revenue()
    rounding: Rounding = Rounding()
    prices: Prices = Prices()
    accounts: Accounts = Accounts()
    products: Products = Products()
    notes: NotesSettings = NotesSettings()
    fulfilment: Fulfilment = Fulfilment()
    statuses: dict[str, str] = {}  #: how an order stands in Sage -> status in Magento
    stock: Stock = Stock()
    alerts: Alerts = Alerts()
    portal: Portal = Portal()
    reconcile: Reconcile = Reconcile()
    copies: Copies = Copies()
    archive: Archive = Archive()
    skus: dict[str, str] = {}  #: exceptions: Magento SKU -> Sage code
    skip_skus: tuple[str, ...] = ()  #: SKUs that become free-text lines
    warehouse: str = ""
    amounts: Amounts = Amounts()
    texts: Texts = Texts()
    bundles: Literal["components", "parent"] = "components"
    cancellation: Literal["review", "cancel"] = "review"
    closed_period: Literal["review", "next"] = "review"
    reference_prefix: str = ""  #: before the increment id, when stores can collide


class Configuration(Strict, frozen=True, kw_only=True):
    """The whole file."""

    hub: HubSettings = HubSettings()
    api: Api = Api()
    notify: Notify = Notify()
    console: Console = Console()
    stores: dict[str, Store] = {}
    companies: dict[str, CompanySettings] = {}
    connections: dict[str, ConnectionSettings] = {}
