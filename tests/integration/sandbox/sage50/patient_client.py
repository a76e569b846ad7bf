"""A client that follows every rule of the contract's sections 4, 8 and 9, and holds all it knows in memory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from integration.sandbox.sage50.platform_world import SECRET, Sage50

PATIENCE = timedelta(minutes=30)
"""How long a result is asked for after an upload has ended."""


@dataclass
class Parcel:
    """One upload of orders: fixed bytes, and where they are tracked."""

    orders: list[dict[str, Any]]
    content: bytes
    upload_url: str = ""
    tracking_url: str = ""
    is_sent: bool = False
    ended_at: datetime | None = None


@dataclass
class PatientClient:
    """Orders wait, travel in one parcel at a time, and end as delivered or in review."""

    world: Sage50
    initial: str
    key: str
    most: int = 5
    fresh: list[dict[str, Any]] = field(default_factory=list)
    again: list[list[dict[str, Any]]] = field(default_factory=list)
    delivered: dict[str, str | None] = field(default_factory=dict)
    review: dict[str, str] = field(default_factory=dict)
    open: Parcel | None = None
    halved: int = 0
    statuses: set[str] = field(default_factory=set)

    # Calls

    def call(self, verb: str, path: str, **more: Any) -> tuple[int, Any] | None:
        """Status and JSON of an answer; None where nothing can be read from it."""
        answer = self._try(verb, path, key=self.key, **more)
        if answer is None or answer[0] != 401:
            return answer
        body = {"initialApikey": self.initial, "secret": SECRET}
        for _ in range(5):  # an answer that was lost is asked for again at once, with the same pair
            rotated = self._try("PATCH", "/api/apikeys", key=self.key, json=body)
            if rotated is not None and rotated[0] == 200:
                self.key = rotated[1]["apikey"]
                return self._try(verb, path, key=self.key, **more)
        return None

    def _try(self, verb: str, path: str, *, key: str = "", **more: Any) -> tuple[int, Any] | None:
        try:
            answer = self.world.http.request(
                verb, path, headers={"apikey": key} if key else {}, timeout=10, **more
            )
            if answer.content and not answer.headers["Content-Type"].startswith("application/json"):
                return None
            return answer.status_code, json.loads(answer.content or b"{}")
        except (httpx.TransportError, ValueError):
            return None

    # One cycle

    @property
    def is_done(self) -> bool:
        """Whether no order waits for anything."""
        return self.open is None and not self.fresh and not self.again

    def cycle(self) -> None:
        """Do what can be done now."""
        if self.open is None and self.again:
            self._pack(self.again.pop(0))
        elif self.open is None and self.fresh:
            self._pack(self.fresh[: self.most])
            self.fresh = self.fresh[self.most :]
        if self.open is None:
            return
        if not self.open.is_sent:
            self._send(self.open)
        else:
            self._follow(self.open)

    def _pack(self, orders: list[dict[str, Any]]) -> None:
        self.open = Parcel(orders, json.dumps(orders).encode())

    def _send(self, parcel: Parcel) -> None:
        content = parcel.content
        if not parcel.upload_url:
            body = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            answer = self.call("POST", "/api/files/ecommerce/orders", json=body)
            if answer is None or answer[0] != 201:
                return
            parcel.upload_url, parcel.tracking_url = answer[1]["uploadUrl"], answer[1]["trackingUrl"]
        sent = self._try("PUT", parcel.upload_url, content=content)
        if sent is not None and sent[0] in (200, 201):
            parcel.is_sent = True
        elif sent is not None and sent[0] in (404, 410):
            parcel.upload_url = ""

    def _follow(self, parcel: Parcel) -> None:
        answer = self.call("GET", parcel.tracking_url)
        if answer is not None and answer[0] == 404:
            self._resend(parcel.orders)
        if answer is None or answer[0] != 200 or "status" not in answer[1]:
            return
        status = answer[1]["status"]
        self.statuses.add(status)
        if status == "expired":
            self._resend(parcel.orders)
        if status not in ("accepted", "failed", "badRequest", "invalid"):
            return
        now = self.world.clock.now()
        parcel.ended_at = parcel.ended_at or now
        url = answer[1].get("downloadResultUrl")
        found = self._try("GET", url) if url else None
        if found is not None and found[0] == 200 and isinstance(found[1], list):
            self._conclude(parcel, status, found[1])
        elif now - parcel.ended_at >= PATIENCE:
            self._conclude(parcel, status, [])

    def _resend(self, *parts: list[dict[str, Any]]) -> None:
        self.again = [*(part for part in parts if part), *self.again]
        self.open = None

    def _conclude(self, parcel: Parcel, status: str, results: list[dict[str, Any]]) -> None:
        by_id = {one["id"]: one for one in results}
        open_orders = []
        for order in parcel.orders:
            one = by_id.get(order["id"])
            if one is not None and one["status"] == "rejected":
                self.review[order["id"]] = one["messages"][0]["code"]
            elif one is not None:
                self.delivered[order["id"]] = one["documentNumber"]
            elif status == "accepted":
                self.delivered[order["id"]] = None
            else:
                open_orders.append(order)
        if status in ("badRequest", "invalid") and not results:
            if len(open_orders) == 1:
                self.review[open_orders[0]["id"]] = status
                self._resend()
            else:
                self.halved += 1
                half = len(open_orders) // 2
                self._resend(open_orders[:half], open_orders[half:])
            return
        self._resend(open_orders)
