"""What users read about an item of a mirror: its name and its values in words, not as the ledger keeps them."""

from __future__ import annotations

import re

import msgspec

from tidegate.domain.prices.prices import ALL_GROUPS, PriceKey

_STOCK = re.compile(r"(-?[0-9.]+);([01])")
_BREAKS = re.compile(r"[0-9.]+=[0-9.]+(;[0-9.]+=[0-9.]+)*")
_SPECIAL = re.compile(r"([0-9.]+);(\d{4}-\d\d-\d\d) 00:00:00;(\d{4}-\d\d-\d\d) 23:59:59")
_CARD = msgspec.json.Decoder(dict[str, str])
#: What the store shall not have; `mirrored` writes it.
_GONE = "-"
_OF_PRODUCTS = {"cost": "cost of ", "record": "weight and status of "}


def name_of(flow: str, key: str) -> str:
    """An item by the names that the store's administrator knows: SKU, kind of price, website, group, source."""
    if flow == "inventory":
        sku, _, source = key.rpartition("@")
        return f"stock of {sku} at source {source}" if sku else f"stock of {source}"
    if flow == "prices" and key.count("|") == 3:
        price = PriceKey.read(key)
        return f"{price.kind} price of {price.sku}, {_place(price)}"
    if flow == "products":
        kind, _, sku = key.partition("|")
        return f"{_OF_PRODUCTS.get(kind, '')}product {sku or kind}"
    return f"customer {key}" if flow == "customers" else key


def sku_of(flow: str, key: str) -> str:
    """The SKU of a key of stock, prices or products; the key itself in other flows."""
    if flow == "inventory":
        sku, _, source = key.rpartition("@")
        return sku or source
    if flow == "prices" and key.count("|") == 3:
        return PriceKey.read(key).sku
    return key.partition("|")[2] or key if flow == "products" else key


def place_of(flow: str, key: str) -> str:
    """Where in the store a value of a SKU is; "" for a flow whose values have no place."""
    if flow == "inventory":
        return f"source {key.rpartition('@')[2]}"
    if flow == "prices":
        price = PriceKey.read(key)
        return f"{price.kind} price, {_place(price)}"
    return ""


def value_in_words(value: str) -> str:
    """A value as the mirror keeps it: `12;1` is `12, in stock`, `1=9.5;10=8` is `9.5 from 1 piece, 8 from 10 pieces`."""
    if value == _GONE:
        return "nothing"
    if stock := _STOCK.fullmatch(value):
        return f"{stock[1]}, {'in stock' if stock[2] == '1' else 'out of stock'}"
    if special := _SPECIAL.fullmatch(value):
        return f"{special[1]} from {special[2]} to {special[3]}"
    if _BREAKS.fullmatch(value):
        pairs = (each.split("=") for each in value.split(";"))
        return ", ".join(
            f"{price} from {quantity} {'piece' if quantity == '1' else 'pieces'}" for quantity, price in pairs
        )
    return _fields(value) if value.startswith("{") else value


def _fields(value: str) -> str:
    """The fields of a customer or product, each by name; whatever else begins like one, as it is."""
    try:
        card = _CARD.decode(value)
    except msgspec.DecodeError:
        return value
    return ", ".join(f"{name.replace('_', ' ')} {text or 'empty'}" for name, text in card.items())


def _place(price: PriceKey) -> str:
    if price.group == ALL_GROUPS:
        return f"website {price.website}, {ALL_GROUPS}"
    return f"website {price.website}" + (f", group {price.group}" if price.group else "")
