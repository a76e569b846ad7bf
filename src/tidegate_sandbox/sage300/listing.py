"""Query options: which records of a resource an answer has, and where the next page is (contract §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.problem import Problem
from tidegate_sandbox.sage300.query_filter import Filter, parse
from tidegate_sandbox.sage300.resource import Body, Resource

KNOWN = ("$filter", "$select", "$top", "$skip", "$count", "$orderby")


def page(resource: Resource, query: Mapping[str, str], options: Options, url: str) -> Body:
    """The answer of a list. ``url`` is the resource's own address. Problem InvalidParameters."""
    for name in query:
        if name not in KNOWN:
            raise Problem("InvalidParameters", f"The query option '{name}' is not supported.")
    top, skip = _whole(query, "$top"), _whole(query, "$skip") or 0
    select = tuple(part.strip() for part in query.get("$select", "").split(",") if part.strip())
    for name in select:
        if not resource.knows(name) and name not in resource.details:
            raise Problem("InvalidParameters", f"There is no property {name}.")
    found = list(_filtered(resource, query.get("$filter", ""), options))
    if "$orderby" in query:
        found = _ordered(resource, found, query["$orderby"])
    size = options.page_size if top is None else min(top, options.page_size)
    rows = found[skip : skip + size]
    sign = "@" if options.at_prefix else ""
    answer: Body = {f"{sign}odata.context": f"$metadata#{resource.name}"}
    if query.get("$count") == "true":
        answer[f"{sign}odata.count"] = str(len(found)) if options.count_as_text else len(found)
    answer["value"] = resource.all_shown(rows, select, details=options.lists_have_details)
    if top is None and skip + size < len(found):
        more = {**query, "$skip": str(skip + size)}
        text = "&".join(f"{name}={quote(value, safe='$,()')}" for name, value in more.items())
        answer[f"{sign}odata.nextLink"] = f"{url}?{text}"
    return answer


def _filtered(resource: Resource, text: str, options: Options) -> Iterable[Any]:
    if not text:
        return resource.rows()
    chosen = parse(text, resource.knows, options)
    candidates = _candidates(resource, chosen)
    fields = resource.fields
    return (one for one in candidates if chosen.holds(lambda name, one=one: fields[name][1](one)))  # type: ignore[misc]


def _candidates(resource: Resource, chosen: Filter) -> Iterable[Any]:
    """Records that may meet a filter, by an index where every alternative names a value of one."""
    found: dict[int, Any] = {}
    for terms in chosen.alternatives:
        indexed = [
            resource.lookups[term.field](term.value)
            for term in terms
            if term.operator == "eq" and term.field in resource.lookups
        ]
        if not indexed:
            return resource.rows()
        found |= {id(one): one for one in indexed[0]}
    first = resource.key[0]
    return sorted(found.values(), key=lambda one: resource.value(one, first))


def _ordered(resource: Resource, rows: list[Any], text: str) -> list[Any]:
    for part in reversed(text.split(",")):
        name, _, way = part.strip().partition(" ")
        if not resource.knows(name) or way.strip() not in ("", "asc", "desc"):
            raise Problem("InvalidParameters", f"There is no property {name}.")
        rows.sort(key=lambda one: resource.value(one, name), reverse=way.strip() == "desc")
    return rows


def _whole(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or (name == "$top" and int(text) < 1):
        raise Problem("InvalidParameters", f"The value of {name} must be a positive integer.")
    return int(text)
