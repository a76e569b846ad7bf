"""Whatever is sent, the platform answers by its contract, and Sage 50 keeps its books straight."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from integration.sandbox.sage50.platform_world import APPLICATION, SECRET, Sage50, sage50

JUNK: tuple[Any, ...] = (
    *(None, True, 0, -1, 0.001, 1.005, 101, 1e5, 99_999_999_999.99, 10**11, 10**30, -(10**12)),
    *(
        "",
        " ",
        "x" * 5000,
        "é\u0000ñ",
        "ART-1",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "EUR",
        "USD",
        "\u202e",
    ),
    *([], {}, [[]], {"id": {}}),
)
MONSTERS = ("1e400", "-1e400", "1e-400", "1E+99999", "0.30000000000000004")
ANSWERS = {200, 201, 400, 401, 403, 404, 409, 410, 413}


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container within a document, with each of its keys."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def spoiled(document: Any, chance: random.Random) -> bytes:
    """The document as text, with up to three values replaced, some by numbers that no program likes."""
    document = [copy.deepcopy(document)]
    for _ in range(chance.randrange(4)):
        container, key = chance.choice(list(places(document)))
        container[key] = chance.choice((*JUNK, *(f"<{number}>" for number in MONSTERS)))
    text = json.dumps(document[0])
    for number in MONSTERS:
        text = text.replace(f'"<{number}>"', number)
    return text.encode()


def calls(world: Sage50) -> list[tuple[str, str, Any]]:
    developer, application = world.register()
    path = f"/api/developers/{developer}/applications"
    return [
        ("POST", "/api/developers", {"name": "x", "email": "x@example.com", "application": APPLICATION}),
        ("POST", path, APPLICATION),
        ("POST", f"{path}/{application}/passcodes", {"secret": SECRET}),
        ("PATCH", "/api/apikeys", {"initialApikey": world.initial, "secret": SECRET}),
        ("POST", "/api/files/ecommerce/orders", {"size": 20, "sha256": "0" * 64, "records": 1}),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_any_body_of_any_call(seed: int) -> None:
    world, chance = sage50(), random.Random(seed)
    for verb, path, document in calls(world):
        for _ in range(60):
            answer = world.call(verb, path, content=spoiled(document, chance))
            assert answer.status_code in ANSWERS
            assert isinstance(answer.json(), dict)
    for content in (b"", b"\xff\xfe", b"[" * 5000, b"null", b'{"a": 1}{'):
        assert world.call("POST", "/api/developers", content=content).status_code == 400


@pytest.mark.parametrize("seed", range(4))
def test_any_file_of_orders(seed: int) -> None:
    world, chance = sage50(key_minutes=10**6), random.Random(seed)
    seen = set()
    for number in range(60):
        orders = [world.order(f"{number}-{one}", item=f"HUB-000{one + 1}") for one in range(2)]
        content = spoiled(orders, chance)
        links = world.announce(content)
        world.http.put(links["uploadUrl"], content=content)
        world.process()
        tracking = world.track(links["trackingUrl"])
        seen.add(tracking["status"])
        if tracking["downloadResultUrl"]:
            results = world.http.get(tracking["downloadResultUrl"]).json()
            assert all(one["documentNumber"] or one["messages"] for one in results)
    assert seen == {"invalid", "accepted"} | (seen & {"badRequest"})
    assert world.company.books()["violations"] == []
    world.sim("sage-upload", {})
    assert len(world.download("customers")) == len(world.company.customers.table)
