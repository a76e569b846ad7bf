"""The simulated shop over HTTP: every request is taken through the stages in which Magento refuses it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from flask import Flask, Response, request
from werkzeug.datastructures import Headers

from tidegate_sandbox.magento import (
    attribute_calls,
    bulk_calls,
    control,
    customer_calls,
    document_calls,
    fields,
    group_calls,
    order_calls,
    price_calls,
    product_calls,
    query_string,
    shop_calls,
    stock_calls,
    tier_calls,
)
from tidegate_sandbox.magento.access import Caller
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.criteria import UnknownColumn, UnknownCriterion
from tidegate_sandbox.magento.figure import encode
from tidegate_sandbox.magento.oauth import SignedRequest, normalised
from tidegate_sandbox.magento.refusal import (
    HTML,
    JSON,
    MAINTENANCE_PAGE,
    Crash,
    Refusal,
    no_route,
    not_authorized,
)
from tidegate_sandbox.magento.routes import Route, RouteTable
from tidegate_sandbox.magento.store import MagentoStore
from tidegate_sandbox.magento.xml_text import render

ROUTES: Final = RouteTable(
    [
        *order_calls.ROUTES,
        *attribute_calls.ROUTES,
        *customer_calls.ROUTES,
        *group_calls.ROUTES,
        *price_calls.ROUTES,
        *product_calls.ROUTES,
        *tier_calls.ROUTES,
        *document_calls.ROUTES,
        *shop_calls.ROUTES,
        *stock_calls.ROUTES,
        *bulk_calls.ROUTES,
    ]
)
XML: Final = "application/xml; charset=utf-8"
_VERBS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
_ANY_VERB: Final = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]
_NO_STORE: Final = {"Cache-Control": "no-store"}


def create_app(store: MagentoStore) -> Flask:
    """The shop as a WSGI app: the REST API below ``/rest``, and the control routes below ``/_sandbox``."""
    app = Flask("tidegate_sandbox.magento", static_folder=None)
    app.url_map.merge_slashes = False
    control.register(app, store)

    def rest(path: str = "") -> Response:
        return _Exchange(store).answer()

    app.add_url_rule("/", "rest-root", rest, methods=_ANY_VERB, provide_automatic_options=False)
    app.add_url_rule("/<path:path>", "rest", rest, methods=_ANY_VERB, provide_automatic_options=False)
    return app


class _Exchange:
    """One request on its way through the stages."""

    def __init__(self, store: MagentoStore) -> None:
        self.store = store
        self.xml = False
        self.status = 200

    def answer(self) -> Response:
        """The answer, whatever happened."""
        try:
            with self.store.lock:
                self.store.requests += 1
                self._maintenance()
                self._accept()
                self.store.bulk.advance()
                value = self._run()
                return self._render(self.status, value)
        except Refusal as refusal:
            return self._render(refusal.status, refusal.body())
        except Crash as crash:
            return Response(crash.page, 500, content_type=crash.content_type)
        except _Maintenance:
            return Response(MAINTENANCE_PAGE, 503, content_type=HTML)

    def _maintenance(self) -> None:
        faults = self.store.faults
        armed = faults.active("maintenance") is not None
        if self.store.maintenance or (
            armed and faults.take_kind("maintenance", method=request.method, path=request.path) is not None
        ):
            raise _Maintenance

    def _accept(self) -> None:
        """The format that the client accepts; what cannot be had crashes before the REST API (500)."""
        accepted = request.accept_mimetypes
        if not accepted or accepted.accept_json:
            return
        if accepted.best_match(["application/xml", "text/xml"]):
            self.xml = True
            return
        raise Crash

    def _run(self) -> Any:
        store_code, parts = self._path()
        if request.method not in _VERBS:
            raise Refusal(405, f"The {request.method} HTTP method is not supported.")
        if parts[:1] == ("async",):
            found, self.status = bulk_calls.find(ROUTES, request.method, parts), 202
        else:
            found = ROUTES.find(request.method, parts)
        if found is None or (
            not self.store.tier_prices and any(part.startswith("tier-prices") for part in parts)
        ):
            raise no_route()
        route, path = found
        query = request.query_string.decode("latin-1")
        call = Call(
            self.store,
            store_code,
            query_string.parse(query),
            verb=request.method,
            url_path=request.path,
            query_text=query,
            body=request.get_data(),
            content_type=request.headers.get("Content-Type", ""),
            path=path,
        )
        self._permit(call, route)
        try:
            value = route.handler(call)
        except (UnknownColumn, UnknownCriterion):
            raise self.store.report() from None
        return self._filtered(call, value)

    def _path(self) -> tuple[str, tuple[str, ...]]:
        """The store code and the decoded parts below ``V1``, of the raw path: a SKU may hold a slash.

        Those of a call that is to be done later are from ``async`` on.
        """
        raw: str = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or request.path
        parts = [unquote(part) for part in raw.partition("?")[0].strip("/").split("/")]
        if parts[0] != "rest":
            raise no_route()
        parts = parts[1:]
        code = "default"
        if parts and parts[0] != "V1" and parts[0] != "async":
            code, parts = parts[0], parts[1:]
            if code != "all" and code not in self.store.views:
                raise Refusal(400, "Specified request cannot be processed.")
        if parts[:1] == ["async"]:
            return code, tuple(parts)
        if not parts or parts[0] != "V1":
            return code, ()
        return code, tuple(parts[1:])

    def _permit(self, call: Call, route: Route) -> None:
        """401 for whoever may not: no key, a wrong one, or one without the permission (point 24)."""
        if call.injected("token_revoked") is not None:
            signed = request.headers.get("Authorization", "").lower().startswith("oauth")
            raise Refusal(401, "Access token has been revoked") if signed else not_authorized(route.resource)
        caller = self._caller(call)
        call.customer_id = caller.customer_id
        if route.resource == "self":
            if caller.resources is None or caller.resources or caller.customer_id is not None:
                return
            raise not_authorized(route.resource)
        if not caller.may(route.resource) or call.injected("permission", resource=route.resource) is not None:
            raise not_authorized(route.resource)

    def _caller(self, call: Call) -> Caller:
        headers: Headers = request.headers
        authorization = headers.get("Authorization", "")
        signed = SignedRequest(request.method, self._url(), call.query_text, authorization)
        replay = request.environ.get("sandbox.replay") is not None
        return self.store.access.caller(authorization, signed, replay=replay)

    def _url(self) -> str:
        raw: str = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or request.path
        origin = self.store.public_url or f"{request.scheme}://{request.host}"
        url = origin + raw.partition("?")[0]
        return normalised(url) if self.store.normalises_paths else url

    def _filtered(self, call: Call, value: Any) -> Any:
        wanted = call.query.get("fields")
        if not isinstance(wanted, str) or not wanted or not isinstance(value, dict | list):
            return value
        parsed = fields.parse(wanted)
        return [] if parsed is None else fields.pick(value, parsed)

    def _render(self, status: int, value: Any) -> Response:
        if self.xml:
            return Response(render(value), status, _NO_STORE, content_type=XML)
        return Response(encode(value), status, _NO_STORE, content_type=JSON)


class _Maintenance(Exception):
    """The shop is in maintenance mode."""
