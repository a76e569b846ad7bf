"""The API past the network: who may come in, for which business, and what is done (contract §2 to §6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from tidegate_sandbox.business_cloud import document_resources
from tidegate_sandbox.business_cloud.business import Business
from tidegate_sandbox.business_cloud.catalogue import Catalogue
from tidegate_sandbox.business_cloud.contacts import Contacts
from tidegate_sandbox.business_cloud.document_entry import DocumentEntry
from tidegate_sandbox.business_cloud.documents import Documents
from tidegate_sandbox.business_cloud.ledgers import Ledgers
from tidegate_sandbox.business_cloud.listing import Lists, shown
from tidegate_sandbox.business_cloud.options import Options
from tidegate_sandbox.business_cloud.payments import Payments
from tidegate_sandbox.business_cloud.problem import OAuthProblem, Problem, from_refusal, not_found
from tidegate_sandbox.business_cloud.reference_data import ReferenceData
from tidegate_sandbox.business_cloud.resource import Resource
from tidegate_sandbox.business_cloud.sign_in import SignInServer
from tidegate_sandbox.business_cloud.values import Body, named, uid, written
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.reply import JSON, Reply

ROOT = "/v3.1"
_PATH = re.compile(rf"{ROOT}/(?P<name>[a-z_]+)(?:/(?P<key>[A-Za-z0-9_-]+))?(?:/(?P<action>release))?")
_decoder = msgspec.json.Decoder(float_hook=Decimal)


class Api:
    """Answers calls below ``/v3.1``."""

    def __init__(self, businesses: list[Business], sign_in: SignInServer, options: Options) -> None:
        self._businesses = {one.id: one for one in businesses}
        self._sign_in = sign_in
        self._options = options
        self._lists = Lists(options)
        self.entries = {one.id: DocumentEntry(one) for one in businesses}
        self.payments = {one.id: Payments(one, Documents(one)) for one in businesses}
        self._resources = {one.id: self._all(one) for one in businesses}

    def _all(self, business: Business) -> dict[str, Resource]:
        documents = Documents(business)
        listed = [
            Contacts(business).resource(),
            *Catalogue(business).resources(),
            *document_resources.resources(business, documents, self.entries[business.id]),
            *self.payments[business.id].resources(),
            *Ledgers(business).resources(),
            *ReferenceData(business).resources(),
        ]
        return {one.path: one for one in listed}

    def reply(self, method: str, path: str, query: str, raw: bytes, environ: Mapping[str, Any]) -> Reply:
        """The answer of one call."""
        try:
            return self._answer(method, path, dict(parse_qsl(query, keep_blank_values=True)), raw, environ)
        except Problem as problem:
            return refused(problem)
        except Refusal as refusal:
            return refused(from_refusal(refusal))

    def _answer(
        self, method: str, path: str, query: dict[str, str], raw: bytes, environ: Mapping[str, Any]
    ) -> Reply:
        scope = self._scope(str(environ.get("HTTP_AUTHORIZATION", "")))
        found = _PATH.fullmatch(path)
        if found is None:
            raise not_found("resource")
        if found["name"] in ("businesses", "user"):
            return self._account(found["name"], found["key"])
        business = self._business(str(environ.get("HTTP_X_BUSINESS", "")))
        with business.company.lock:
            business.allowance.take()
        resource = self._resources[business.id].get(found["name"])
        if resource is None or (resource.path == "stock_items" and self._options.editions == "standard"):
            raise not_found("resource")
        if {(resource.path, method), (resource.path, "*")} & self._options.denied:
            raise Problem(
                self._options.role_status, "AuthorizationFailure", "The user's role does not allow this."
            )
        if method != "GET" and scope == "readonly":
            raise Problem(self._options.role_status, "AuthorizationFailure", "The scope is readonly.")
        with business.working(writes=method != "GET"):
            return self._carry_out(
                business, resource, method, found["key"], found["action"], query, raw, environ
            )

    def _scope(self, header: str) -> str:
        kind, _, token = header.partition(" ")
        grant = self._sign_in.grant(token.strip()) if kind.lower() == "bearer" else None
        if grant is None:
            if self._options.stale_token_body == "oauth":
                raise OAuthProblem(401, "invalid_token")
            raise Problem(401, "AuthorizationFailure", "The access token is not valid.")
        if not self._options.subscription:
            raise Problem(401, "AuthorizationFailure", "No active subscription. (MSE)")
        return grant.scope

    def _business(self, asked: str) -> Business:
        if not asked:
            return next(iter(self._businesses.values()))  # the user's lead business
        found = self._businesses.get(asked)
        if found is None:
            raise Problem(self._options.business_status, "RecordNotFound", "Couldn't find business.")
        return found

    def _account(self, name: str, key: str | None) -> Reply:
        """`/businesses`, `/businesses/lead` and `/user`: of the account, whatever business is named."""
        if name == "user":
            id = uid("user", 1)
            return _json(
                200, {"id": id, "displayed_as": "Ada", "email": "ada@example.com", "locale": "en-GB"}
            )
        rows = [_business(one) for one in self._businesses.values()]
        if key is not None:
            chosen = rows[:1] if key == "lead" else [one for one in rows if one["id"] == key]
            if not chosen:
                raise not_found("business")
            return _json(200, chosen[0])
        listed = [{name: one[name] for name in ("id", "displayed_as", "name")} for one in rows]
        wrapped = {"$total": len(rows), "$page": 1, "$next": None, "$back": None}
        return _json(200, {**wrapped, "$items_per_page": 2147483647, "$items": listed})

    def _carry_out(
        self,
        business: Business,
        resource: Resource,
        method: str,
        key: str | None,
        action: str | None,
        query: dict[str, str],
        raw: bytes,
        environ: Mapping[str, Any],
    ) -> Reply:
        if method == "GET" and key is None:
            return _json(200, self._lists.page(resource, query, business.deleted.get(resource.path, [])))
        record = resource.find(key) if key is not None else None
        if key is not None and record is None:
            raise not_found()
        if method == "GET":
            body = shown(resource, record, query, whole=True)
            unsaid = query.get("mark_as_sent") != "false"
            if unsaid and resource.marks_sent is not None and self._options.reading_marks_sent:
                resource.marks_sent(record)
            return _json(200, body)
        if method == "DELETE" and resource.remove is not None and record is not None:
            done = resource.remove(record, query)
            return (
                Reply(204, b"")
                if done.record is None
                else _json(200, shown(resource, done.record, query, whole=True))
            )
        if method == "POST" and action == "release" and resource.release is not None:
            return _json(201, shown(resource, resource.release(record), query, whole=True))
        if method not in ("POST", "PUT") or (method == "POST") is (key is not None):
            raise Problem(405, "MethodNotAllowed", f"{method} is not allowed here.")
        if not str(environ.get("CONTENT_TYPE", "")).startswith("application/json"):
            raise Problem(415, "UnsupportedMediaType", "application/json is expected.")
        return self._write(business, resource, record, _body(raw, resource.wrapper))

    def _write(self, business: Business, resource: Resource, record: Any, body: Body) -> Reply:
        id = str(body.get("idempotency_id") or "")
        if id:
            earlier = business.repeats.earlier(id, resource.path)
            if earlier is not None:
                return Reply(*earlier)
        if record is None and resource.create is not None:
            status, made = 201, resource.create(body)
        elif record is not None and resource.change is not None:
            status, made = 200, resource.change(record, body)
        else:
            raise Problem(405, "MethodNotAllowed", "The resource is only read.")
        reply = _json(status, shown(resource, made, {}, whole=True))
        if id:
            business.repeats.keep(id, resource.path, status, reply.body)
        return reply


def refused(problem: Problem) -> Reply:
    """A refusal, with the seconds to wait where there are any."""
    waits = (("Retry-After", str(problem.retry_after)),) if problem.retry_after is not None else ()
    return Reply(problem.status, problem.body(), JSON, waits)


def _business(one: Business) -> Body:
    country = named(one.country, one.country, "countries")
    return {
        "id": one.id,
        "displayed_as": one.company.name,
        "name": one.company.name,
        "country": {"id": country["id"], "displayed_as": country["displayed_as"]},
        "is_demo": True,
    }


def _json(status: int, value: Any) -> Reply:
    return Reply(status, msgspec.json.encode(written(value)), JSON)


def _body(raw: bytes, wrapper: str) -> Body:
    try:
        found = _decoder.decode(raw)
    except msgspec.MsgspecError:
        raise Problem(400, "ParameterMissing", "The body is no JSON.") from None
    inner = found.get(wrapper) if isinstance(found, dict) else None
    if not isinstance(inner, dict):
        raise Problem(400, "ParameterMissing", f"param is missing or the value is empty: {wrapper}")
    return inner
