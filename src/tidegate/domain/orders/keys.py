"""Names and fingerprints that make sending twice impossible.

The order key is stored in the ERP; a step key names one step of one order in the ledger; the
payload hash shows whether the same key is used again with other content; the revision shows whether
a document that is read again has changed in anything that was sent to the ERP.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from tidegate.domain.money import plain
from tidegate.domain.orders.order import Order, OrderLine

#: Changes whenever `revision` covers other fields: revisions of two versions cannot be compared.
REVISION = "1"
#: The same for orders with amounts, options or remarks, which `revision` covers since it knows them.
#: What was recorded before says nothing about them, and nothing has changed for all others.
REVISION_WITH_MORE = "2"
#: Fields of a line that are not content, or counted with the rest of what revision 1 does not know.
_SINCE = ("product_id", "options_of", "ordered_sku", "options")


class StoreStatus(StrEnum):
    """The status of an order in the store, apart from its content."""

    OPEN = "open"
    CANCELLED = "cancelled"
    CLOSED = "closed"  #: completely refunded


def order_key(store: str, entity_id: int) -> str:
    """The order's idempotency key, e.g. `magento:main:213`: what the ERP keeps with its document."""
    return f"magento:{_store(store)}:{entity_id}"


def customer_key(store: str, customer_id: int, currency: str = "") -> str:
    """A customer that Tidegate creates, e.g. `magento:main:customer:17`; with `currency`, the account of that one."""
    return f"magento:{_store(store)}:customer:{customer_id}" + (f":{currency}" if currency else "")


def _store(name: str) -> str:
    if not name or ":" in name or "/" in name:
        raise ValueError(f"a store's name must not be empty and must not contain ':' or '/': {name!r}")
    return name


def step_key(order_key: str, step: str) -> str:
    """The key of one step of an order, e.g. `magento:main:213/deposit`: each step counts for itself."""
    if not step or "/" in step:
        raise ValueError(f"a step's name must not be empty and must not contain '/': {step!r}")
    return f"{order_key}/{step}"


def payload_hash(payload: object) -> str:
    """SHA-256 (hex) of a payload, the same for any order of keys and any spelling of a number.

    Takes what JSON can hold, with Decimal for numbers, and dates. Raises TypeError for float, as
    two machines may print one differently.
    """
    text = json.dumps(_canonical(payload), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: object) -> object:
    kind = type(value)
    if kind is str or value is None:  # most of a payload; the questions below are dear
        return value
    if kind is Decimal:
        return {"#": plain(value)}  # type: ignore[arg-type]
    if isinstance(value, bool):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        # Tagged, so that the number 5 and the text "5" stay two things.
        return {"#": plain(Decimal(value))}
    if isinstance(value, date):
        return {"@": value.isoformat()}
    if isinstance(value, msgspec.Struct):
        return _canonical({name: getattr(value, name) for name in value.__struct_fields__})
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"a payload's keys are texts, not {type(key).__name__}: {key!r}")
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_canonical(item) for item in value]
    raise TypeError(f"a payload cannot contain {type(value).__name__}: {value!r}")


#: Fields of a line that the second part of a revision covers.
_REDUCED = ("cancelled", "refunded")


def revision(order: Order) -> str:
    """A fingerprint of everything about the order that is sent to the ERP.

    Lines, amounts, addresses, payment method, purchase order number, shipping method, customer,
    currency, note, options and remarks. Not `updated_at`, state, status, `ext_order_id`, links to other
    orders or the customer's ERP account: what the hub itself writes back must make no new work.

    What the store has cancelled or refunded is a part of its own behind a second colon; an order of
    which everything remains has none. Credit memos that the hub writes change this part alone.
    """
    customer = order.customer
    content = {
        "increment_id": order.increment_id,
        "website": order.website,
        "created_at": order.created_at,
        "currency": (order.currency, order.base_currency),
        "customer": (customer.id, customer.email, customer.name, customer.vat_number),
        "addresses": (order.billing, order.shipping),
        "shipping": (order.shipping_method, order.shipping_tax_rate, order.shipping_tax_names),
        "payment": (order.payment_method, order.po_number),
        "note": order.note,
        "lines": [_content(line) for line in order.lines],
        "totals": (order.totals, order.base_totals),
    }
    version = REVISION
    options = [(option.id, option.value) for line in order.lines for option in line.options]
    if order.extras or options or order.remarks:
        version = REVISION_WITH_MORE
        content["more"] = (order.extras, options, order.remarks)
    text = f"{version}:{payload_hash(content)[:32]}"
    reduced = _reduced(order)
    return f"{text}:{payload_hash(reduced)[:12]}" if reduced else text


def _content(line: OrderLine) -> dict[str, object]:
    # The SKU as the order has it: the product's own may be renamed in the shop, which changes no order.
    names = (name for name in line.__struct_fields__ if name not in (*_REDUCED, *_SINCE))
    return {name: getattr(line, name) for name in names} | {"sku": line.ordered_sku or line.sku}


def _reduced(order: Order) -> dict[str, object]:
    """What is cancelled or refunded; empty when nothing is."""
    lines = {
        str(line.item_id): (line.cancelled, line.refunded)
        for line in order.lines
        if line.cancelled or line.refunded
    }
    sums = (order.reductions, order.base_reductions)
    nothing = not lines and not any(any(msgspec.structs.astuple(each)) for each in sums)
    return {} if nothing else {"lines": lines, "sums": sums}


def content_of(recorded: str) -> str:
    """A revision without the part that says what is cancelled or refunded."""
    return ":".join(recorded.split(":")[:2])


def same_version(recorded: str, current: str) -> bool:
    """Whether two revisions were made the same way: else they say nothing about each other."""
    return recorded.partition(":")[0] == current.partition(":")[0]


def content_changed(recorded: str, current: str) -> bool:
    """Whether two revisions of one order have different content, whatever is cancelled or refunded.

    Revisions made by different versions of :func:`revision` say nothing about each other; then
    nothing is claimed, or every order ever sent would look changed after an upgrade.
    """
    return same_version(recorded, current) and content_of(recorded) != content_of(current)


def store_status(order: Order) -> StoreStatus:
    """The order's status in the store."""
    if order.state == "canceled":
        return StoreStatus.CANCELLED
    if order.state == "closed":
        return StoreStatus.CLOSED
    return StoreStatus.OPEN
