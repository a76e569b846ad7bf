"""A Sage 200 API that answers as a test says, and a company in front of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from tidegate.clock import VirtualClock
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.sage200.room import Sage200Company, open_sage200
from tidegate.sage.sage200.settings import Sage200Settings
from tidegate.sage.seats import SeatPools
from tidegate.sage.tokens import Tokens, keep_tokens, tokens_of
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SITE = "0d5b3a52-6a53-4a0e-9a0b-7f2a1d6b9c11"
Reply = httpx.Response | Exception
Route = Callable[[httpx.Request], Reply]


def ok(value: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=value)


def application_error(text: str, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"Message": text})


def gateway_error(status: int, text: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"statusCode": status, "message": text}, headers=headers)


def page(status: int = 200, text: str = "Sign in") -> httpx.Response:
    return httpx.Response(status, html=f"<html><body>{text}</body></html>")


def where(request: httpx.Request) -> str:
    """The decoded $filter."""
    return parse_qs(urlsplit(str(request.url)).query).get("$filter", [""])[0]


REFERENCE: dict[str, Any] = {
    "sop_settings": [
        {
            "id": 1,
            "are_prices_tax_inclusive": False,
            "auto_generate_order_return_numbers": True,
            "allow_cash_orders": False,
        }
    ],
    "tax_codes": [
        {"id": 1729, "code": 1, "name": "Standard rate", "tax_rate": 20.0},
        {"id": 1728, "code": 0, "name": "Zero rate", "tax_rate": 0},
    ],
    "warehouses": [{"id": 1, "name": "HOME", "description": "Main"}, {"id": 2, "name": "SHOP"}],
    "sop_additional_charges": [{"id": 5, "code": "CARRIAGE", "name": "Delivery"}],
    "country_codes": [{"id": 13, "code": "GB", "name": "Great Britain"}],
    "currencies": [
        {"id": 2103, "symbol": "£", "is_base_currency": True, "currency_iso_code": {"code": "GBP"}},
        {"id": 2104, "symbol": "€", "is_base_currency": False, "currency_iso_code": {"code": "EUR"}},
    ],
    "customers": [{"id": 27825, "reference": "WEB001", "name": "Web", "currency_id": 2103, "on_hold": False}],
    "products": [{"id": 3001, "code": "HUB-0001", "name": "Hub"}],
    "nominal_codes": [
        {
            "id": 9,
            "reference": "4000",
            "name": "Sales",
            "cost_centre_code": "",
            "department_code": None,
        }
    ],
}


@dataclass
class ScriptedApi:
    """Routes by method and path below the edition's base; unknown ones answer 404 like the gateway."""

    routes: dict[tuple[str, str], list[Route]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    tokens: int = 0
    refreshed: list[str] = field(default_factory=list)
    token_routes: list[Route] = field(default_factory=list)

    def on(self, method: str, path: str, *replies: Reply | Route) -> None:
        """Answer in this order, the last one for ever."""
        self.routes[method, path] = [_route(reply) for reply in replies]

    def called(self, method: str, path: str) -> list[httpx.Request]:
        """The requests of this kind, in order."""
        return [one for one in self.requests if one.method == method and _below(one) == path]

    def handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        path = _below(request)
        if path == "/oauth/token":
            reply = self._token(request)
        else:
            replies = self.routes.get((request.method, path))
            if replies is None:
                reply = gateway_error(404, "Resource not found")
            else:
                reply = (replies.pop(0) if len(replies) > 1 else replies[0])(request)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _token(self, request: httpx.Request) -> Reply:
        if self.token_routes:
            return self.token_routes.pop(0)(request)
        form = parse_qs(request.content.decode())
        self.refreshed += form.get("refresh_token", [])
        self.tokens += 1
        return ok(
            {
                "access_token": f"access-{self.tokens}",
                "refresh_token": f"refresh-{self.tokens}",
                "expires_in": 28800,
                "token_type": "Bearer",
            }
        )


def _route(reply: Reply | Route) -> Route:
    if isinstance(reply, httpx.Response):
        # A fresh response each time: a stream is read once.
        return lambda _: httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
    if isinstance(reply, Exception):
        return lambda _: reply
    return reply


def _below(request: httpx.Request) -> str:
    return unquote(request.url.path.removeprefix("/uk/sage200/accounts/v1"))


@dataclass
class World:
    """A company, its API, its vault and its clock."""

    api: ScriptedApi
    company: Sage200Company
    vault: MemoryVault
    clock: VirtualClock

    def sign_in(self, *, age: timedelta = timedelta(0), left: timedelta = timedelta(hours=8)) -> None:
        """Tokens as after a sign-in."""
        now = self.clock.now()
        keep_tokens(
            self.vault, "acme", Tokens("access-0", "refresh-0", now, now + left, signed_in_at=now - age)
        )

    @property
    def tokens(self) -> Tokens:
        """As the vault has them."""
        tokens = tokens_of(self.vault.load("acme"))
        assert tokens is not None
        return tokens


def make_world(**settings: Any) -> World:
    """A signed-in company whose reference data is `REFERENCE`."""
    api = ScriptedApi()
    for name, rows in REFERENCE.items():
        api.on("GET", f"/{name}", ok(rows))
    vault, clock = MemoryVault(), VirtualClock(NOW)
    values: dict[str, Any] = {
        "site_id": SITE,
        "company_id": "123",
        "client_id": "client",
        "client_secret": "secret-of-client",
        "subscription_key": "primary-key",
        "subscription_key_secondary": "secondary-key",
        **settings,
    }
    company = open_sage200(
        "acme",
        Sage200Settings(**values),
        secrets=lambda reference: reference,
        factory=ClientFactory(httpx.MockTransport(api.handle)),
        tokens=vault,
        clock=clock,
        seats=SeatPools(),
    )
    world = World(api, company, vault, clock)
    world.sign_in()
    return world


def goods(**changes: Any) -> SalesLine:
    values: dict[str, Any] = {
        "kind": LineKind.GOODS,
        "code": "HUB-0001",
        "quantity": Decimal(4),
        "unit_price": Decimal(10),
        "tax_code": "1",
        "item_id": 551,
        "net": Decimal("40.00"),
        "tax": Decimal("8.00"),
        **changes,
    }
    return SalesLine(**values)


def carriage() -> SalesLine:
    return SalesLine(
        kind=LineKind.CHARGE,
        code="CARRIAGE",
        description="Delivery",
        unit_price=Decimal(5),
        tax_code="1",
        net=Decimal("5.00"),
        tax=Decimal("1.00"),
    )


def order(number: int = 213, *, lines: tuple[SalesLine, ...] | None = None, **changes: Any) -> SalesOrder:
    """40.00 of goods and 5.00 carriage at 20 %: 54.00, as in the contract's example."""
    values: dict[str, Any] = {
        "key": f"magento:main:{number}",
        "reference": f"{number:09}",
        "account": "WEB001",
        "date": date(2026, 3, 2),
        "currency": "GBP",
        "net": Decimal("45.00"),
        "tax": Decimal("9.00"),
        "gross": Decimal("54.00"),
        "lines": lines if lines is not None else (goods(), carriage()),
        **changes,
    }
    return SalesOrder(**values)


def stored(request: httpx.Request) -> httpx.Response:
    """What Sage answers to a new order: the record with its totals."""
    body = json.loads(request.content)
    return ok(
        {
            **body,
            "id": 16976,
            "document_no": "0000000002",
            "document_status": "EnumDocumentStatusLive",
            "total_net_value": 45.00,
            "total_tax_value": 9.00,
            "total_gross_value": 54.00,
        }
    )
