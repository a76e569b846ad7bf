"""The recorded exchanges of a real shop: `tests/data/magento/exchanges`."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tidegate.transport import Answer

FOLDER = Path(__file__).parents[2] / "data" / "magento" / "exchanges"
WEBSITES = {0: "admin", 1: "base", 2: "b2b", 3: "b2b", 4: "base"}


@cache
def _exchange(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return found


def exchange(name: str) -> dict[str, Any]:
    """A copy of one recorded exchange."""
    return deepcopy(_exchange(name))


def body(name: str) -> Any:
    """A copy of a recorded answer's JSON, numbers as the recording has them."""
    return exchange(name)["response"]["body"]


def raw(name: str) -> bytes:
    """The answer's body as bytes."""
    response = _exchange(name)["response"]
    if response.get("raw_body") is not None:
        return str(response["raw_body"]).encode()
    return msgspec.json.encode(response["body"])


def answer(name: str) -> Answer:
    """The recorded answer as the transport gives it."""
    response = _exchange(name)["response"]
    headers = {key.lower(): value for key, value in response["headers"].items()}
    return Answer(response["status"], headers, raw(name))


def response(name: str) -> httpx.Response:
    """The recorded answer as httpx gives it."""
    recorded = answer(name)
    headers = {key: value for key, value in recorded.headers.items() if key != "transfer-encoding"}
    return httpx.Response(recorded.status, headers=headers, content=recorded.body)


def full_orders() -> list[str]:
    """The names of all recorded whole orders (`orders-get-*`), not of parts of orders or refusals."""
    names = sorted(path.stem for path in FOLDER.glob("orders-get-*.json"))
    return [name for name in names if "grand_total" in (body(name) or {})]
