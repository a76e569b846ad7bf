"""Keys that a company keeps with its documents: made once from their source, and never parsed.

The ledger knows which source a key belongs to (`ledger/keys.py`). A product that keeps fewer
characters, or other ones, has a maker of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping

from tidegate.domain.orders.keys import customer_key, order_key, step_key

#: (store, entity id, how often the key before was taken by another source) -> the key
KeyMaker = Callable[[str, int, int], str]
#: Currency ("" where one account serves all) -> the maker of customers' keys.
CustomerKeys = Callable[[str], KeyMaker]
#: More keys in a row that other sources have cannot be chance.
MOST_TRIES = 100


def full_key(store: str, entity_id: int, again: int = 0) -> str:
    """The key where a product keeps it whole, e.g. `magento:main:213`; it names its source, so it never collides."""
    return order_key(store, entity_id)


def full_customer_keys(currency: str) -> KeyMaker:
    """The same for customers, e.g. `magento:main:customer:17`, or `magento:main:customer:17:EUR` of one currency."""
    return lambda store, customer_id, again: customer_key(store, customer_id, currency)


def full_receipt_key(store: str, entity_id: int, again: int = 0) -> str:
    """The same for the receipt of a prepaid order, e.g. `magento:main:213/deposit`."""
    return step_key(order_key(store, entity_id), "deposit")


def short_keys(
    length: int,
    alphabet: str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ",
    prefix: str = "M",
    *,
    of: Callable[[str, int], str] = order_key,
) -> KeyMaker:
    """A maker of keys of exactly `length` characters, `prefix` included, from a digest of the source.

    `of` names the source.
    """
    digits = length - len(prefix)
    if digits < 6 or len(set(alphabet)) != len(alphabet) or len(alphabet) < 10:
        raise ValueError("a short key has at least six characters of an alphabet of at least ten")

    def make(store: str, entity_id: int, again: int) -> str:
        name = f"{of(store, entity_id)}/{again}"
        number = int.from_bytes(hashlib.sha256(name.encode()).digest())
        text = ""
        for _ in range(digits):
            number, rest = divmod(number, len(alphabet))
            text += alphabet[rest]
        return prefix + text

    return make


def short_customer_keys(length: int, prefix: str = "C") -> CustomerKeys:
    """Makers of customers' keys of exactly `length` characters."""
    return lambda currency: short_keys(
        length, prefix=prefix, of=lambda store, customer_id: customer_key(store, customer_id, currency)
    )


def number_keys(numbers: Mapping[tuple[str, int], str]) -> KeyMaker:
    """A maker for products that keep an order under its number: the number of each source, and its id behind a dash.

    Order numbers repeat, and what a key tells apart must not depend on what one ledger has seen: another one, put back
    or begun anew, would give the number of one order to another, which then takes its place in the company.
    """

    def make(store: str, entity_id: int, again: int = 0) -> str:
        key = f"{numbers[store, entity_id]}-{entity_id}"
        return f"{key}-{again + 1}" if again else key

    return make


def free_key(make: KeyMaker, store: str, entity_id: int, taken: Collection[str]) -> str:
    """The first key of this source that no other source has. RuntimeError when a maker finds none."""
    for again in range(MOST_TRIES):
        key = make(store, entity_id, again)
        if key not in taken:
            return key
    raise RuntimeError(
        f"no free key for {store} {entity_id}: all keys that this Sage product allows for it are used"
    )
