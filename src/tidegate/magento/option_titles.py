"""What the custom options of products are called: an order line tells ids only.

Source: `catalog-data-product-custom-option-interface` and its values; the ids of options and of values are unique
in a store. `option_value` of an order line is the text written, or the chosen values' ids: `12` or `12,13`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tidegate.domain.orders.order import LineOption
from tidegate.magento.extras import tables
from tidegate.reading import values
from tidegate.reading.document import Unreadable

FIELDS = "options[option_id,title,values[option_type_id,title]]"


@dataclass(frozen=True, slots=True)
class OptionTitle:
    """One option's title, and its values' by their ids; what is written freely has no values."""

    title: str
    values: Mapping[str, str] = field(default_factory=dict)


def titles(options: Any) -> dict[str, OptionTitle]:
    """The options of a product by id. What cannot be read is left out: a title is no reason to stop an order."""
    return dict(_titles(options))


def _titles(options: Any) -> Iterator[tuple[str, OptionTitle]]:
    for each in tables(options):
        number, title = _text(each.get("option_id")), _text(each.get("title"))
        chosen = {
            _text(one.get("option_type_id")): _text(one.get("title")) for one in tables(each.get("values"))
        }
        if number and title:
            yield number, OptionTitle(title, {key: text for key, text in chosen.items() if key and text})


def titled(option: LineOption, known: Mapping[str, OptionTitle]) -> LineOption:
    """The option with its title and the titles of what was chosen, as far as they are known."""
    there = known.get(option.id)
    if there is None:
        return option
    ids = option.value.replace(" ", "").split(",")
    chosen = ", ".join(there.values[one] for one in ids) if there.values.keys() >= set(ids) else ""
    return msgspec.structs.replace(option, title=there.title, chosen=chosen)


def _text(value: Any) -> str:
    try:
        return " ".join((values.text(value) or "").split())
    except Unreadable:
        return ""
