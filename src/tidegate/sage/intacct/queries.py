"""The `query` function: what is read, by which condition, page by page.

Source: contract §5.1. Without an order pages overlap and leave gaps, so every query is ordered by RECORDNO.
`showprivate` shows at the top level what entities own; in an entity's session it is without effect.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from tidegate.sage.intacct.elements import element

PAGE = 1000  #: rows; the gateway takes 2000
NAMES = 1000  #: values of one `in`


def equals(field: str, value: str) -> Element:
    """A field has this value."""
    return element("equalto", {"field": field, "value": value})


def among(field: str, values: Collection[str]) -> Element:
    """A field has one of these values. ValueError for more than `NAMES`, or none."""
    if not 0 < len(values) <= NAMES:
        raise ValueError(f"an `in` takes 1 to {NAMES} values, got {len(values)}")
    return element("in", {"field": field, "value": list(values)})


def not_among(field: str, values: Collection[str]) -> Element:
    """A field has none of these values."""
    return element("notin", {"field": field, "value": list(values)})


def is_set(field: str) -> Element:
    """A field is not empty."""
    return element("isnotnull", {"field": field})


def since(field: str, moment: datetime) -> Element:
    """A time at or after a moment."""
    return element("greaterthanorequalto", {"field": field, "value": f"{moment:%m/%d/%Y %H:%M:%S}"})


def from_record(number: str) -> Element:
    """Records that were made with this one, or later: their numbers grow."""
    return element("greaterthanorequalto", {"field": "RECORDNO", "value": number})


def behind_record(number: str) -> Element:
    """Records that were made later than this one."""
    return element("greaterthan", {"field": "RECORDNO", "value": number})


def every(conditions: Iterable[Element]) -> Element | None:
    """All of them; None for none."""
    return _joined("and", list(conditions))


def some(conditions: Iterable[Element]) -> Element | None:
    """At least one of them; None for none."""
    return _joined("or", list(conditions))


def _joined(word: str, found: list[Element]) -> Element | None:
    if len(found) < 2:
        return found[0] if found else None
    return element(word, found)


@dataclass(frozen=True, slots=True)
class Query:
    """What is read of one object. `definition` is needed for custom fields of its documents."""

    object: str
    fields: tuple[str, ...]
    where: Element | None = None
    definition: str = ""
    any_case: bool = False
    sums: tuple[str, ...] = ()  #: fields that are added up by all other ones
    key: str = "RECORDNO"  #: what pages are ordered by
    descending: bool = False  #: the greatest first

    def page(self, size: int, offset: int) -> Element:
        """The function for one page."""
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
    """Values without repetition, in lists that one `in` takes."""
    listed = list(dict.fromkeys(values))
    return [listed[at : at + most] for at in range(0, len(listed), most)]
