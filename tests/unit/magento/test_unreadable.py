"""Orders that cannot be read say why, and harm only themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.magento.reading import read_head, read_order
from unit.magento import recordings
from unit.magento.recordings import WEBSITES

# What cannot be read


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"grand_total": None}, "grand_total"),
        ({"order_currency_code": None}, "order_currency_code"),
        ({"items": None}, "items"),
        ({"grand_total": "many"}, "grand_total"),
        ({"grand_total": "NaN"}, "NaN"),
        ({"updated_at": "today"}, "today"),
        ({"store_id": 77}, "store view 77"),
        ({"entity_id": None}, "entity_id"),
        ({"customer_id": "abc"}, "abc"),
    ],
)
def test_an_order_without_meaning_is_malformed_and_says_why(columns: dict[str, Any], named: str) -> None:
    document = recordings.body("orders-get-guest-tax") | columns
    found = read_order({key: value for key, value in document.items() if value is not None}, "main", WEBSITES)
    assert isinstance(found, Failure)
    assert (found.code, found.sent) == (Code.MALFORMED, False)
    assert named in found.text


@pytest.mark.parametrize("missing", ["sku", "qty_ordered", "item_id"])
def test_a_line_without_meaning_makes_the_order_malformed(missing: str) -> None:
    document = recordings.body("orders-get-guest-tax")
    del document["items"][1][missing]
    found = read_order(document, "main", WEBSITES)
    assert isinstance(found, Failure)
    assert found.code is Code.MALFORMED


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b'"order"', b'{"entity_id": 1', b"\xff"])
def test_what_is_no_order(raw: bytes) -> None:
    assert isinstance(read_order(raw, "main", WEBSITES), Failure)
    assert isinstance(read_head(raw), Failure)
