"""Query options, and reading a collection by them (contract §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from tidegate_sandbox.sage200.filter_plan import Finder, candidates, compiled, lower_bound
from tidegate_sandbox.sage200.filter_syntax import Node, bad_filter, parse
from tidegate_sandbox.sage200.view import Profile, View, shown_date

DEFAULT_TOP = 500
LIST_OPTIONS = frozenset(
    {"$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count", "$metadata"}
)
ONE_OPTIONS = frozenset({"$select", "$expand", "$metadata"})


@dataclass(frozen=True, slots=True)
class Query:
    """The options of one read, as far as they can be understood without the collection."""

    filter: Node | None = None
    select: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()  #: field, descending
    top: int = DEFAULT_TOP
    skip: int = 0
    count: bool = False
    metadata: bool = False


def read_query(options: dict[str, str], *, top_max: int, allowed: frozenset[str] = LIST_OPTIONS) -> Query:
    """The options of a request. Raises ApplicationProblem 400 for what is not allowed or not understood."""
    for name in options:
        if name.startswith("$") and name not in allowed:
            raise bad_filter(f"the query option '{name}' is not supported here.")
    order = tuple(_order(part) for part in _parts(options.get("$orderby", "")))
    top = _number(options, "$top", DEFAULT_TOP)
    skip = _number(options, "$skip", 0)
    if top > top_max:
        raise bad_filter(f"$top must not exceed {top_max}.")
    if "$skip" in options and not order:
        raise bad_filter("$skip requires $orderby.")
    return Query(
        filter=parse(options["$filter"]) if "$filter" in options else None,
        select=_parts(options.get("$select", "")),
        expand=_parts(options.get("$expand", "")),
        order=order,
        top=top,
        skip=skip,
        count=_flag(options, "$count"),
        metadata=_flag(options, "$metadata"),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",")) if text.strip() else ()


def _order(part: str) -> tuple[str, bool]:
    words = part.split()
    if len(words) == 1 or (len(words) == 2 and words[1] in ("asc", "desc")):
        return words[0], words[-1] == "desc" and len(words) == 2
    raise bad_filter("$orderby takes fields, each with asc or desc.")


def _number(options: dict[str, str], name: str, default: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit():
        raise bad_filter(f"{name} must be a whole number.")
    return int(text)


def _flag(options: dict[str, str], name: str) -> bool:
    text = options.get(name, "false")
    if text not in ("true", "false"):
        raise bad_filter(f"{name} must be true or false.")
    return text == "true"


@dataclass(slots=True)
class Listing:
    """A collection that can be read: its view, its records in default order, and ways to find some fast.

    ``finders`` give, for a field, the records whose value equals a key. ``after`` gives the records with a
    higher id, for collections that are kept in the order of ids.
    """

    view: View
    rows: Callable[[], Iterable[Any]]
    finders: dict[str, Finder] = field(default_factory=dict)
    after: Callable[[int], Iterable[Any]] | None = None
    default_order: tuple[tuple[str, bool], ...] = ()
    extra_expands: frozenset[str] = frozenset()  #: names that $expand takes without showing a child

    def read(self, query: Query, profile: Profile, seen: Callable[[Any], bool] | None = None) -> Any:
        """The rows that a query asks for, of those that are ``seen``; with ``$count`` their number."""
        check(self.view, query, profile, self.extra_expands)
        if query.metadata:
            return metadata(self.view, profile)
        rows = self._ordered(
            filter(seen, self._matching(query, profile)) if seen else self._matching(query, profile), query
        )
        if query.count:
            return {"count": sum(1 for _ in rows)}
        chosen = islice(rows, query.skip, query.skip + query.top)
        if query.expand or any("." in name or name in self.view.children for name in query.select):
            return [show(self.view, record, query, profile) for record in chosen]
        getters = [(name, self.view.getter(name)) for name in query.select]  # asked for once, not per row
        if not getters:
            return [self.view.show(record, profile) for record in chosen]
        return [{name: shown_date(get(record), profile) for name, get in getters} for record in chosen]

    def _matching(self, query: Query, profile: Profile) -> Iterable[Any]:
        if query.filter is None:
            return self.rows()
        predicate = compiled(query.filter, self.view, profile)
        found: Iterable[Any] | None = candidates(query.filter, self.view, profile, self.finders)
        if found is not None and self.after is not None:
            found = sorted(found, key=lambda record: record.id)
        elif found is None and self.after is not None:
            bound = lower_bound(query.filter)
            found = self.after(bound) if bound is not None else None
        return filter(predicate, found if found is not None else self.rows())

    def _ordered(self, rows: Iterable[Any], query: Query) -> Iterator[Any]:
        order = query.order or self.default_order
        if self.after is not None and order[:1] in ((), (("id", False),)):
            return iter(rows)
        ordered = list(rows)
        for name, descending in reversed(order):
            get = self.view.getter(name)
            ordered.sort(key=lambda record, get=get: _sortable(get(record)), reverse=descending)  # type: ignore[misc]
        return iter(ordered)


def _sortable(value: Any) -> tuple[bool, Any]:
    """Absent values come first, as in the database; texts compare without case (A)."""
    if value is None:
        return (False, 0)
    if isinstance(value, str):
        return (True, value.lower())
    if isinstance(value, date) and not isinstance(value, datetime):
        return (True, datetime(value.year, value.month, value.day, tzinfo=UTC))
    return (True, value)


def check(view: View, query: Query, profile: Profile, extra_expands: frozenset[str] = frozenset()) -> None:
    """Raises ApplicationProblem 400 for names that the view does not have."""
    fields = view.fields(profile)
    for name in query.expand:
        if name not in extra_expands and not _is_child(view, name, profile):
            raise bad_filter(f"'{name}' cannot be expanded.")
    for name in query.select:
        parent, dot, rest = name.partition(".")
        if not dot and (name in fields or name in query.expand):
            continue
        if dot and parent in query.expand and rest in view.children[parent].view.fields(profile):
            continue
        raise bad_filter(f"the field '{name}' does not exist, or its parent is not expanded.")
    for name, _ in query.order:
        if name not in fields:
            raise bad_filter(f"the field '{name}' does not exist.")


def _is_child(view: View, name: str, profile: Profile) -> bool:
    return name in view.children and profile.shows(view.schema.fields[name])


def show(view: View, record: Any, query: Query, profile: Profile) -> dict[str, Any]:
    """One record as a query asks for it: all fields, or those selected, and the children expanded."""
    expand = [name for name in query.expand if name in view.children]
    if not query.select:
        return view.show(record, profile, expand)
    row: dict[str, Any] = {}
    for name in query.select:
        parent, dot, _ = name.partition(".")
        if dot:
            child = row.setdefault(parent, None) or view.show_child(parent, record, profile)
            row[parent] = child
            _keep(query, parent, row)
        elif name in view.children:
            row[name] = view.show_child(name, record, profile)
        else:
            row[name] = shown_date(view.getter(name)(record), profile)
    for name in expand:
        if name not in row:
            row[name] = view.show_child(name, record, profile)
    return row


def _keep(query: Query, parent: str, row: dict[str, Any]) -> None:
    """Cut a child down to the fields of it that are selected."""
    wanted = {name.partition(".")[2] for name in query.select if name.startswith(parent + ".")}
    child = row[parent]
    if isinstance(child, list):
        row[parent] = [{key: one[key] for key in one if key in wanted} for one in child]
    elif child is not None:
        row[parent] = {key: child[key] for key in child if key in wanted}


def metadata(view: View, profile: Profile) -> list[dict[str, Any]]:
    """Names and types of the fields (shape not public, A)."""
    return [{"name": name, "type": one.kind} for name, one in view.fields(profile).items()]
