"""The simulated shop over HTTP: every request is taken through the stages in which Magento refuses it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from flask import Flask
from werkzeug.exceptions import InternalServerError
from werkzeug.wrappers import Request, Response

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
CONTROLS: Final = "/_sandbox"
_VERBS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
_NO_STORE: Final = {"Cache-Control": "no-store"}


def create_app(store: MagentoStore) -> Flask:
    """The shop as a WSGI app: the REST API below ``/rest``, and the control routes below ``/_sandbox``."""
    app = Flask("tidegate_sandbox.magento", static_folder=None)
    control.register(app, store)

    controls = app.wsgi_app

    def front(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith(CONTROLS):
            return controls(environ, start_response)
        try:  # past Flask, which takes as long over a request as the shop does
            answer = _Exchange(store, Request(environ)).answer()
        except Exception:
            app.logger.exception("%s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            answer = InternalServerError().get_response(environ)
        return answer(environ, start_response)

    app.wsgi_app = front  # type: ignore[method-assign]
    return app


class _Exchange:
    """One request on its way through the stages."""

    def __init__(self, store: MagentoStore, request: Request) -> None:
        self.store = store
        self.request = request
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
            armed
            and faults.take_kind("maintenance", method=self.request.method, path=self.request.path)
            is not None
        ):
            raise _Maintenance

    def _accept(self) -> None:
        """The format that the client accepts; what cannot be had crashes before the REST API (500)."""
        if self.request.environ.get("HTTP_ACCEPT") == "application/json":
            return
        accepted = self.request.accept_mimetypes
        if not accepted or accepted.accept_json:
            return
        if accepted.best_match(["application/xml", "text/xml"]):
            self.xml = True
            return
        raise Crash

    def _run(self) -> Any:
        store_code, parts = self._path()
        if self.request.method not in _VERBS:
            raise Refusal(405, f"The {self.request.method} HTTP method is not supported.")
        if parts[:1] == ("async",):
            found, self.status = bulk_calls.find(ROUTES, self.request.method, parts), 202
        else:
            found = ROUTES.find(self.request.method, parts)
        if found is None or (
            not self.store.tier_prices and any(part.startswith("tier-prices") for part in parts)
        ):
            raise no_route()
        route, path = found
        query = self.request.query_string.decode("latin-1")
        call = Call(
            self.store,
            store_code,
            query_string.parse(query),
            verb=self.request.method,
            url_path=self.request.path,
            query_text=query,
            body=self.request.get_data(),
            content_type=self.request.headers.get("Content-Type", ""),
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
        parts = [unquote(part) for part in self._raw_path().strip("/").split("/")]
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
            signed = self.request.headers.get("Authorization", "").lower().startswith("oauth")
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
        authorization = self.request.headers.get("Authorization", "")
        signed = SignedRequest(self.request.method, self._url(), call.query_text, authorization)
        replay = self.request.environ.get("sandbox.replay") is not None
        return self.store.access.caller(authorization, signed, replay=replay)

    def _url(self) -> str:
        origin = self.store.public_url or f"{self.request.scheme}://{self.request.host}"
        url = origin + self._raw_path()
        return normalised(url) if self.store.normalises_paths else url

    def _raw_path(self) -> str:
        environ = self.request.environ
        raw: str = environ.get("REQUEST_URI") or environ.get("RAW_URI") or self.request.path
        return raw.partition("?")[0]

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
