"""PHP's shapes are read as what they mean, or refused by the name of the field; rows are read one by one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.reading.document import Unreadable
from tidegate.reading.shape import Rows, Shape


class Part(msgspec.Struct):
    name: str | int | None = None
    amount: Decimal | None = None


class Whole(msgspec.Struct):
    id: int
    part: Part | None = None
    parts: list[Part] | None = None
    street: list[str | None] | str | None = None
    on: bool = False


class Item(msgspec.Struct):
    id: int
    sku: str
    quantity: Decimal


SHAPE: Shape[Whole] = Shape(Whole)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ('{"id": 1, "part": []}', Whole(1, Part())),
        ('{"id": 1, "part": null}', Whole(1)),
        ('{"id": 1, "part": false}', Whole(1)),
        (
            '{"id": 1, "parts": {"0": {"name": "a"}, "2": {"name": "b"}}}',
            Whole(1, parts=[Part("a"), Part("b")]),
        ),
        ('{"id": 1, "parts": {}}', Whole(1, parts=[])),
        ('{"id": "1", "part": {"name": false, "amount": ""}}', Whole(1, Part())),
        ('{"id": 1, "part": {"name": 12, "amount": "5.00"}}', Whole(1, Part(12, Decimal("5.00")))),
        ('{"id": 1, "street": "1 High Street"}', Whole(1, street="1 High Street")),
        ('{"id": 1, "street": {"0": "1 High Street"}}', Whole(1, street=["1 High Street"])),
        ('{"id": 1, "on": "1", "unknown": [[]]}', Whole(1, on=True)),
    ],
)
def test_point_30_phps_shapes_are_read_as_what_they_mean(body: str, value: Whole) -> None:
    assert SHAPE.decode(body) == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('{"part": {}}', "id: it is missing"),
        ('{"id": null}', "id: it is missing"),
        ('{"id": 1, "parts": [{"amount": "1,50"}]}', "parts[0].amount: '1,50' is not a number"),
        ('{"id": 1, "parts": {"a": 1}}', "parts: an object instead of a list"),
        ('{"id": 1, "part": "none"}', "part: 'none' instead of an object"),
        ('{"id": 1, "part": {"amount": 1e60}}', "part.amount: 1E+60 is out of range"),
        ('{"id": 1, "on": "enabled"}', "on: 'enabled' is neither yes nor no"),
        ("[]", "a list was not expected"),
    ],
)
def test_what_means_nothing_is_refused_by_its_own_name(body: str, why: str) -> None:
    with pytest.raises(Unreadable) as raised:
        SHAPE.decode(body)
    assert str(raised.value) == why


def test_one_bad_row_harms_only_itself() -> None:
    page = Rows[Any](Item).decode(
        '{"total_count": 5, "items": [{"id": 1, "sku": "A", "quantity": 1}, {"id": 2, "sku": "B", "quantity": "n/a"},'
        ' null, {"id": "x", "sku": "C", "quantity": 3}, {"id": 5, "sku": 12, "quantity": "4.0000"}]}'
    )
    assert page.items == [Item(1, "A", Decimal(1)), Item(5, "12", Decimal("4.0000"))]
    assert [(bad.name, bad.key) for bad in page.bad] == [("B", 2), ("row 3", None), ("C", None)]
    assert page.bad[0].why == "quantity: 'n/a' is not a number"
    assert (page.count, page.total_count) == (5, 5)


@pytest.mark.parametrize("items", ["null", "[]", "{}", '""'])
def test_an_empty_page_has_many_spellings(items: str) -> None:
    assert Rows[Any](Item).decode(f'{{"total_count": 0, "items": {items}}}').items == []


@pytest.mark.parametrize(
    "body", ['"down for maintenance"', "7", '{"items": {"a": 1}}', '{"items": [], "total_count": "many"}']
)
def test_what_is_no_page(body: str) -> None:
    with pytest.raises(Unreadable):
        Rows[Any](Item).decode(body)
