"""Reading and writing records through REST: lists, one record, arrays (contract §15.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.intacct.condition import sort_key
from tidegate_sandbox.intacct.failure import FunctionFailure
from tidegate_sandbox.intacct.object_type import Field
from tidegate_sandbox.intacct.query import Queries
from tidegate_sandbox.intacct.rest_failure import RestFailure, bad_form, not_found, of_function, of_refusal
from tidegate_sandbox.intacct.rest_objects import NAMES, STOCK, RestObject
from tidegate_sandbox.intacct.rest_query import check_form, ordered, read_filters
from tidegate_sandbox.intacct.rest_writing import DocumentWriting, element
from tidegate_sandbox.intacct.so_document import Document, documents

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session
    from tidegate_sandbox.intacct.tenant import Tenant

Result = tuple[int, dict[str, Any] | None]
MOST_RECORDS = 500


def meta(**counts: int | None) -> dict[str, Any]:
    """Counts beside a result."""
    return dict(counts)


class Records:
    """The records of one company."""

    def __init__(self, tenant: Tenant, queries: Queries, writing: DocumentWriting) -> None:
        self._tenant = tenant
        self._queries = queries
        self._writing = writing

    def object(self, title: str) -> RestObject:
        """An object by its name, a document with its definition behind ``::``. RestFailure 404."""
        path, _, definition = unquote(title).partition("::")
        known = NAMES.get(path)
        if known is None:
            raise not_found(f"The object {path} does not exist.")
        found = RestObject(path, self._tenant.type(known[0]), known[1], definition)
        if path.startswith("order-entry/document"):
            if definition and self._tenant.store.definitions.first("name", definition) is None:
                raise not_found(f"The object {title} does not exist.")
            found.extra = _document_fields() if path == "order-entry/document" else _line_fields()
        elif path == "inventory-control/item":
            found.extra = {
                f"quantity{name[:1].upper()}{name[1:]}".replace("UnCommitted", "Uncommitted"): self._total(
                    xml
                )
                for name, xml in STOCK.items()
            }
        return found

    def _total(self, xml: str) -> Field:
        stock = self._tenant.type("ITEMWAREHOUSEINFO")

        def value(item: Any) -> Any:
            held = self._tenant.company.stock.of_item(item.id)
            getter = stock.field(xml).getter
            return sum((getter(one) for one in held), start=0) if held else None  # type: ignore[misc]

        return Field(value, "number")

    def seen(self, session: Session, object: RestObject, *, private: bool) -> list[Any]:
        """The records that a session sees."""
        return list(object.type.seen(session, object.definition, private=private))

    def list(self, session: Session, object: RestObject, query: dict[str, str]) -> Result:
        """Keys, ids and addresses of all records, by pages."""
        texts = query.get("start", "1"), query.get("size", "100")
        if not all(each.isascii() and each.isdigit() for each in texts):
            raise bad_form("start or size is not a number.")
        start, size = int(texts[0]), int(texts[1])
        if start < 1 or not 1 <= size <= 4000:
            raise bad_form("start or size is out of range.")
        records = self.seen(session, object, private=False)
        records.sort(key=lambda one: sort_key(object.field("key").getter(one)))
        page = [object.reference(one) for one in records[start - 1 : start - 1 + size]]
        return 200, {"ia::result": page, "ia::meta": _paged(len(records), start, size)}

    def one(self, session: Session, object: RestObject, key: str) -> Result:
        """A whole record."""
        record = self._record(session, object, key)
        shown: dict[str, Any] = {}
        for name in object.all_names():
            _nest(shown, name, object.value(name, record))
        if isinstance(record, Document):
            self._document(shown, record)
        shown["href"] = object.href(key)
        return 200, {"ia::result": shown, "ia::meta": meta(totalCount=1, totalSuccess=1, totalError=0)}

    def _record(self, session: Session, object: RestObject, key: str) -> Any:
        record = object.type.record(session, key)
        if record is None or (object.definition and object.type.document_type(record) != object.definition):
            raise not_found(f"There is no {object.title} with the key {key}.")
        return record

    def _document(self, shown: dict[str, Any], record: Document) -> None:
        """What a document has beyond its fields: lines, subtotals, history, its invoice."""
        lines = self.object(f"order-entry/document-line::{record.definition}")
        shown["lines"] = []
        for line in record.lines:
            body: dict[str, Any] = {}
            for name in lines.all_names():
                _nest(body, name, lines.value(name, (record, line)))
            shown["lines"].append(body)
        shown["subtotals"] = [
            {"key": str(one.id), "description": one.name, "total": str(one.total), "txnTotal": str(one.total)}
            for one in record.subtotals
        ]
        source = record.source
        before = {"id": source.docid} if source is not None else None
        made = [one for one in documents(self._tenant) if _source_id(one) == record.id]
        shown["history"] = [{"convertedFrom": before, "convertedTo": {"id": one.docid}} for one in made] or [
            {"convertedFrom": before, "convertedTo": None}
        ]
        if record.posted is not None:
            key = shown["invoice"]["key"]
            shown["invoice"] = {"key": key, "id": key, "href": f"/objects/accounts-receivable/invoice/{key}"}

    def query(self, session: Session, body: Any) -> Result:
        """Rows with flat dotted keys."""
        check_form(body)
        object = self.object(body["object"])
        for name in body["fields"]:
            object.field(name)
        holds = read_filters(body, object)
        private = bool((body.get("filterParameters") or {}).get("includePrivate", False))
        records = [one for one in self.seen(session, object, private=private) if holds(one)]
        if not ordered(records, body, object):
            self._queries.order(records, object.type, object.definition, [])
        start, size = body.get("start", 1), body.get("size", 100)
        page = records[start - 1 : start - 1 + size]
        rows = [{name: object.value(name, one) for name in body["fields"]} for one in page]
        return 200, {"ia::result": rows, "ia::meta": _paged(len(records), start, size)}

    # Writing

    def write(
        self,
        session: Session,
        object: RestObject,
        body: Any,
        *,
        verb: str,
        key: str = "",
        together: bool = False,
    ) -> Result:
        """Make (POST) or change (PATCH) one record, or an array of them; ``together``: all or none."""
        act = self._create if verb == "POST" else self._update
        if not isinstance(body, list):
            if not isinstance(body, dict):
                raise bad_form("The body must be an object or an array.")
            reference = self._try(lambda: act(session, object, body, key))
            done = {"ia::result": reference, "ia::meta": meta(totalCount=1, totalSuccess=1, totalError=0)}
            return 201 if verb == "POST" else 200, done
        if not 1 <= len(body) <= MOST_RECORDS:
            raise bad_form(f"An array holds 1 to {MOST_RECORDS} records.")
        if together:
            with self._tenant.undoing():
                found = [self._try(lambda one=one: act(session, object, one, "")) for one in body]  # type: ignore[misc]
            return 201 if verb == "POST" else 200, _many([(201, each) for each in found])
        results: list[tuple[int, dict[str, Any]]] = []
        good = 201 if verb == "POST" else 200
        for one in body:
            try:
                results.append((good, self._try(lambda one=one: act(session, object, one, ""))))  # type: ignore[misc]
            except RestFailure as failure:
                results.append((failure.status, {"ia::error": failure.error()}))
        statuses = {status for status, _ in results}
        return statuses.pop() if len(statuses) == 1 else 207, _many(results)

    def _try(self, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Carry something out; refusals in the words of REST."""
        try:
            return act()
        except FunctionFailure as failure:
            raise of_function(failure) from None
        except Refusal as refusal:
            raise of_refusal(refusal, self._tenant.options) from None

    def _create(self, session: Session, object: RestObject, body: Any, _key: str) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise bad_form("The body must be an object.")
        if object.path == "order-entry/document":
            return object.reference(self._writing.create(session, object, body))
        if object.type.create is None:
            raise RestFailure(405, "operationFailed", f"{object.title} cannot be created.", "REST-1005")
        return object.reference(object.type.create(session, element(object, body)))

    def _update(self, session: Session, object: RestObject, body: Any, key: str) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise bad_form("The body must be an object.")
        body = dict(body)
        record = self._record(session, object, key or str(body.pop("key", "")))
        body.pop("key", None)
        if object.path == "order-entry/document":
            self._writing.update(session, object, record, body)
        elif object.type.update is None:
            raise RestFailure(405, "operationFailed", f"{object.title} cannot be changed.", "REST-1005")
        else:
            object.type.update(session, record, element(object, body))
        return object.reference(record)

    def delete(self, session: Session, object: RestObject, key: str) -> Result:
        """Remove a record."""
        record = self._record(session, object, key)

        def act() -> dict[str, Any]:
            if object.path == "order-entry/document":
                self._writing.delete(session, record)
            elif object.type.delete is None:
                raise RestFailure(405, "operationFailed", f"{object.title} cannot be deleted.", "REST-1005")
            else:
                object.type.delete(session, record)
            return {}

        self._try(act)
        return 204, None

    def model(self, name: str) -> Result:
        """The description of an object."""
        object = self.object(name)
        fields = {
            each: {"type": {"number": "number", "flag": "boolean"}.get(object.field(each).kind, "string")}
            for each in object.all_names()
        }
        shown = {"fields": fields, "httpMethods": "GET,POST,PATCH,DELETE", "type": "object"}
        return 200, {
            "ia::result": {"name": object.title, **shown},
            "ia::meta": meta(totalCount=1, totalSuccess=1, totalError=0),
        }


def _paged(total: int, start: int, size: int) -> dict[str, Any]:
    return meta(
        totalCount=total,
        start=start,
        pageSize=size,
        next=start + size if start + size <= total else None,
        previous=max(start - size, 1) if start > 1 else None,
    )


def _many(results: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    good = sum(1 for status, _ in results if status < 400)
    rows = [{**found, "ia::status": status} for status, found in results]
    return {
        "ia::result": rows,
        "ia::meta": meta(totalCount=len(rows), totalSuccess=good, totalError=len(rows) - good),
    }


def _nest(shown: dict[str, Any], name: str, value: object) -> None:
    *above, last = name.split(".")
    for part in above:
        shown = shown.setdefault(part, {})
    shown[last] = value


def _document_fields() -> dict[str, Field]:
    def paid(one: Document) -> str:
        posted = one.posted
        if posted is None or not posted.allocated:
            return "open"
        return "paid" if posted.outstanding == 0 else "partiallyPaid"

    return {"paymentStatus": Field(paid)}


def _line_fields() -> dict[str, Field]:
    return {"quantityRemaining": Field(lambda pair: pair[1].left, "number")}


def _source_id(one: Document) -> int | None:
    source = one.source
    return source.id if source is not None else None
