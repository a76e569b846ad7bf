"""The `query` function: which fields are read of which object, on which condition, page by page.

Source: contract §5.1. Pages of an unordered query overlap and leave gaps, so every query is ordered, usually by
RECORDNO. At the top level `showprivate` includes the records that entities own; in an entity's session it has no
effect.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from tidegate.sage.intacct.elements import element

PAGE = 1000  #: rows; the gateway allows 2000
NAMES = 1000  #: the most values of one `in`


def equals(field: str, value: str) -> Element:
    """The condition that a field has this value."""
    return element("equalto", {"field": field, "value": value})


def among(field: str, values: Collection[str]) -> Element:
    """The condition that a field has one of these values. ValueError for none, or for more than `NAMES`."""
    if not 0 < len(values) <= NAMES:
        raise ValueError(f"an `in` takes 1 to {NAMES} values, got {len(values)}")
    return element("in", {"field": field, "value": list(values)})


def not_among(field: str, values: Collection[str]) -> Element:
    """The condition that a field has none of these values."""
    return element("notin", {"field": field, "value": list(values)})


def is_set(field: str) -> Element:
    """The condition that a field is not empty."""
    return element("isnotnull", {"field": field})


def since(field: str, moment: datetime) -> Element:
    """The condition that a time is at or after a moment, which is given in UTC."""
    return element("greaterthanorequalto", {"field": field, "value": f"{moment:%m/%d/%Y %H:%M:%S}"})


def from_record(number: str) -> Element:
    """The condition for the record of this number and all later ones: numbers grow."""
    return element("greaterthanorequalto", {"field": "RECORDNO", "value": number})


def behind_record(number: str) -> Element:
    """The condition for all records later than the one of this number."""
    return element("greaterthan", {"field": "RECORDNO", "value": number})


def every(conditions: Iterable[Element]) -> Element | None:
    """The condition that all conditions are met; None without any."""
    return _joined("and", list(conditions))


def some(conditions: Iterable[Element]) -> Element | None:
    """The condition that at least one condition is met; None without any."""
    return _joined("or", list(conditions))


def _joined(word: str, found: list[Element]) -> Element | None:
    if len(found) < 2:
        return found[0] if found else None
    return element(word, found)


@dataclass(frozen=True, slots=True)
class Query:
    """A query of one object. `definition`: the document type, needed for custom fields of documents."""

    object: str
    fields: tuple[str, ...]
    where: Element | None = None
    definition: str = ""
    any_case: bool = False  #: texts are compared regardless of case
    sums: tuple[str, ...] = ()  #: fields that are summed, grouped by `fields`
    key: str = "RECORDNO"  #: the field that orders the pages
    descending: bool = False  #: the greatest key first

    def page(self, size: int, offset: int) -> Element:
        """The `query` element for one page; `offset` counts rows from 0."""
        chosen = [element("field", name) for name in dict.fromkeys(self.fields)]
        chosen += [element("sum", name) for name in self.sums]
        parts = {
            "object": self.object,
            "select": element("select", chosen),
            "filter": None if self.where is None else element("filter", self.where),
            "orderby": element(
                "orderby",
                element(
                    "order",
                    [
                        element("field", self.key),
                        element("descending" if self.descending else "ascending"),
                    ],
                ),
            ),
            "options": element("options", {"caseinsensitive": self.any_case, "showprivate": True}),
            "docparid": self.definition or None,
            "pagesize": size,
            "offset": offset,
        }
        return element(
            "query",
            [
                part if isinstance(part, Element) else element(name, part)
                for name, part in parts.items()
                if part is not None
            ],
        )


def in_parts(values: Iterable[str], most: int = NAMES) -> list[list[str]]:
    """The distinct values, in lists of `most` at most, each for one `in`."""
    listed = list(dict.fromkeys(values))
    return [listed[at : at + most] for at in range(0, len(listed), most)]
