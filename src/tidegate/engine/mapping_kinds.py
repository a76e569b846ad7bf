"""The tables of mappings: what their entries are called, their fields, what waits for them, which lists offer values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tidegate.config import model
from tidegate.config.amounts import Amount
from tidegate.domain.orders.extras import LINES, PAYMENTS
from tidegate.engine.offered import Listed

Settings = model.ConnectionSettings
Entries = dict[str, dict[str, str]]
#: Fields with yes or no.
SWITCHES = ("prepaid", "payment")
#: Fields that may be empty though they come first.
OPTIONAL = ("charge",)


@dataclass(frozen=True, slots=True)
class Kind:
    """One table of mappings. `offers` name the lists of both systems that values come from, by field."""

    name: str
    title: str
    key: str  #: what an entry's name is
    fields: tuple[str, ...]
    waits: str  #: held deliveries wait for `waits:NAME`
    entries: Callable[[Settings], Entries]
    replaced: Callable[[Settings, Entries], Settings]
    offers: Mapping[str, Listed] = field(default_factory=dict)
    names: Listed | None = None  #: the list that entries' names come from
    whole: bool = False  #: each name of that list should be mapped
    personal: bool = False  #: names identify persons
    flow: str = "orders"  #: what waits for an entry goes with this flow
    first: bool = False  #: the first pattern that fits counts, so a new one comes first


def _texts(struct: msgspec.Struct, fields: tuple[str, ...]) -> dict[str, str]:
    """The fields of an entry as texts; yes and no of a switch."""
    found = {name: getattr(struct, name) for name in fields}
    return {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for name, value in found.items()
    }


def _values(values: Mapping[str, str], fields: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: values.get(name, "") == "yes" if name in SWITCHES else values.get(name, "") for name in fields
    }


def _structs(
    place: str, struct: type[msgspec.Struct], fields: tuple[str, ...]
) -> tuple[Callable[[Settings], Entries], Callable[[Settings, Entries], Settings]]:
    """Reading and replacing a table of structs."""

    def entries(settings: Settings) -> Entries:
        return {name: _texts(each, fields) for name, each in getattr(settings, place).items()}

    def replaced(settings: Settings, wanted: Entries) -> Settings:
        made = {name: struct(**_values(each, fields)) for name, each in wanted.items()}
        return msgspec.structs.replace(settings, **{place: made})

    return entries, replaced


def _plain(
    path: str, field_name: str
) -> tuple[Callable[[Settings], Entries], Callable[[Settings, Entries], Settings]]:
    """Reading and replacing a table of texts, `table.key` or `key`."""
    table, _, key = path.rpartition(".")

    def entries(settings: Settings) -> Entries:
        holder = getattr(settings, table) if table else settings
        return {name: {field_name: value} for name, value in getattr(holder, key).items()}

    def replaced(settings: Settings, wanted: Entries) -> Settings:
        made = {name: each.get(field_name, "") for name, each in wanted.items()}
        if not table:
            return msgspec.structs.replace(settings, **{key: made})
        inner = msgspec.structs.replace(getattr(settings, table), **{key: made})
        return msgspec.structs.replace(settings, **{table: inner})

    return entries, replaced


_AMOUNT = ("account", "tax_code", "text", "code", "payment", "base", "tax")


def _amounts(settings: Settings) -> Entries:
    return {name: _texts(each, _AMOUNT) for name, each in settings.amounts.sources()}


def _with_amounts(settings: Settings, wanted: Entries) -> Settings:
    """Raises ValueError for a source that there is not."""
    made: dict[str, Any] = {**dict.fromkeys((*PAYMENTS, *LINES)), "custom_fees": {}, "fields": {}}
    for name, each in wanted.items():
        group, dot, code = name.partition(".")
        amount = Amount(**_values(each, _AMOUNT))
        if dot and group in ("custom_fees", "fields") and code:
            made[group][code] = amount
        elif not dot and name in (*PAYMENTS, *LINES):
            made[name] = amount
        else:
            known = ", ".join((*PAYMENTS, *LINES))
            raise ValueError(f"unknown source {name}: write one of {known}, custom_fees.CODE or fields.NAME")
    return msgspec.structs.replace(settings, amounts=msgspec.structs.replace(settings.amounts, **made))


_PAYMENT, _SHIPPING = ("account", "terms", "prepaid"), ("charge", "account", "carrier")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "payments",
            "Payment methods",
            "method",
            _PAYMENT,
            "payment",
            *_structs("payments", model.Payment, _PAYMENT),
            offers={"account": Listed.ACCOUNTS},
            names=Listed.PAYMENT_METHODS,
            whole=True,
        ),
        Kind(
            "shipping",
            "Shipping methods",
            "method",
            _SHIPPING,
            "shipping",
            *_structs("shipping", model.Shipping, _SHIPPING),
            offers={"charge": Listed.CHARGES, "account": Listed.ACCOUNTS, "carrier": Listed.COURIERS},
            names=Listed.SHIPPING_METHODS,
            whole=True,
        ),
        Kind(
            "tax",
            "Tax codes",
            "rate or percent",
            ("code",),
            "tax",
            *_plain("tax.codes", "code"),
            offers={"code": Listed.TAX_CODES},
            names=Listed.TAX_RATES,
            whole=True,
        ),
        Kind("skus", "Products", "SKU in the store", ("code",), "sku", *_plain("skus", "code")),
        Kind(
            "customers",
            "Customers",
            "e-mail or customer id",
            ("account",),
            "customer",
            *_plain("customers.accounts", "account"),
            offers={"account": Listed.CUSTOMER_ACCOUNTS},
            personal=True,
        ),
        Kind(
            "amounts",
            "Other amounts",
            "source",
            _AMOUNT,
            "amount",
            _amounts,
            _with_amounts,
            offers={"account": Listed.ACCOUNTS, "tax_code": Listed.TAX_CODES},
            names=Listed.AMOUNTS,
        ),
        Kind(
            "warehouses",
            "Warehouses",
            "warehouse in Sage",
            ("source",),
            "warehouse",
            *_plain("stock.warehouses", "source"),
            offers={"source": Listed.SOURCES},
            names=Listed.WAREHOUSES,
            flow="shipments",
        ),
        Kind(
            "groups",
            "Customer groups",
            "group in the store",
            ("list",),
            "",
            *_plain("prices.groups", "list"),
            offers={"list": Listed.PRICE_LISTS},
            names=Listed.CUSTOMER_GROUPS,
            flow="prices",
        ),
        Kind(
            "revenue",
            "Revenue accounts by SKU",
            "SKU pattern",
            ("account",),
            "",
            *_plain("revenue.accounts", "account"),
            offers={"account": Listed.ACCOUNTS},
            first=True,
        ),
        Kind(
            "revenue-groups",
            "Revenue accounts by product group",
            "pattern of the group in Sage",
            ("account",),
            "",
            *_plain("revenue.groups", "account"),
            offers={"account": Listed.ACCOUNTS},
            first=True,
        ),
    )
}
