"""The documented schemas and enums, read from the data files beside this module.

``data/schemas.json`` holds, field by field, a code: the type (``i`` integer, ``dN`` decimal with N places,
``sN`` text up to N characters, ``b`` boolean, ``t`` date-time, ``o:schema`` object, ``a:schema`` array), then
flags ``R`` read-only and ``P`` Professional only, then ``=default``. Source: the contract's OpenAPI files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

_HIGH_ANALYSIS_CODE = re.compile(r"(.*_)?analysis_code_([6-9]|1\d|20)")

ENUM_FIELDS = {
    "account_status_type": "account_status_type",
    "account_type": "trader_account_type",
    "classification": "accounting_period_validation_type",
    "confirmation_intent_type": "sop_confirmation_intent_type",
    "customer_type": "sop_customer_type",
    "document_status": "sop_document_status",
    "document_status_id": "sop_document_status",
    "sop_order_document_status": "sop_document_status",
    "sop_order_document_status_type": "sop_document_status",
    "sop_order_document_status_id": "sop_document_status",
    "despatch_receipt_status": "sop_trade_line_status",
    "invoice_credit_status": "sop_trade_line_status",
    "cancelled_status": "sop_trade_line_status",
    "allocation_status": "sop_trade_line_status",
    "despatch_receipt_status_id": "sop_trade_line_status",
    "invoice_credit_status_id": "sop_trade_line_status",
    "cancelled_status_id": "sop_trade_line_status",
    "allocated_status_id": "sop_trade_line_status",
    "exchange_rate_type": "exchange_rate_type",
    "fulfilment_method": "fulfilment_method_type",
    "fulfilment_method_type": "fulfilment_method_type",
    "ledger_type": "ledger_type",
    "source": "ledger_type",
    "line_type": "sop_line_type",
    "sop_order_line_type": "sop_line_type",
    "payment_terms_basis": "payment_terms_basis",
    "payment_type": "sop_order_payment_type",
    "price_band_type": "price_band_type",
    "product_status_type": "product_status_type",
    "product_type": "product_type",
    "show_on_picking_list_type": "sop_show_on_picking_list_type",
    "trader_transaction_type": "trader_transaction_type",
    "traceable_type": "traceable_type",
    "transaction_type": "trader_transaction_type",
}
"""Fields whose text is the name of an enum's value: name of the enum."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a schema. ``child`` names the schema of an object or array, where it has one."""

    name: str
    kind: str  #: integer, decimal, text, boolean, date-time, object, array
    size: int | None  #: longest text, or places of a decimal
    child: str
    read_only: bool
    professional: bool
    default: str | None
    enum: str | None

    @property
    def is_child(self) -> bool:
        """Whether it is left out unless expanded."""
        return self.kind in ("object", "array")


@dataclass(frozen=True, slots=True)
class Schema:
    """A documented schema; fields in the documented order."""

    name: str
    fields: dict[str, Field]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum with the number that filters may use (assumed where the contract has none)."""

    id: int
    value: str
    description: str


def _field(schema: str, name: str, code: str) -> Field:
    code, _, default = code.partition(" =")
    kind, *flags = code.split(" ")
    enum = ENUM_FIELDS.get(name) if kind[0] == "s" else None
    sizes = {"s": "text", "d": "decimal"}
    if kind[0] in sizes:
        kind_name, size, child = sizes[kind[0]], int(kind[1:]) if kind[1:] else None, ""
    else:
        names = {"i": "integer", "b": "boolean", "t": "date-time", "o": "object", "a": "array"}
        kind_name, size, child = names[kind[0]], None, kind[2:]
    return Field(
        name=name,
        kind=kind_name,
        size=size,
        child=child,
        read_only="R" in flags,
        professional="P" in flags or _HIGH_ANALYSIS_CODE.fullmatch(name) is not None,
        default=default or None,
        enum=enum,
    )


@cache
def schemas() -> dict[str, Schema]:
    """All schemas by name."""
    raw: dict[str, Any] = _data("schemas.json")
    return {
        name: Schema(
            name,
            {key: _field(name, key, code) for key, code in one["fields"].items()},
            tuple(one["required"]),
        )
        for name, one in raw.items()
    }


@cache
def enums() -> dict[str, tuple[EnumValue, ...]]:
    """All enums by name. Numbers are those of the contract; else the position in its list (A)."""
    raw: dict[str, Any] = _data("enums.json")
    return {
        name: tuple(
            EnumValue(int(one.get("id", position)), one["value"], one.get("meaning", one["value"]))
            for position, one in enumerate(values)
        )
        for name, values in raw.items()
        if not name.startswith("_")
    }


def enum_id(enum: str, value: str) -> int | None:
    """The number of a value of an enum."""
    return next((one.id for one in enums()[enum] if one.value == value), None)


def enum_value(enum: str, text: str) -> str | None:
    """The value that a name (without case) or a number in quotes stands for."""
    for one in enums()[enum]:
        if one.value.lower() == text.lower() or (text.isdigit() and int(text) == one.id):
            return one.value
    return None


def _data(name: str) -> Any:
    return msgspec.json.decode(files(__package__).joinpath("data", name).read_bytes())
