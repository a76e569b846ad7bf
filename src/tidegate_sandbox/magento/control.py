"""The control routes below ``/_sandbox``: what a scenario in another process reads and sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Flask, Response, request

from tidegate_sandbox.magento.figure import decode, encode
from tidegate_sandbox.magento.refusal import JSON, Refusal
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.magento.store import MagentoStore

Action = Callable[[dict[str, Any]], Any]


def register(app: Flask, store: MagentoStore) -> None:
    """Add the control routes to the app of ``store``."""

    def books() -> Response:
        return Response(encode(store.books()), content_type=JSON)

    def maintenance(sent: dict[str, Any]) -> Any:
        store.set_maintenance(bool(sent["on"]))
        return {"on": store.maintenance}

    shoppers: dict[int, Shopper] = {}

    def orders(sent: dict[str, Any]) -> Any:
        shopper = shoppers.setdefault(seed := int(sent.pop("seed", 0)), Shopper(store, seed))
        count, kind = int(sent.pop("count", 1)), sent.pop("kind", None)
        return {"entity_ids": shopper.place_orders(count, kind, **sent)}

    def settings(sent: dict[str, Any]) -> Any:
        store.configure(bearer=sent.get("bearer"), limits=sent.get("limits"))
        return {"bearer": store.access.bearer, "limits": store.input_limits is not None}

    app.add_url_rule("/_sandbox/books", "books", books)
    for name, action in {"orders": orders, "maintenance": maintenance, "settings": settings}.items():
        app.add_url_rule(f"/_sandbox/{name}", name, _posted(action), methods=["POST"])


def _posted(action: Action) -> Callable[[], Response]:
    """A route that hands a JSON object to ``action``; what is wrong with it is a 400 that names it."""

    def run() -> Response:
        try:
            sent = decode(request.get_data() or b"{}")
            if not isinstance(sent, dict):
                raise ValueError("a JSON object is needed")
            return Response(encode(action(sent)), content_type=JSON)
        except Refusal as refusal:
            return Response(encode(refusal.body()), refusal.status, content_type=JSON)
        except (KeyError, TypeError, ValueError, msgspec.DecodeError) as error:
            return Response(encode({"message": f"{type(error).__name__}: {error}"}), 400, content_type=JSON)

    return run
