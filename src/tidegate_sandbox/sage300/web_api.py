"""The Web API past the network: who may come in, and what is done (contract §2 to §5)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import JSON, Reply
from tidegate_sandbox.sage300 import listing, metadata
from tidegate_sandbox.sage300.lanpaks import Seats
from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.problem import TEXTS, Problem, from_refusal
from tidegate_sandbox.sage300.resource import Resource
from tidegate_sandbox.sage300.site import Site

ROOT = "/Sage300WebApi"
IDLE = timedelta(minutes=20)
_PATH = re.compile(
    rf"{ROOT}/(?:v1\.0/)?-/(?P<company>[^/]+)/(?P<module>[A-Z]{{2}})/(?P<name>\$?[A-Za-z]+)(?:\((?P<key>.*)\))?"
)
_PART = re.compile(r"\s*(?:(?P<name>[A-Za-z0-9]+)=)?(?:'(?P<text>(?:[^']|'')*)'|(?P<plain>[^',]+))\s*(?:,|$)")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


class WebApi:
    """Answers calls below ``/Sage300WebApi``."""

    def __init__(self, clock: SandboxClock, faults: FaultPlan, site: Site, options: Options) -> None:
        self._clock = clock
        self._faults = faults
        self._site = site
        self._options = options
        self._last_call: datetime | None = None
        self.seats = Seats(clock, options)

    def reply(self, method: str, path: str, query: str, raw: bytes, environ: Mapping[str, Any]) -> Reply:
        """The answer of one call."""
        self._warm_up()
        try:
            if path.rstrip("/") == ROOT:
                return Reply(200, b'{"openapi":"3.0.1","info":{"title":"Sage 300 Web API","version":"v1.0"}}')
            return self._answer(method, path, query, raw, environ)
        except Problem as problem:
            return Reply(problem.status, problem.body(), JSON)
        except Refusal as refusal:
            found = from_refusal(refusal, self._options.general_status)
            return Reply(found.status, found.body(), JSON)

    def _warm_up(self) -> None:
        """The application was ended after 20 idle minutes, and starts anew."""
        now, last = self._clock.now(), self._last_call
        if self._options.cold_seconds and (last is None or now - last > IDLE):
            self._clock.advance(self._options.cold_seconds)
        self._last_call = self._clock.now()

    def _answer(self, method: str, path: str, query: str, raw: bytes, environ: Mapping[str, Any]) -> Reply:
        if not str(environ.get("CONTENT_TYPE", "")).startswith("application/json"):
            raise Problem("InternalServerError", "Content-Type application/json is missing.")
        user = self._user(str(environ.get("HTTP_AUTHORIZATION", "")))
        found = _PATH.fullmatch(path)
        if found is None:
            raise Problem("ResourceNotFound")
        database = self._site.databases.get(found["company"])
        if database is None:
            raise Problem("ResourceNotFound", f"Company {found['company']} does not exist.")
        with self.seats.call(user, database.id):
            for kind, code in (("session_lost", "SessionError"), ("day_end", "General")):
                if self._faults.take_kind(kind, method=method, path=path, body=raw):
                    raise Problem(code, TEXTS["day_end" if kind == "day_end" else "seats"])
            resources = self._site.resources[database.id]
            if found["name"] == "$metadata":
                listed = [one for one in resources.values() if one.module == found["module"]]
                return Reply(200, metadata.document(listed), "application/xml")
            resource = resources.get(found["name"])
            if resource is None or resource.module != found["module"] or not self._is_served(resource.name):
                raise Problem("ResourceNotFound")
            verb = method if method in ("GET", "POST", "PATCH", "DELETE") else "PUT"
            if {(resource.name, verb), (resource.module, "*"), (resource.name, "*")} & self._options.denied:
                raise Problem("Forbidden")
            host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
            url = f"{environ['wsgi.url_scheme']}://{host}{path}"
            with database.working(writes=verb != "GET"):
                return self._carry_out(resource, verb, found["key"], query, raw, url)

    def _is_served(self, name: str) -> bool:
        return name not in ("ICItemLocations", "ICLocationDetails", "OEShipments") or name in (
            self._options.extra_resources
        )

    def _user(self, header: str) -> str:
        try:
            kind, _, text = header.partition(" ")
            user, _, password = base64.b64decode(text).decode().partition(":")
        except ValueError:
            raise Problem("Unauthorized") from None
        if kind != "Basic" or self._site.users.get(user) != password:
            raise Problem("Unauthorized")
        if user == "ADMIN" and not self._options.admin_allowed:
            raise Problem("Forbidden", "The ADMIN user may not use the Web API.")
        return user

    def _carry_out(
        self, resource: Resource, verb: str, key: str | None, query: str, raw: bytes, url: str
    ) -> Reply:
        if verb == "POST":
            return self._post(resource, key, raw)
        if verb not in resource.verbs:
            raise Problem("MethodNotAllowed")
        if verb == "GET" and key is None:
            pairs = parse_qsl(query, keep_blank_values=True)
            options = dict(pairs)
            if len(options) < len(pairs):
                raise Problem("InvalidParameters", "A query option stands twice.")
            return _json(200, listing.page(resource, options, self._options, url))
        record = resource.find(_key(resource, key or ""))
        if verb == "GET":
            sign = "@" if self._options.at_prefix else ""
            context = {f"{sign}odata.context": f"$metadata#{resource.name}/$entity"}
            return _json(200, {**context, **resource.shown(record)})
        if verb == "PATCH" and resource.change is not None:
            body = _body(raw)
            resource.check(body)
            resource.change(record, body)
        elif verb == "DELETE" and resource.remove is not None:
            resource.remove(record)
        return Reply(204, b"")

    def _post(self, resource: Resource, key: str | None, raw: bytes) -> Reply:
        if key is not None and key.strip("'") == "$process":
            if resource.process is None:
                raise Problem("MethodNotAllowed")
            resource.process(_body(raw))
            return Reply(204, b"")
        if key is not None and (key.strip("'") != "$template" or resource.insert is None):
            raise Problem("InvalidAction", "The action does not exist.")
        if resource.insert is None:
            raise Problem("MethodNotAllowed")
        if key is not None:
            return _json(200, dict.fromkeys(resource.fields))
        body = _body(raw)
        resource.check(body)
        shown = resource.shown(resource.insert(body))
        if self._options.answer_in_value:
            return _json(201, {"value": [shown]})
        return _json(201, shown)


def _json(status: int, value: Any) -> Reply:
    return Reply(status, _encoder.encode(value), JSON)


def _body(raw: bytes) -> dict[str, Any]:
    """A body's properties in their order. Problem InvalidPayload."""
    try:
        found = _decoder.decode(raw)
    except msgspec.MsgspecError:
        raise Problem("InvalidPayload", "The body is no JSON.") from None
    if not isinstance(found, dict):
        raise Problem("InvalidPayload", "The body is no object.")
    return found


def _key(resource: Resource, text: str) -> tuple[Any, ...]:
    """The parts of a key in the resource's own order; named ones may stand in any. Problem InvalidEntityKey."""
    parts: dict[str, str] = {}
    at, unnamed = 0, iter(resource.key)
    text = unquote(text)
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            raise Problem("InvalidEntityKey", "The key cannot be read.")
        name = found["name"] or next(unnamed, "")
        value = found["text"].replace("''", "'") if found["text"] is not None else found["plain"].strip()
        if name not in resource.key or name in parts:
            raise Problem("InvalidEntityKey", f"{name} is no part of the key.")
        parts[name], at = value, found.end()
    if len(parts) != len(resource.key):
        raise Problem("InvalidEntityKey", "A part of the key is missing.")
    return tuple(parts[name] for name in resource.key)
