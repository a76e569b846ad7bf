"""All that a record misses, said at once: a person adds it in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tidegate.domain.errors import Failure


def together(failures: Iterable[Failure]) -> Failure | None:
    """One failure for several missing things: it waits for the first, and its text names all of them.

    A failure that waits for nothing is not a missing thing: it counts alone, where it comes first.
    """
    known = list(failures)
    if not known:
        return None
    first, *others = known
    if first.missing is None:
        return first
    named = {each.missing: each for each in others if each.missing not in (None, first.missing)}
    if not named:
        return first
    every = [first, *named.values()]
    details = {**first.details, "missing": _all(every, "missing")}
    if any("keys" in each.details for each in every):
        details["keys"] = _all(every, "keys")
    return replace(first, text=" ".join(each.text for each in every), details=details)


def _all(failures: Iterable[Failure], name: str) -> str:
    """The names in a detail of all failures, each once; their own missing thing where a failure has no such list."""
    listed = [each.details.get(name, each.missing if name == "missing" else "") for each in failures]
    return ", ".join(dict.fromkeys(part for text in listed if text for part in text.split(", ")))
