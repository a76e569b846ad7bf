"""REST `api1`: lists page by page, and single records (contract §6). It only reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import msgspec

from tidegate_sandbox.reply import Reply
from tidegate_sandbox.x3 import where
from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.options import Options
from tidegate_sandbox.x3.problem import Denied
from tidegate_sandbox.x3.rest_class import Body, RestClass

ROOT = "/api1/x3/erp/"
SYRACUSE = "application/json;vnd.sage=syracuse"
PAGE, MOST = 20, 1000
#: A public client of X3 sends it for the size of a page. That a site passes over it is assumed.
IGNORED = "$itemsPerPage"
_PATH = re.compile(rf"{ROOT}(?P<endpoint>[^/]+)/(?P<name>[A-Z]+)(?:\('(?P<key>.*)'\))?")
_encoder = msgspec.json.Encoder(decimal_format="number")


def diagnoses(text: str) -> bytes:
    """The body of an error (C for its shape, A for its place)."""
    return msgspec.json.encode({"$diagnoses": [{"$severity": "error", "$message": text}]})


class Rest:
    """Answers calls below ``/api1/x3/erp/``."""

    def __init__(
        self, folders: Mapping[str, Folder], classes: Mapping[str, Mapping[str, RestClass]], options: Options
    ) -> None:
        self._folders = folders
        self._classes = classes
        self._options = options

    def reply(self, method: str, path: str, query: str, origin: str) -> Reply:
        """The answer of one call. Denied; Refusal `locked` in single-user mode."""
        found = _PATH.fullmatch(unquote(path))
        folder = self._folders.get(found["endpoint"]) if found is not None else None
        if found is None or folder is None:
            raise Denied(404, "the endpoint does not exist")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        one = self._represented(found["name"], folder.endpoint, asked.get("representation", ""))
        if method != "GET":
            raise Denied(405, "the class is read-only")
        with folder.working(writes=False):
            if found["key"] is not None:
                return _json(self._details(one, found["key"]))
            return _json(self._list(one, asked, f"{origin}{path}"))

    def _represented(self, name: str, endpoint: str, representation: str) -> RestClass:
        known = self._classes[endpoint].get(name)
        stem = representation.partition(".")[0]
        if known is None or name in self._options.unpublished or stem in self._options.unpublished:
            raise Denied(404, f"Entity {name} does not exist")
        if not re.fullmatch(r"\w+\.\$(query|details)", representation) or stem != name:
            raise Denied(404, f"Representation {representation} does not exist")
        if name in self._options.denied:
            raise Denied(403, f"{name}: you do not have the access rights for this function code")
        return known

    def _details(self, one: RestClass, key: str) -> Body:
        for record in self._records(one, ""):
            if one.key_text(record) == key:
                return {**one.shown(record), "$uuid": key, "$url": key}
        raise Denied(404, f"{one.name} : {key} Record does not exist")

    def _records(self, one: RestClass, condition: str) -> list[Any]:
        """In the order of the key."""
        if one.name in self._options.representation_rights:
            return []
        rows: Iterable[Any]
        if not condition:
            rows = one.rows()
        else:
            try:
                chosen = where.parse(condition, one.fields.__contains__)
            except where.BadWhere as error:
                raise Denied(400, f"where: {error}") from None
            pairs = where.indexed(chosen, one.lookups)
            if pairs is None:
                candidates: Iterable[Any] = one.rows()
            else:
                by_key = {one.key_of(row): row for name, value in pairs for row in one.lookups[name](value)}
                candidates = by_key.values()
            rows = (
                row
                for row in candidates
                if chosen.holds(lambda name, row=row: one.fields[name](row))  # type: ignore[misc]
            )
        return sorted(rows, key=one.key_of)

    def _list(self, one: RestClass, asked: Mapping[str, str], url: str) -> Body:
        count = asked.get("count", str(PAGE))
        if not count.isdigit() or not 1 <= int(count) <= MOST:
            raise Denied(400, f"count: {count}")
        for name in asked:
            if name not in ("representation", "count", "where", "orderBy", "key", IGNORED):
                raise Denied(400, f"unknown parameter {name}")
        rows = self._records(one, asked.get("where", ""))
        order = asked.get("orderBy", "")
        if order:
            field, _, way = order.partition(" ")
            if field not in one.fields:
                raise Denied(400, f"orderBy: {field} is not in the representation")
            rows.sort(key=one.fields[field], reverse=way == "desc")
        if "key" in asked:
            rows = _behind(one, rows, asked["key"].removeprefix("gt."))
        page = rows[: int(count)]
        links: Body = {}
        if len(rows) > len(page):
            more = {**asked, "key": f"gt.{one.key_text(page[-1])}", "count": count}
            text = "&".join(f"{name}={quote(value, safe='$.~')}" for name, value in more.items())
            links["$next"] = {"$url": f"{url}?{text}", "$type": SYRACUSE}
        return {
            "$itemsPerPage": int(count),
            "$resources": [{**one.shown(row), "$uuid": one.key_text(row)} for row in page],
            "$links": links,
        }


def _behind(one: RestClass, rows: list[Any], key: str) -> list[Any]:
    """The rows behind the one with this key, wherever it stands."""
    for at, row in enumerate(rows):
        if one.key_text(row) == key:
            return rows[at + 1 :]
    parts = key.split("~")
    return [row for row in rows if [str(part) for part in one.key_of(row)] > parts]


def _json(value: Body) -> Reply:
    return Reply(200, _encoder.encode(value))
