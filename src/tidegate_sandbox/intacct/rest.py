"""The REST door: sign-in, headers, services, records (contract §15)."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.intacct.failure import FunctionFailure
from tidegate_sandbox.intacct.outbox import Outbox
from tidegate_sandbox.intacct.query import Queries
from tidegate_sandbox.intacct.rest_failure import (
    RestFailure,
    bad_form,
    gateway,
    not_found,
    of_function,
    of_refusal,
)
from tidegate_sandbox.intacct.rest_jobs import Jobs
from tidegate_sandbox.intacct.rest_records import Records, Result
from tidegate_sandbox.intacct.rest_repeats import Answer, Repeats
from tidegate_sandbox.intacct.rest_token import Tokens
from tidegate_sandbox.intacct.rest_writing import DocumentWriting
from tidegate_sandbox.intacct.sign_in import Session
from tidegate_sandbox.intacct.so_change import DocumentChange
from tidegate_sandbox.intacct.so_entry import DocumentEntry
from tidegate_sandbox.intacct.tenant import Tenant

REST = "/ia/api/v1"
FUNCTIONS = {"GET": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"}
"""What a verb is called where permissions are given."""
_REFERENCE = re.compile(r"@\{([A-Za-z]\w*)\.(\d+)\.([\w.]+)\}")


class Rest:
    """Answers requests below ``/ia/api/v1``."""

    def __init__(
        self, tenant: Tenant, queries: Queries, entry: DocumentEntry, change: DocumentChange, outbox: Outbox
    ) -> None:
        self._tenant = tenant
        self.tokens = Tokens(tenant)
        self.records = Records(tenant, queries, DocumentWriting(entry, change))
        self.repeats = Repeats(tenant.clock, tenant.options)
        self.jobs = Jobs(tenant, outbox)

    def answer(self, method: str, path: str, raw: bytes, environ: dict[str, Any]) -> Answer:
        """The answer to one request."""
        try:
            answer = self._answer(method, path, raw, environ)
        except RestFailure as failure:
            again = (("X-IA-Throttle-Limit-RetryAfter", "1"),) if failure.status == 429 else ()
            answer = Answer(failure.status, self._failed(failure), headers=again)
        return answer._replace(headers=(*answer.headers, *self._limits()))

    def _failed(self, failure: RestFailure) -> bytes:
        return msgspec.json.encode(failure.body(self._tenant.options.error_form))

    def _limits(self) -> tuple[tuple[str, str], ...]:
        limit = self._tenant.options.concurrency or 100
        used = self._tenant.usage.requests["rest"]
        return (
            ("X-IA-Throttle-Limit", str(limit)),
            ("X-IA-Throttle-Limit-Remaining", str(limit - 1)),
            ("X-IA-TENANT-Throttle-Limit", str(limit)),
            ("X-IA-TENANT-Throttle-Limit-Remaining", str(limit - 1)),
            ("X-IA-Minute-Rate-Limit", "1000"),
            ("X-IA-Minute-Rate-Limit-Remaining", str(max(1000 - used % 1000, 0))),
            ("X-IA-Hour-Rate-Limit", "20000"),
            ("X-IA-Hour-Rate-Limit-Remaining", str(max(20000 - used % 20000, 0))),
        )

    def _answer(self, method: str, path: str, raw: bytes, environ: dict[str, Any]) -> Answer:
        tenant = self._tenant
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        if tenant.faults.take_kind("throttled", method=method, path=REST + path, body=raw):
            raise gateway(429, "GW-0010", "API rate limit exceeded")
        if tenant.faults.take_kind("invalid_request", method=method, path=REST + path, body=raw):
            raise gateway(400, "GW-0011", "Invalid Request")
        if path.startswith("/oauth2/"):
            return self._sign_in(method, path.removeprefix("/oauth2/"), raw, query, environ)
        if tenant.faults.take_kind("token_revoked", method=method, path=REST + path, body=raw):
            self.tokens.end_all(tenant.credentials.user_id)
        session = self._session(environ)
        if tenant.is_offline or tenant.faults.take_kind("offline", method=method, path=REST + path):
            raise RestFailure(503, "operationFailed", "The Service is Temporarily Off-line", "REST-5003")
        content_type = environ.get("CONTENT_TYPE", "")
        if path == "/services/bulk/job/create" and method == "POST":
            return self.jobs.bulk(raw, content_type, lambda asked, found: self._bulk(session, asked, found))

        def work() -> Answer:
            return self._carried_out(session, method, path, raw, query, environ)

        if environ.get("HTTP_PREFER", "") == "respond-async":
            return self.jobs.take(work, environ)
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        if (
            key
            and method in ("POST", "PATCH")
            and path not in ("/services/core/query", "/services/core/model")
        ):
            return self.repeats.once(key, f"{method} {path} ".encode() + raw, work)
        return work()

    def _sign_in(
        self, method: str, path: str, raw: bytes, query: dict[str, str], environ: dict[str, Any]
    ) -> Answer:
        if (method, path) == ("GET", "authorize"):
            return Answer(302, b"", headers=(("Location", self.tokens.authorize(query)),))
        if method != "POST" or path not in ("token", "revoke"):
            raise not_found("The path does not exist.")
        if "json" in environ.get("CONTENT_TYPE", ""):
            form = {name: str(value) for name, value in self._body(raw).items()} if raw else {}
        else:
            form = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        if path == "revoke":
            self.tokens.revoke(form)
            return Answer(200, b"{}")
        return Answer(
            200, msgspec.json.encode(self.tokens.token(form)), headers=(("Cache-Control", "no-store"),)
        )

    def _session(self, environ: dict[str, Any]) -> Session:
        grant = self.tokens.grant(environ.get("HTTP_AUTHORIZATION", ""))
        entity = (
            environ.get("HTTP_X_IA_API_PARAM_ENTITY")
            or environ.get("HTTP_X_IA_API_PARAMENTITY")
            or grant.entity
        )
        if entity and self._tenant.store.entities.first("name", entity) is None:
            raise bad_form(f"The entity {entity} does not exist.")
        return Session("rest", grant.user, entity, self._tenant.clock.now(), grant.until, persistent=False)

    @staticmethod
    def _body(raw: bytes) -> Any:
        try:
            return json.loads(raw, parse_float=str)
        except ValueError as error:
            raise bad_form(f"The body is not JSON: {error}") from None

    def _carried_out(
        self,
        session: Session,
        method: str,
        path: str,
        raw: bytes,
        query: dict[str, str],
        environ: dict[str, Any],
    ) -> Answer:
        """Carry out a request as an answer, failures too: that is what is replayed and posted."""
        try:
            status, body = self._perform(session, method, path, raw, query, environ)
        except RestFailure as failure:
            return Answer(failure.status, self._failed(failure))
        return Answer(status, b"" if body is None else msgspec.json.encode(body))

    def _perform(
        self,
        session: Session,
        method: str,
        path: str,
        raw: bytes,
        query: dict[str, str],
        environ: dict[str, Any],
    ) -> Result:
        if path == "/services/core/composite" and method == "POST":
            return self._composite(session, self._body(raw), environ)
        self._tenant.usage.transactions[f"{method} {path.split('/')[1]}"] += 1
        writes = method != "GET" and not path.startswith("/services/")
        try:
            with self._tenant.company.admit(writes=writes):
                if path.startswith("/objects/"):
                    return self._record(session, method, path.removeprefix("/objects/"), raw, query, environ)
                return self._service(session, method, path, raw, query)
        except FunctionFailure as failure:
            raise of_function(failure) from None
        except Refusal as refusal:
            raise of_refusal(refusal, self._tenant.options) from None

    def _service(self, session: Session, method: str, path: str, raw: bytes, query: dict[str, str]) -> Result:
        match method, path:
            case "POST", "/services/core/query":
                return self.records.query(session, self._body(raw))
            case "GET", "/services/core/model":
                return self.records.model(query.get("name", ""))
            case "GET", "/services/core/session/id":
                made = self._tenant.sessions.open(session.user, session.entity)
                return 200, _result({"sessionId": made.id, "expiresIn": self._tenant.options.session_seconds})
            case "GET", "/services/core/async/job-status":
                return _decoded(self.jobs.status(query.get("jobId", "")))
            case "GET", "/services/bulk/job/status":
                download = query.get("download", "") == "true"
                return _decoded(self.jobs.bulk_status(query.get("jobId", ""), download=download))
            case "GET", "/services/company-config/dimensions/list":
                names = ("department", "location", "customer", "item", "warehouse")
                return 200, _result(
                    [{"dimensionName": name, "isUserDefinedDimension": False} for name in names]
                )
        raise not_found("The path does not exist.")

    def _record(
        self,
        session: Session,
        method: str,
        path: str,
        raw: bytes,
        query: dict[str, str],
        environ: dict[str, Any],
    ) -> Result:
        parts = path.strip("/").split("/")
        if len(parts) not in (2, 3):
            raise not_found("The path does not exist.")
        object, key = self.records.object("/".join(parts[:2])), unquote(parts[2]) if len(parts) > 2 else ""
        self._tenant.allow(FUNCTIONS.get(method, method), object.type.name)
        together = environ.get("HTTP_X_IA_API_PARAM_TRANSACTION", "").lower() == "true"
        if method == "GET":
            return (
                self.records.one(session, object, key) if key else self.records.list(session, object, query)
            )
        if method == "DELETE" and key:
            return self.records.delete(session, object, key)
        if (method == "POST" and not key) or method == "PATCH":
            body = self._body(raw)
            return self.records.write(session, object, body, verb=method, key=key, together=together)
        raise RestFailure(405, "operationFailed", f"{method} is not allowed here.", "REST-1005")

    def _composite(self, session: Session, body: Any, environ: dict[str, Any]) -> Result:
        """Two to ten requests in turn, stopping at the first failure; no transaction."""
        if not isinstance(body, list) or not 2 <= len(body) <= 10:
            raise bad_form("A composite request holds 2 to 10 requests.")
        known: dict[str, Any] = {}
        results: list[dict[str, Any]] = []
        for one in body:
            path, _, query = self._filled(str(one.get("path", "")), known).partition("?")
            inner = (
                self._filled(json.dumps(one.get("body")), known).encode()
                if one.get("body") is not None
                else b""
            )
            answer = self._carried_out(
                session, str(one.get("method", "GET")), path, inner, dict(parse_qsl(query)), environ
            )
            shown = msgspec.json.decode(answer.body) if answer.body else {}
            results.append({**shown, "ia::status": answer.status})
            if one.get("resultReference"):
                known[one["resultReference"]] = shown.get("ia::result")
            if answer.status >= 400:
                break
        good = sum(1 for one in results if one["ia::status"] < 400)
        counts = {"totalCount": len(results), "totalSuccess": good, "totalError": len(results) - good}
        return 200 if good == len(body) else 207, {"ia::result": results, "ia::meta": counts}

    @staticmethod
    def _filled(text: str, known: dict[str, Any]) -> str:
        """Put in what earlier requests made: ``@{order.1.key}`` is the key of the first result of ``order``."""

        def value(found: re.Match[str]) -> str:
            name, number, path = found.groups()
            result = known.get(name)
            record = result[int(number) - 1] if isinstance(result, list) else result
            for part in path.split("."):
                if not isinstance(record, dict) or part not in record:
                    raise bad_form(f"The reference {found[0]} names nothing.")
                record = record[part]
            return str(record)

        return _REFERENCE.sub(value, text)

    def _bulk(self, session: Session, asked: dict[str, Any], records: Any) -> Answer:
        verb = {"create": "POST", "update": "PATCH", "delete": "DELETE"}[asked["operation"]]
        try:
            with self._tenant.company.admit(writes=True):
                object = self.records.object(str(asked.get("objectName", "")))
                if verb == "DELETE":
                    for one in records:
                        self.records.delete(session, object, str(one.get("key", "")))
                    return Answer(200, msgspec.json.encode(_result([])))
                status, body = self.records.write(session, object, records, verb=verb)
        except (RestFailure, Refusal) as failure:
            shown = failure if isinstance(failure, RestFailure) else of_refusal(failure, self._tenant.options)
            return Answer(shown.status, self._failed(shown))
        return Answer(status, msgspec.json.encode(body))


def _result(value: Any) -> dict[str, Any]:
    return {"ia::result": value, "ia::meta": {"totalCount": 1, "totalSuccess": 1, "totalError": 0}}


def _decoded(answer: Answer) -> Result:
    found: dict[str, Any] = msgspec.json.decode(answer.body)
    return answer.status, found
