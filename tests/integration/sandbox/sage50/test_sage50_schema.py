"""The schema check agrees with an independent validator, and names where the fault is (contract section 10)."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from integration.sandbox.sage50.platform_world import example
from tidegate_sandbox.sage50.json_text import decode
from tidegate_sandbox.sage50.schema import definitions, findings

FILES = {
    "customersFile": "customers",
    "productsFile": "products",
    "ordersFile": "orders",
    "orderResultsFile": "order-results",
}
MESSAGES = tuple(example("platform"))
JUNK: tuple[Any, ...] = (None, True, 0, -1, 1.5, "", "x", "ES", [], {}, ["x"], {"id": "1"}, 101, 10**9, 2.0)


def check(name: str, schema: Any) -> Draft202012Validator:
    """The same definitions, read by somebody else's program; formats are annotations to it."""
    document = {"$defs": definitions(schema), "$ref": f"#/$defs/{name}"}
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def faults(value: Any, name: str, schema: Any, *, formats: bool = True) -> list[tuple[str, str]]:
    """What the simulator finds wrong with a document that came as text."""
    return list(findings(decode(json.dumps(value).encode()), name, schema, formats=formats))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container within a document, with each of its keys."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def spoiled(document: Any, chance: random.Random) -> Any:
    """The document with one or two things left out, doubled or replaced."""
    document = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2))):
        container, key = chance.choice(list(places([document])))
        match chance.randrange(3):
            case 0 if isinstance(container, dict):
                del container[key]
            case 1 if isinstance(container, list) and container is not document:
                container.append(copy.deepcopy(container[key]))
            case _:
                container[key] = copy.deepcopy(chance.choice(JUNK))
    return document


@pytest.mark.parametrize("name", [*FILES, *MESSAGES])
def test_an_independent_validator_comes_to_the_same_verdict(name: str) -> None:
    is_file = name in FILES
    schema: Any = "ecommerce" if is_file else "platform"
    document = example(FILES[name]) if is_file else example("platform")[name]
    validator, chance, verdicts = check(name, schema), random.Random(name), set()
    for number in range(250):
        tried = document if not number else spoiled(document, chance)
        ours = not faults(tried, name, schema, formats=False)
        assert ours == validator.is_valid(tried), (tried, list(validator.iter_errors(tried)))
        verdicts.add(ours)
    assert verdicts == {True, False}


@pytest.mark.parametrize("name", [*FILES, *MESSAGES])
def test_every_example_of_the_contract_is_good(name: str) -> None:
    if name in FILES:
        assert faults(example(FILES[name]), name, "ecommerce") == []
    else:
        assert faults(example("platform")[name], name, "platform") == []


def test_a_finding_says_where() -> None:
    orders = [*example("orders"), *example("orders"), *example("orders")]
    del orders[2]["customer"]["email"]
    orders[1]["lines"][0]["quantity"] = "3"
    assert faults(orders, "ordersFile", "ecommerce") == [
        ("[1].lines[0].quantity", "a value of type number is expected"),
        ("[2].customer.email", "a value is required"),
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orderDate", "2026-03-02"),
        ("orderDate", "2026-03-02T10:14:33"),
        ("orderDate", "2026-03-02T10:14:33+01:00"),
        ("orderDate", "2026-13-02T10:14:33Z"),
        ("timestamp", "02/03/2026 10:14"),
        ("currencyRate", 0),
        ("discount", -0.01),
        ("currency", "eur"),
        ("lines", []),
    ],
)
def test_what_an_order_must_not_say(path: str, value: Any) -> None:
    [order] = example("orders")
    [(where, _)] = faults([{**order, path: value}], "ordersFile", "ecommerce")
    assert where == f"[0].{path}"


@pytest.mark.parametrize(("count", "is_good"), [(0, False), (1, True), (500, True), (501, False)])
def test_a_file_has_from_one_to_five_hundred_orders(count: int, is_good: bool) -> None:
    assert (faults(example("orders") * count, "ordersFile", "ecommerce") == []) == is_good
