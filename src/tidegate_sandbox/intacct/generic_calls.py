"""Functions for every object: create, update, delete, read (contract §5)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from tidegate_sandbox.intacct.call import Call, Function, Outcome
from tidegate_sandbox.intacct.condition import sort_key
from tidegate_sandbox.intacct.document import node, row, text_of
from tidegate_sandbox.intacct.failure import bad_request, invalid
from tidegate_sandbox.intacct.formats import Value, xml_value
from tidegate_sandbox.intacct.object_type import ObjectType
from tidegate_sandbox.intacct.query import Queries
from tidegate_sandbox.intacct.query_text import read_query
from tidegate_sandbox.intacct.tenant import Tenant


@dataclass(slots=True)
class ResultSet:
    """A snapshot of what a `readByQuery` found; `readMore` gives its pages."""

    session: str
    user: str
    type: ObjectType
    rows: list[dict[str, Value]]
    total: int
    size: int


class GenericCalls:
    """The generic functions of one company."""

    def __init__(self, tenant: Tenant, queries: Queries) -> None:
        self._tenant = tenant
        self._queries = queries
        self._results: dict[str, ResultSet] = {}
        self._made = 0

    def functions(self) -> dict[str, Function]:
        """The functions by name."""
        return {
            "create": self.create,
            "update": self.update,
            "delete": self.delete,
            "read": self.read,
            "readByName": self.read_by_name,
            "query": self.query,
            "readByQuery": self.read_by_query,
            "readMore": self.read_more,
            "lookup": self.look_up,
            "inspect": self.look_up,
        }

    def _may(self, call: Call, type: ObjectType) -> None:
        self._tenant.allow(call.name, type.name)

    def create(self, call: Call) -> Outcome:
        """Make records; one that is bad fails the function as a whole (A)."""
        made: list[tuple[ObjectType, Any]] = []
        for given in call.element:
            type = self._tenant.type(given.tag)
            self._may(call, type)
        if len(call.element) > 1:
            with self._tenant.undoing():
                made = [self._made_of(call, given) for given in call.element]
        else:
            made = [self._made_of(call, given) for given in call.element]
        if not made:
            raise invalid("There is nothing to create.")
        return Outcome([_objects(made)])

    def _made_of(self, call: Call, given: Element) -> tuple[ObjectType, Any]:
        type = self._tenant.type(given.tag)
        return type, type.make(call.session, given)

    def update(self, call: Call) -> Outcome:
        """Change records; RECORDNO or the own id says which."""
        changed: list[tuple[ObjectType, Any, Element]] = []
        for given in call.element:
            type = self._tenant.type(given.tag)
            self._may(call, type)
            key, own = text_of(given, "RECORDNO"), text_of(given, type.own_id)
            record = type.record(call.session, key) if key else type.named(call.session, own) if own else None
            if record is None:
                raise invalid(f"Record {key or own} of type {type.name} was not found.")
            changed.append((type, record, given))
        if not changed:
            raise invalid("There is nothing to update.")
        if len(changed) > 1:
            with self._tenant.undoing():
                self._change(call, changed)
        else:
            self._change(call, changed)
        return Outcome([_objects([(type, record) for type, record, _ in changed])])

    def _change(self, call: Call, changed: list[tuple[ObjectType, Any, Element]]) -> None:
        for type, record, given in changed:
            type.change(call.session, record, given)

    def delete(self, call: Call) -> Outcome:
        """Remove records by RECORDNO."""
        type = self._tenant.type(text_of(call.element, "object"))
        self._may(call, type)
        keys = [key.strip() for key in text_of(call.element, "keys").split(",") if key.strip()]
        records = [(key, type.record(call.session, key)) for key in keys]
        for key, record in records:
            if record is None:
                raise invalid(f"Record {key} of type {type.name} was not found.")
        if not records:
            raise invalid("There is nothing to delete.")
        for _, record in records:
            type.drop(call.session, record)
        return Outcome([node("key")])

    def read(self, call: Call) -> Outcome:
        """Records by RECORDNO; missing ones are left out."""
        return self._read(call, by_name=False)

    def read_by_name(self, call: Call) -> Outcome:
        """Records by their own id."""
        return self._read(call, by_name=True)

    def _read(self, call: Call, *, by_name: bool) -> Outcome:
        type = self._tenant.type(text_of(call.element, "object"))
        self._may(call, type)
        keys = [key.strip() for key in text_of(call.element, "keys").split(",") if key.strip()]
        if len(keys) > self._tenant.options.most_keys:
            raise bad_request(f"At most {self._tenant.options.most_keys} keys can be read at once.")
        find = type.named if by_name else type.record
        found = [one for key in keys if (one := find(call.session, key)) is not None]
        names = text_of(call.element, "fields") or "*"
        docparid = text_of(call.element, "docparid")
        return Outcome(
            [_data(type, [self._record(type, one, names, docparid) for one in found], count=len(found))]
        )

    def _record(self, type: ObjectType, record: Any, names: str, docparid: str) -> Element:
        whole = names == "*"
        values = _values(type, record, names, docparid or (type.document_type(record) if whole else ""))
        one = row(type.name.lower(), values)
        if whole and type.nested is not None:
            one.extend(type.nested(record))
        return one

    def query(self, call: Call) -> Outcome:
        """A page of rows in upper case."""
        self._may(call, self._tenant.type(text_of(call.element, "object")))
        type, page = self._queries.ask(call.session, call.element)
        form = text_of(call.element, "options/returnformat") or "xml"
        if form != "xml":
            return Outcome(bare=_bare(form, page.rows))
        data = node(
            "data",
            [row(type.name, values) for values in page.rows],
            listtype=type.name,
            totalcount=page.total,
            offset=page.offset,
            count=len(page.rows),
            numremaining=page.left,
        )
        return Outcome([data])

    def read_by_query(self, call: Call) -> Outcome:
        """The first page of a snapshot."""
        type = self._tenant.type(text_of(call.element, "object"))
        self._may(call, type)
        docparid = text_of(call.element, "docparid")
        size = text_of(call.element, "pagesize") or "100"
        if not size.isdigit() or not 1 <= int(size) <= 1000:
            raise bad_request("pagesize must be a number from 1 to 1000.")
        holds = read_query(text_of(call.element, "query"), type, docparid)
        names = text_of(call.element, "fields") or "*"
        found = [
            one
            for one in type.seen(
                call.session, docparid if self._tenant.options.docparid_narrows else "", private=False
            )
            if holds(one)
        ]
        found.sort(key=lambda one: sort_key(type.fields["RECORDNO"].getter(one)))
        rows = [_values(type, one, names, docparid) for one in found]
        self._made += 1
        key = f"{self._made:012d}{call.session.id[:8]}:{self._made}"
        self._results[key] = ResultSet(call.session.id, call.session.user, type, rows, len(rows), int(size))
        form = text_of(call.element, "returnFormat") or "xml"
        return self._page(key, form)

    def read_more(self, call: Call) -> Outcome:
        """The next page of a snapshot. Past the end: failure (A)."""
        key, name = text_of(call.element, "resultId"), text_of(call.element, "object")
        if not key and name:
            mine = [
                id
                for id, one in self._results.items()
                if one.session == call.session.id and one.type.name == name
            ]
            key = mine[-1] if mine else ""
        found = self._results.get(key)
        if found is None or found.user != call.session.user or not found.rows:
            raise bad_request(f"There are no more results for '{key or name}'.")
        return self._page(key, "xml")

    def _page(self, key: str, form: str) -> Outcome:
        found = self._results[key]
        page, found.rows = found.rows[: found.size], found.rows[found.size :]
        if form != "xml":
            return Outcome(bare=_bare(form, page))
        rows = [row(found.type.name.lower(), values) for values in page]
        return Outcome(
            [
                _data(
                    found.type,
                    rows,
                    count=len(rows),
                    totalcount=found.total,
                    numremaining=len(found.rows),
                    resultId=key,
                )
            ]
        )

    def look_up(self, call: Call) -> Outcome:
        """The fields of an object; ``*`` lists the objects."""
        name = text_of(call.element, "object")
        if name == "*":
            types = [node("type", type, typename=type.title()) for type in self._tenant.types]
            return Outcome([node("data", types, listtype="All", count=len(types))])
        type = self._tenant.type(name)
        docparid = text_of(call.element, "docparid")
        fields = [_described(type, each, docparid) for each in type.names(docparid)]
        content = [node("Fields", fields), node("Relationships", _relationships(type))]
        one = node("Type", content, Name=type.name, DocumentType=docparid)
        return Outcome([node("data", [one], listtype="All", count=1)])


def _described(type: ObjectType, name: str, docparid: str) -> Element:
    field = type.field(name, docparid)
    kind = {"number": "NUMBER", "date": "DATE", "moment": "TIMESTAMP", "flag": "BOOLEAN"}.get(
        field.kind, "TEXT"
    )
    valid = [node("VALIDVALUE", value) for value in dict.fromkeys(field.codes.values())]
    return node(
        "Field",
        [
            node("ID", name),
            node("LABEL", name.replace("_", " ").title()),
            node("DESCRIPTION", ""),
            node("REQUIRED", name == type.own_id),
            node("READONLY", name in ("RECORDNO", "WHENMODIFIED", "AUWHENCREATED")),
            node("DATATYPE", kind),
            node("ISCUSTOM", field.is_custom),
            node("VALIDVALUES", valid),
        ],
    )


def _relationships(type: ObjectType) -> Iterable[Element]:
    for path in dict.fromkeys(name.partition(".")[0] for name in type.fields if "." in name):
        yield node(
            "Relationship",
            [
                node("OBJECTPATH", path),
                node("OBJECTNAME", path),
                node("LABEL", path.title()),
                node("RELATIONSHIPTYPE", "MANY2ONE"),
                node("RELATEDBY", path),
            ],
        )


def _values(type: ObjectType, record: Any, names: str, docparid: str) -> dict[str, Value]:
    chosen = (
        type.names(docparid) if names == "*" else [each.strip() for each in names.split(",") if each.strip()]
    )
    return {each: type.field(each, docparid).getter(record) for each in chosen}


def _data(type: ObjectType, rows: list[Element], **attributes: str | int) -> Element:
    return node("data", rows, listtype=type.name.lower(), **attributes)


def _objects(made: list[tuple[ObjectType, Any]]) -> Element:
    rows = []
    for type, record in made:
        names = dict.fromkeys(("RECORDNO", type.own_id))
        rows.append(row(type.name.lower(), {name: type.field(name).getter(record) for name in names}))
    return node("data", rows, listtype="objects", count=len(rows))


def _bare(form: str, rows: list[dict[str, Value]]) -> tuple[str, bytes]:
    texts = [{name: xml_value(value) for name, value in one.items()} for one in rows]
    if form == "json":
        return "application/json", msgspec.json.encode(texts)
    if form != "csv":
        raise bad_request(f"'{form}' is not a return format.")
    out = io.StringIO()
    writer = csv.DictWriter(out, list(texts[0]) if texts else [])
    writer.writeheader()
    writer.writerows(texts)
    return "text/csv", out.getvalue().encode()
