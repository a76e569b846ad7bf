"""Our keys of an order's lines, as a company keeps them with the lines of its documents.

A key is made here and compared, never parsed.
"""

from __future__ import annotations

_ITEM, _EXTRA = "item:", "extra:"


def item_key(item_id: int) -> str:
    """The key of a line of goods, by Magento's order item: `item:551`."""
    return f"{_ITEM}{item_id}"


def is_item_key(key: str) -> bool:
    """Whether the key is that of a line of goods, of whatever order."""
    return key.startswith(_ITEM)


def extra_key(entity_id: int, source: str, item_id: int | None = None) -> str:
    """The key of an amount's line: `extra:213:gift_wrapping`, of an item's `extra:213:fixed_product_tax:551`.

    It names the order, since one invoice of the company may be for several.
    """
    return f"{_extra_of(entity_id)}{source}" + (f":{item_id}" if item_id is not None else "")


def is_extra_key(key: str, entity_id: int) -> bool:
    """Whether the key is that of one of this order's amounts besides goods and carriage."""
    return key.startswith(_extra_of(entity_id))


def _extra_of(entity_id: int) -> str:
    return f"{_EXTRA}{entity_id}:"
