"""The recorded exchanges of a real shop, and how an answer of the simulated one is compared with them."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.figure import decode
from tidegate_sandbox.magento.order import Order

FOLDER = Path(__file__).parents[2] / "data" / "magento" / "exchanges"
_MOMENT = re.compile(r'"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"')
_REPORT = re.compile(r"webapi-[0-9a-f]{13}")


@cache
def exchange(name: str) -> dict[str, Any]:
    """A recorded exchange. Read only."""
    found: dict[str, Any] = decode((FOLDER / f"{name}.json").read_bytes())
    return found


def names() -> list[str]:
    """All recordings that are kept with the tests."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def body(name: str) -> Any:
    """A copy of the answer's body."""
    return copy.deepcopy(exchange(name)["response"]["body"])


def order(entity_id: int, **columns: Any) -> dict[str, Any]:
    """An order document like any other, with these columns: the guest's order, given another key."""
    made = Order.from_document(copy.deepcopy(recorded.orders()["guest"])).document()
    return overlay(copy.deepcopy(made), {**columns, "entity_id": entity_id})


def overlay(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """``whole`` with what ``part`` says of it; lists of lines are as long as the part's."""
    for key, value in part.items():
        if key == "items" and value and "item_id" in whole["items"][0]:
            line = whole["items"][0]
            whole["items"] = [
                {**line, "item_id": number, **copy.deepcopy(item)} for number, item in enumerate(value, 1)
            ]
        elif key in ("search_criteria", "extension_attributes"):
            continue
        elif value is not None:
            whole[key] = copy.deepcopy(value)
    whole["payment"]["parent_id"] = whole["entity_id"]
    for line in whole["items"]:
        line["order_id"] = whole["entity_id"]
    return whole


def differences(expected: Any, found: Any, at: str = "") -> list[str]:
    """Where two bodies differ in shape: keys, types, null or missing, empty or not."""
    if isinstance(expected, dict) and isinstance(found, dict):
        lists = [f"{at}: {key} is missing" for key in expected.keys() - found.keys()]
        lists += [f"{at}: {key} is too much" for key in found.keys() - expected.keys()]
        for key in expected.keys() & found.keys():
            lists += differences(expected[key], found[key], f"{at}.{key}")
        return lists
    if isinstance(expected, list) and isinstance(found, list):
        return _list_differences(expected, found, at)
    if _kind(expected) != _kind(found):
        return [f"{at}: {_kind(expected)} was recorded, found {_kind(found)} ({found!r})"]
    return []


def _list_differences(expected: list[Any], found: list[Any], at: str) -> list[str]:
    recorded_items = [item for item in expected if not str(item).startswith("... trimmed")]
    if not recorded_items or not found:
        return [] if bool(recorded_items) == bool(found) else [f"{at}: empty on one side only"]
    if len(recorded_items) == len(found):
        pairs = zip(recorded_items, found, strict=True)
        return [text for n, (a, b) in enumerate(pairs) for text in differences(a, b, f"{at}[{n}]")]
    texts = []
    for number, item in enumerate(found):
        nearest = min((differences(known, item, f"{at}[{number}]") for known in recorded_items), key=len)
        texts += nearest
    return texts


def _kind(value: Any) -> str:
    if isinstance(value, bool | str | dict | list):
        return type(value).__name__
    return "null" if value is None else "number"


def masked(value: Any, *, timeless: bool = False) -> Any:
    """A body without what is new in every answer: the report id, and if ``timeless`` every moment."""
    text = _REPORT.sub("webapi-<id>", json.dumps(value, default=float))
    return json.loads(_MOMENT.sub('"<moment>"', text) if timeless else text)
