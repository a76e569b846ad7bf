"""Steps that carry a suffix of their own for each document, e.g. `change-9f2c...` or `shipment:8963`.

They are counted as one family.
"""

from __future__ import annotations

#: Family -> the separator between its name and the suffix.
FAMILIES = {
    **dict.fromkeys(("change", "standing", "lift"), "-"),
    **dict.fromkeys(("shipment", "track", "invoice", "credit", "payment", "part-payment"), ":"),
}
LAST = "zzzzzzzzzzzzzzzz"  #: behind every suffix, in any collation


def family_of(step: str) -> str:
    """The family that a step belongs to; "" for a step of its own."""
    for mark in (":", "-"):
        family, found, _ = step.partition(mark)
        if found and FAMILIES.get(family) == mark:
            return family
    return ""


def counted_as(step: str) -> str:
    """The name under which a step is counted: a family's with its mark, which no step of its own ends with."""
    family = family_of(step)
    return span(family)[0] if family else step


def span(family: str) -> tuple[str, str]:
    """The range of names that holds all steps of a family."""
    first = f"{family}{FAMILIES[family]}"
    return first, f"{first}{LAST}"
