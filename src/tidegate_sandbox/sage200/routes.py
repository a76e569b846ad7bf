"""Which path and verb is served by what. A verb that a path does not have answers 404, as an unknown path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.table import R, Table
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage200.call import Call, found
from tidegate_sandbox.sage200.filter_plan import Finder
from tidegate_sandbox.sage200.late_commit import committed
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.sage200.view import View

Handler = Callable[[Call], Any]


class Routes:
    """The paths below ``.../accounts/v1/``; ``{}`` stands for an id."""

    def __init__(self) -> None:
        self._handlers: dict[tuple[str, ...], dict[str, Handler]] = {}

    def on(self, verb: str, path: str, handler: Handler) -> None:
        """Serve a verb of a path."""
        self._handlers.setdefault(tuple(path.split("/")), {})[verb] = handler

    def find(self, path: str) -> tuple[dict[str, Handler], tuple[int, ...]]:
        """The verbs of a path (none for an unknown path) and the ids in it."""
        parts, ids = [], []
        for part in path.strip("/").split("/"):
            if part.isascii() and part.isdigit():
                ids.append(int(part[:19]))
                parts.append("{}")
            else:
                parts.append(part)
        return self._handlers.get(tuple(parts), {}), tuple(ids)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """All (verb, path) that are served."""
        for parts, verbs in self._handlers.items():
            for verb in verbs:
                yield verb, "/".join(parts)


@dataclass(slots=True)
class Context:
    """What the rooms of the face share while they are built."""

    company: Company
    options: Options
    faults: FaultPlan
    routes: Routes = field(default_factory=Routes)
    views: dict[str, View] = field(default_factory=dict)

    def listing(self, path: str, listing: Listing) -> None:
        """Serve ``GET <path>`` from a listing."""

        def read(call: Call) -> Any:
            asked = call.query_options.get("$filter", "")
            seen = committed(path, listing.view, asked, self.company, self.faults)
            return listing.read(call.query(), call.profile, seen)

        self.routes.on("GET", path, read)

    def table(
        self,
        path: str,
        view: str,
        table: Table[R],
        *,
        finders: dict[str, str] | None = None,
        by_id: bool = True,
        where: Callable[[R], bool] | None = None,
    ) -> Listing:
        """Serve ``GET <path>`` and ``GET <path>/{id}`` from a table.

        ``finders`` name the table's index for a field of the schema; ``where`` narrows the table.
        """
        shown = self.views[view]
        found_by: dict[str, Finder] = {"id": lambda id: _one(table, id)}
        for field_name, index in (finders or {}).items():
            found_by[field_name] = _finder(table, index)
        listing = Listing(
            shown,
            (lambda: table) if where is None else (lambda: filter(where, table)),
            {name: _narrowed(find, where) for name, find in found_by.items()} if where else found_by,
            table.after if where is None else (lambda id: filter(where, table.after(id))),
        )
        self.listing(path, listing)
        if by_id:
            self.routes.on("GET", path + "/{}", lambda call: call.show_one(shown, found(table, call.ids[-1])))
        return listing

    def nested(self, path: str, view: str, table: Table[Any], rows: Callable[[Call], list[Any]]) -> None:
        """Serve ``GET <path>`` where the path narrows a collection to the records that ``rows`` gives."""
        shown = self.views[view]

        def read(call: Call) -> Any:
            records = rows(call)
            return Listing(shown, lambda: records).read(call.query(), call.profile)

        self.routes.on("GET", path, read)


def _one(table: Table[R], id: Any) -> list[R]:
    record = table.get(id)
    return [record] if record is not None else []


def _finder(table: Table[R], index: str) -> Finder:
    return lambda key: table.find(index, key)


def _narrowed(find: Finder, where: Callable[[Any], bool]) -> Finder:
    return lambda key: filter(where, find(key))
