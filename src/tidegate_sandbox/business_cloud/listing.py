"""Lists: wrapped, paged, filtered by what changed (contract §3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tidegate_sandbox.business_cloud.options import Options
from tidegate_sandbox.business_cloud.problem import Problem
from tidegate_sandbox.business_cloud.resource import Query, Resource
from tidegate_sandbox.business_cloud.values import Body, written

USUAL, MOST = 20, 200
ALWAYS = ("id", "displayed_as", "$path")


class Lists:
    """Makes lists; every third one has no `$next`, though there is another page."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._made = 0

    def page(self, resource: Resource, query: Query, deleted: list[tuple[str, datetime]]) -> Body:
        """One page. Problem 400 for what the list does not take, 422 for values that cannot be meant."""
        for name in query:
            if name not in resource.parameters:
                raise Problem(400, "ParameterInvalid", f"{name} is not a valid parameter", name)
        if "deleted_since" in query:
            since = moment(query["deleted_since"], "deleted_since")
            rows: list[Any] = [{"id": id, "deleted_at": at} for id, at in deleted if at > since]
            shown = [
                {"id": one["id"], "displayed_as": "", "$path": f"/{resource.path}/{one['id']}"}
                for one in rows
            ]
            return self._wrapped(resource, query, shown)
        found = list(self._filtered(resource, query))
        found = self._sorted(resource, found, query.get("sort", ""))
        return self._wrapped(resource, query, found)

    def _filtered(self, resource: Resource, query: Query) -> list[Any]:
        found = list(resource.rows())
        for name, passes in resource.filters.items():
            if name in query:
                found = [one for one in found if passes(one, query[name])]
        if "search" in query and resource.searched is not None:
            wanted = query["search"].casefold()
            found = [
                one for one in found if any(wanted in text.casefold() for text in resource.searched(one))
            ]
        if "updated_or_created_since" in query and resource.stamps is not None:
            since = moment(query["updated_or_created_since"], "updated_or_created_since")
            found = [one for one in found if max(resource.stamps(one)).replace(microsecond=0) >= since]
        return found

    def _sorted(self, resource: Resource, found: list[Any], text: str) -> list[Any]:
        if not text:
            return found[1::2] + found[::2]  # the order is not promised
        name, _, way = text.partition(":")
        if name not in resource.sorts or way not in ("", "asc", "desc"):
            raise Problem(422, "RecordInvalid", f"sort: {text} is invalid", "sort")
        return sorted(found, key=resource.sorts[name], reverse=way == "desc")

    def _wrapped(self, resource: Resource, query: Query, found: list[Any]) -> Body:
        size = min(max(_whole(query, "items_per_page", USUAL), 1), MOST)
        last = max((len(found) + size - 1) // size, 1)
        page = min(max(_whole(query, "page", 1), 1), last)  # beyond the last one, that one comes again
        rows = found[(page - 1) * size : page * size]
        self._made += 1
        answer: Body = {"$total": len(found), "$page": page}
        if page == last:
            answer["$next"] = None
        elif self._options.next_always or self._made % 3:
            answer["$next"] = _path(resource, query, page + 1)
        answer["$back"] = _path(resource, query, page - 1) if page > 1 else None
        if self._options.size_member:
            answer[self._options.size_member] = size
        answer["$items"] = [
            one if isinstance(one, dict) and "$path" in one else shown(resource, one, query) for one in rows
        ]
        return answer


def shown(resource: Resource, record: Any, query: Query, *, whole: bool = False) -> Body:
    """A record with the attributes that were asked for; a single one shows all."""
    body: Body = resource.show(record, query)
    asked = query.get("attributes", "all" if whole else "")
    if asked != "all":
        chosen = {*ALWAYS, *(part.strip() for part in asked.split(","))}
        if query.get("show_balance") == "true":
            chosen.add("balance")
        if query.get("show_payments_allocations") == "true":
            chosen.add("payments_allocations")
        body = {name: value for name, value in body.items() if name in chosen}
    return written(body)  # type: ignore[no-any-return]


def moment(text: str, name: str) -> datetime:
    """An instant with a zone; a bare plus sign has become a blank. Problem 422."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(422, "RecordInvalid", f"{name}: is not a valid date-time", name) from None
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _whole(query: Query, name: str, usual: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else usual


def _path(resource: Resource, query: Mapping[str, str], page: int) -> str:
    return f"/{resource.path}?{urlencode({**query, 'page': page})}"
