"""A simulated shop with a client of it, and a client that signs: what the tests of the shop stand on."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import httpx

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.magento import Integration, MagentoStore, build
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.wire import Wire

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
URL = "http://magento.example"


class Signed(httpx.Auth):
    """Signs with OAuth 1.0a HMAC-SHA256, written from RFC 5849 and not from the sandbox's library."""

    def __init__(self, keys: Integration, clock: SandboxClock) -> None:
        self.keys = keys
        self.clock = clock
        self.nonces: Iterator[str] = (f"nonce{number}" for number in count())
        self.tamper: Callable[[dict[str, str]], None] = lambda parameters: None

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        parameters = {
            "oauth_consumer_key": self.keys.consumer_key,
            "oauth_nonce": next(self.nonces),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(self.clock.now().timestamp())),
            "oauth_token": self.keys.access_token,
            "oauth_version": "1.0",
        }
        self.tamper(parameters)
        parameters["oauth_signature"] = self._signature(request, parameters)
        inner = ", ".join(f'{key}="{quote(value, safe="")}"' for key, value in parameters.items())
        request.headers["Authorization"] = f"OAuth {inner}"
        yield request

    def _signature(self, request: httpx.Request, parameters: Mapping[str, str]) -> str:
        query = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        pairs = sorted((quote(k, safe="~"), quote(v, safe="~")) for k, v in [*query, *parameters.items()])
        normal = "&".join(f"{key}={value}" for key, value in pairs)
        path = request.url.raw_path.decode().partition("?")[0]
        parts = (request.method, f"{request.url.scheme}://{request.url.host}{path}", normal)
        text = "&".join(quote(part, safe="~") for part in parts)
        secret = f"{quote(self.keys.consumer_secret)}&{quote(self.keys.access_token_secret)}"
        return base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)).decode()


@dataclass
class World:
    """A shop, its clock and faults, a shopper, and a client with the hub's token as bearer."""

    clock: SandboxClock
    faults: FaultPlan
    store: MagentoStore
    wire: Wire
    shopper: Shopper
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.connect({"Authorization": f"Bearer {self.store.integrations['hub'].access_token}"})

    def connect(
        self, headers: Mapping[str, str] | None = None, auth: httpx.Auth | None = None
    ) -> httpx.Client:
        """A further client."""
        return httpx.Client(
            transport=InProcessTransport(self.wire), base_url=URL, headers=dict(headers or {}), auth=auth
        )

    def signed(self, name: str = "hub") -> tuple[httpx.Client, Signed]:
        """A client that signs with the keys of an integration."""
        auth = Signed(self.store.integrations[name], self.clock)
        return self.connect(auth=auth), auth

    def arm(self, kind: str, times: int | None = None, **options: Any) -> None:
        """Arm a fault, by default until it is cleared."""
        self.faults.add(Fault(kind, times, options=options))

    def get(self, path: str) -> Any:
        """The decoded answer of a GET below ``/rest/V1``, which must be a 200."""
        answer = self.client.get(f"/rest/V1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object) -> Any:
        """The decoded answer of a POST below ``/rest/V1``, which must be a 200."""
        answer = self.client.post(f"/rest/V1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def listed(self, *filters: tuple[str, str, str], **more: str) -> Any:
        """A list of orders: ``filters`` are (field, condition, value), each a group of its own."""
        return self.get(f"orders?{criteria(*filters, **more)}")

    def ids(self, *filters: tuple[str, str, str], **more: str) -> list[int]:
        """The entity ids of such a list."""
        return [item["entity_id"] for item in self.listed(*filters, **more)["items"]]


def criteria(*filters: tuple[str, str, str], **more: str) -> str:
    """The query of a list call. ``sort``: fields by comma, with ``-`` before one that goes down."""
    pairs: dict[str, str] = {}
    for number, (column, condition, value) in enumerate(filters):
        base = f"searchCriteria[filter_groups][{number}][filters][0]"
        pairs |= {f"{base}[field]": column, f"{base}[value]": value, f"{base}[condition_type]": condition}
    for number, column in enumerate(filter(None, more.pop("sort", "").split(","))):
        base = f"searchCriteria[sortOrders][{number}]"
        pairs |= {
            f"{base}[field]": column.lstrip("-"),
            f"{base}[direction]": "DESC" if column.startswith("-") else "ASC",
        }
    for key, name in (("size", "pageSize"), ("page", "currentPage")):
        if key in more:
            pairs[f"searchCriteria[{name}]"] = more.pop(key)
    return urlencode({**(pairs or {"searchCriteria": ""}), **more})


def make_world(**settings: Any) -> World:
    """A new shop, with the bearer token allowed."""
    clock, faults = SandboxClock.virtual(START), FaultPlan()
    store, wire = build(clock, faults, **{"bearer": True, "price_scope": "website", **settings})
    return World(clock, faults, store, wire, Shopper(store, 7))
