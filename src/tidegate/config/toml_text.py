"""Values and names as TOML writes them, and templates that are filled with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_PLACE = re.compile(r"\{\{(\w+)\}\}")


def text(value: str) -> str:
    """In quotes."""
    import tomlkit  # only what writes a configuration needs it

    return tomlkit.string(value).as_string()


def text_list(values: Iterable[str]) -> str:
    """A list of texts."""
    return f"[{', '.join(text(value) for value in values)}]"


def key(name: str) -> str:
    """Quoted where TOML asks for it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else text(name)


def filled(template: str, places: Mapping[str, str]) -> str:
    """The template with the text of each `{{place}}`. KeyError for a place without one."""
    return _PLACE.sub(lambda place: places[place.group(1)], template)


def with_values(table: str, values: Mapping[str, str]) -> str:
    """A table with these values, as TOML writes them, in the place of its own; commented-out keys are switched on.

    What it does not name stands at its end.
    """
    lines = table.splitlines()
    for name, value in values.items():
        known = re.compile(rf"#?{name} = ")
        at = next((at for at, line in enumerate(lines) if known.match(line)), len(lines))
        lines[at : at + 1] = [f"{name} = {value}"]
    return "\n".join(lines)
