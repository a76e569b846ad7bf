"""How a table says which of its keys hold secret references: by the type of the key."""

from __future__ import annotations

from functools import cache
from typing import Annotated, get_args, get_type_hints

import msgspec

Reference = Annotated[str, "reference"]
"""`env:NAME`, `file:/path`, `keyring:service/user`, or the secret itself: its content is never repeated."""

Identifier = Annotated[str, "reference", "identifier"]
"""The same for the name of an account or an application: may stand in the file, and is not hidden in logs,
where a user named `tidegate` would hide half of every line."""


@cache
def reference_keys(table: type[msgspec.Struct]) -> frozenset[str]:
    """The keys of a table that hold references, identifiers included."""
    return _marked(table, "reference")


@cache
def identifier_keys(table: type[msgspec.Struct]) -> frozenset[str]:
    """Those of them that name an account or an application."""
    return _marked(table, "identifier")


def _marked(table: type[msgspec.Struct], mark: str) -> frozenset[str]:
    hints = get_type_hints(table, include_extras=True)
    return frozenset(name for name, hint in hints.items() if mark in get_args(hint)[1:])
