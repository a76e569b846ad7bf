"""All that a record misses, said at once: a person adds it in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tidegate.domain.errors import Failure


def together(failures: Iterable[Failure]) -> Failure | None:
    """One failure for several missing things: it waits for the first, and its text names all of them.

    A failure that waits for nothing is no missing thing: it counts alone, where it comes first.
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
    text = " ".join([first.text, *(each.text for each in named.values())])
    names = ", ".join([first.details.get("missing", first.missing), *map(str, named)])
    return replace(first, text=text, details={**first.details, "missing": names})
