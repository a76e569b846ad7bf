"""What a folder's GraphQL has, by introspection: names are never guessed. Source: contract §7 and additions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.sage.x3.client import X3Client

OLDER = "sage"  #: the level that only the older generation has, above all others
ROOT = "{ __schema { queryType { name } mutationType { name } } }"
_KIND = "type { name ofType { name ofType { name ofType { name } } } }"
FIELDS = (
    f"query($name: String!) {{ __type(name: $name) {{ fields {{ name args {{ name {_KIND} }} {_KIND} }} }} }}"
)
INPUT = f"query($name: String!) {{ __type(name: $name) {{ inputFields {{ name {_KIND} }} }} }}"


class GraphSchema:
    """Asks for types by their names; remembers nothing."""

    def __init__(self, client: X3Client) -> None:
        self._client = client

    def levels(self, root: str, last: Sequence[str]) -> tuple[tuple[str, ...], str] | Failure:
        """The levels from a root (`queryType`, `mutationType`) down to sales orders and, where it is there, one of `last`.

        With them the name of the type below. UNKNOWN_ENDPOINT where another one is missing.
        """
        data = self._client.graph(ROOT, {})
        if isinstance(data, Failure):
            return data
        name = inside(data, f"__schema.{root}.name")
        if not name:
            return lacking(root.removesuffix("Type"))
        found: list[str] = []
        for wanted in ((OLDER,), ("x3Sales", "xtremX3Sales"), ("salesOrder",), last):
            there = self.fields(name)
            if isinstance(there, Failure):
                return there
            level = next((one for one in wanted if one in there), None)
            if level is None and wanted in ((OLDER,), last):
                continue  # of one generation alone
            if level is None:
                return lacking(" or ".join(wanted))
            found.append(level)
            name = named(there[level])
        return tuple(found), name

    def fields(self, name: str) -> dict[str, Any] | Failure:
        """The fields of a type, with the type of each."""
        found = self._asked(FIELDS, name, "fields")
        return found if isinstance(found, Failure) else {str(one["name"]): one["type"] for one in found}

    def argument(self, name: str, field: str, argument: str) -> str | Failure:
        """The name of the type of a field's argument."""
        found = self._asked(FIELDS, name, "fields")
        if isinstance(found, Failure):
            return found
        for one in found:
            for given in one.get("args") or () if one["name"] == field else ():
                if given["name"] == argument:
                    return named(given["type"])
        return lacking(f"{field}({argument})")

    def inputs(self, name: str) -> dict[str, Any] | Failure:
        """The fields of an input, with the type of each."""
        found = self._asked(INPUT, name, "inputFields")
        return found if isinstance(found, Failure) else {str(one["name"]): one["type"] for one in found}

    def _asked(self, document: str, name: str, what: str) -> list[Any] | Failure:
        data = self._client.graph(document, {"name": name})
        if isinstance(data, Failure):
            return data
        found = inside(data, f"__type.{what}")
        return found if isinstance(found, list) else lacking(f"the fields of {name}")


def inside(value: Any, path: str) -> Any:
    """The value at a path of names; None where one of them is missing."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def named(kind: Any) -> str:
    """The type's name, below what says that it is a list, or there at all."""
    while isinstance(kind, dict) and not kind.get("name"):
        kind = kind.get("ofType")
    return str(kind["name"]) if isinstance(kind, dict) else ""


def lacking(what: str) -> Failure:
    """That the schema does not have it."""
    return Failure(Code.UNKNOWN_ENDPOINT, f"X3's GraphQL has no {what}", sent=False)
