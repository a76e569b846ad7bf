"""The control routes below ``/_sandbox``: what a scenario in another process reads and sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from flask import Flask, Response, request

from tidegate_sandbox.magento.edits import EDITS, Edit
from tidegate_sandbox.magento.figure import decode, encode
from tidegate_sandbox.magento.refusal import JSON, Refusal
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.magento.store import InputLimits, MagentoStore

Action = Callable[[dict[str, Any]], Any]

_DEEDS: Final[dict[str, Callable[..., Any]]] = {
    "cancel": Shopper.cancel,
    "hold": Shopper.hold,
    "unhold": Shopper.unhold,
    "edit": Shopper.edit_order,
    "pay": Shopper.pay,
    "ship": Shopper.ship,
    "set_state": Shopper.set_state,
    "comment": Shopper.comment,
}
"""What ``POST /_sandbox/orders/{id}`` does with an order, by its ``action``; other keys are its arguments."""


def register(app: Flask, store: MagentoStore) -> None:
    """Add the control routes to the app of ``store``."""
    control = _Control(store)
    routes: dict[str, Action] = {
        "orders": control.place,
        "maintenance": control.maintenance,
        "settings": control.settings,
    }
    for name, action in routes.items():
        app.add_url_rule(f"/_sandbox/{name}", name, _posted(action), methods=["POST"])
    for name, edit in EDITS.items():
        app.add_url_rule(f"/_sandbox/{name}", name, _posted(control.edited(edit)), methods=["POST"])
    app.add_url_rule("/_sandbox/orders/<int:entity_id>", "deed", _posted(control.deed), methods=["POST"])
    app.add_url_rule("/_sandbox/books", "books", lambda: Response(encode(store.books()), content_type=JSON))


class _Control:
    """The shop's side of the control routes; one shopper per seed."""

    def __init__(self, store: MagentoStore) -> None:
        self.store = store
        self.shoppers: dict[int, Shopper] = {}

    def shopper(self, seed: int) -> Shopper:
        if seed not in self.shoppers:
            self.shoppers[seed] = Shopper(self.store, seed)
        return self.shoppers[seed]

    def place(self, sent: dict[str, Any]) -> dict[str, Any]:
        shopper = self.shopper(int(sent.pop("seed", 0)))
        count, kind = int(sent.pop("count", 1)), sent.pop("kind", None)
        return {"entity_ids": shopper.place_orders(count, kind, **sent)}

    def deed(self, sent: dict[str, Any], entity_id: int) -> dict[str, Any]:
        deed = _DEEDS[sent.pop("action")]
        owners = (shopper for shopper in self.shoppers.values() if shopper.placed(entity_id))
        shopper = next(owners, None) or self.shopper(0)
        return {"result": deed(shopper, entity_id, **sent)}

    def edited(self, edit: Edit) -> Action:
        def run(sent: dict[str, Any]) -> Any:
            with self.store.lock:
                return edit(self.store, sent)

        return run

    def maintenance(self, sent: dict[str, Any]) -> dict[str, Any]:
        self.store.set_maintenance(bool(sent["on"]))
        return {"on": self.store.maintenance}

    def settings(self, sent: dict[str, Any]) -> dict[str, Any]:
        if isinstance(sent.get("limits"), dict):
            sent["limits"] = InputLimits(**sent["limits"])
        self.store.configure(**sent)
        return {"bearer": self.store.access.bearer, "limits": self.store.input_limits is not None}


def _posted(action: Callable[..., Any]) -> Callable[..., Response]:
    """A route that hands a JSON object to ``action``; what is wrong with it is a 400 that names it."""

    def run(**path: int) -> Response:
        try:
            sent = decode(request.get_data() or b"{}")
            if not isinstance(sent, dict):
                raise ValueError("a JSON object is needed")
            return Response(encode(action(sent, **path)), content_type=JSON)
        except Refusal as refusal:
            return Response(encode(refusal.body()), refusal.status, content_type=JSON)
        except (KeyError, TypeError, ValueError, msgspec.DecodeError) as error:
            return Response(encode({"message": f"{type(error).__name__}: {error}"}), 400, content_type=JSON)

    return run
