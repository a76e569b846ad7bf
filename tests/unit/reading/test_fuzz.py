"""Recorded documents with thousands of small mutations: a value or a named failure, never an exception.

Realistic harm (null, missing, PHP's shapes, texts for numbers) and hostile harm (huge, deep, NaN). Seeded.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from counted_calls import counted
from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.orders.order import Order
from tidegate.magento import customers, order_documents, prices, products, stock
from tidegate.magento.reading import read_head, read_order
from tidegate.reading.document import Unreadable, read
from tidegate.reading.shape import PageShape
from tidegate.sage.sage200 import invoices, ledgers, masters
from tidegate.sage.sage200 import prices as sage_prices
from tidegate.sage.sage200.fields import each, pieces_of

RECORDED = Path(__file__).parents[2] / "data" / "magento" / "exchanges"
WEBSITES = dict.fromkeys(range(20), "base")
DEEP = "\x00deep\x00"
HARM: list[Any] = [
    None, "", False, True, [], {}, {"0": 1}, "n/a", "enabled", -1, 0, 1e60, -1e300, 10**70, "1" * 70, "9" * 5000,
    "x" * 70_000, float("nan"), float("inf"), "NaN", "1e1000000", DEEP, [[]], "0001-01-01 00:00:00",
    "9999-99-99 99:99:99", "\ud800", "٣", 2**64,
]  # fmt: skip


def harmed(document: Any, dice: random.Random, times: int) -> str:
    """The document as JSON, with some of its values changed or taken away."""
    changed = copy.deepcopy(document)
    for _ in range(times):
        holder = dice.choice(list(holders(changed)))
        key = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if dice.random() < 0.2:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(dice.choice(HARM))
    return json.dumps(changed).replace(json.dumps(DEEP), "[" * 1000 + "]" * 1000)


def holders(value: Any) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict | list) and value:
        yield value
    for one in inner:
        yield from holders(one)


def recorded(beginning: str) -> list[Any]:
    found = []
    for path in sorted(RECORDED.glob(f"{beginning}*.json")):
        body = json.loads(path.read_text()).get("response", {}).get("body")
        if isinstance(body, dict) and "entity_id" in body and "items" in body:
            found.append(body)
    return found


def test_orders_are_read_or_refused_by_name() -> None:
    dice = random.Random(7)
    orders = recorded("orders-get")
    assert orders
    read_well = 0
    for number in range(2000):
        body = harmed(dice.choice(orders), dice, 1 + number % 3).encode()
        effort, found = counted(partial(read_order, body, "main", WEBSITES))
        assert effort < 6000, "no harm makes reading long: the largest sound order takes 3,500 calls"
        assert isinstance(found, Order | Failure)
        if isinstance(found, Order):
            read_well += 1
            assert all(abs(line.quantity) < 10**12 for line in found.lines)
            assert all(line.amounts.net.is_finite() for line in found.lines)
        else:
            assert found.text
        read_head(body)
    assert read_well > 200, "most harm is small"


PAGES: list[tuple[Any, Any]] = [
    (products._PAGE, {"id": 1, "sku": "A", "name": "Ant", "status": 1, "type_id": "simple", "weight": 1.5}),
    (stock._ITEMS, {"sku": "A", "source_code": "default", "quantity": 3, "status": 1}),
    (
        customers._CUSTOMERS,
        {"id": 1, "email": "a@b.c", "group_id": 1, "website_id": 1, "addresses": [{"street": ["x"]}]},
    ),
    (customers._GROUPS, {"id": 1, "code": "General", "tax_class_id": 3}),
    (prices._BASE, {"sku": "A", "price": 3.5, "store_id": 0}),
    (prices._TIER, {"sku": "A", "website_id": 0, "customer_group": "all", "quantity": 1, "price": 2}),
]


@pytest.mark.parametrize(("decoder", "row"), PAGES, ids=[str(number) for number in range(len(PAGES))])
def test_pages_are_read_row_by_row(decoder: Any, row: Any) -> None:
    dice = random.Random(11)
    for _ in range(300):
        bad = json.loads(harmed(row, dice, 1).replace("[" * 1000 + "]" * 1000, "1e999"))
        body = json.dumps({"items": [row, bad, row], "total_count": 3}, allow_nan=True)
        page = decoder.decode(body.encode())
        assert isinstance(page, PageShape)
        assert page.count == 3
        assert len(page.items) >= 2, "the sound rows are read"
        assert all(isinstance(one, BadRow) and one.why and one.name for one in page.bad)


SAGE: list[tuple[Any, Any]] = [
    (lambda row: pieces_of(row, "quantity_in_stock"), {"id": 1, "quantity_in_stock": 4}),
    (
        lambda row: ledgers._entry(row, {}, {}),
        {
            "id": 1,
            "urn": 4,
            "document_gross_value": 5.5,
            "document_outstanding_value": 0,
            "transaction_date": "2026-03-02",
        },
    ),
    (lambda row: ledgers._posting("1", row, "4000"), {"id": 1, "debit": 5, "credit": 0, "period_number": 3}),
    (
        lambda row: masters._product(row, {}, {}, _Lists()),
        {"id": 1, "code": "A", "name": "Ant", "weight": 2, "standard_cost": 3},
    ),
    (
        lambda row: invoices._invoice(1, [row], [], (), {}, "GBP"),
        {
            "sop_invoice_credit_document_no": "1",
            "sop_invoice_credit_total_net_value": 1,
            "sop_invoice_credit_total_tax_value": 1,
            "sop_invoice_credit_total_gross_value": 2,
        },
    ),
]


class _Lists:
    taxes: dict[str, Any] = {}
    currencies: dict[int, str] = {}


@pytest.mark.parametrize(("make", "row"), SAGE, ids=[str(number) for number in range(len(SAGE))])
def test_rows_of_sage_are_read_or_named(make: Any, row: Any) -> None:
    dice = random.Random(13)
    for _ in range(400):
        bad = read(harmed(row, dice, 1))
        made, left_out = each([bad, dict(row)], make, lambda one: "the row")
        assert len(made) + len(left_out) == 2
        assert made, "the sound row is read"


def test_a_price_that_cannot_be_read_leaves_its_product_out_and_no_other() -> None:
    bands = [{"id": 1, "name": "Standard", "is_standard_band": True}, {"id": 2, "name": "Trade"}]

    def row(number: int, band: int, price: Any, **more: Any) -> dict[str, Any]:
        code = f"HUB-{number}"
        fields = {"product_price_id": 10 * number + band, "product_id": number, "product_code": code}
        return fields | {"price_band_id": band, "product_price_price": price} | more

    rows = [
        row(1, 1, None), row(1, 2, 0, product_price_use_standard=True),
        row(2, 1, 5), row(2, 2, None, product_price_use_standard=True),
        row(3, 1, 7), row(3, 2, "n/a"),
    ]  # fmt: skip
    found, bad = sage_prices._list_prices(rows, bands)
    assert [(one.list_code, one.sku, one.price) for one in found] == [
        ("Standard", "HUB-2", Decimal(5)),
        ("Trade", "HUB-2", Decimal(5)),
    ]
    assert [(one.name, one.why) for one in bad] == [
        ("HUB-1", "product_price_price: Sage states none"),
        ("HUB-3", "product_price_price: 'n/a' is not a number"),
    ]


def test_documents_of_an_order_are_read_or_refused() -> None:
    dice = random.Random(17)
    store_document = {
        "entity_id": 1,
        "increment_id": "1",
        "items": [{"order_item_id": 5, "qty": 1}],
        "comments": [],
    }
    for _ in range(300):
        with suppress(Unreadable):
            order_documents._DOCUMENTS.decode(harmed({"items": [store_document], "total_count": 1}, dice, 1))


CASES = Path(__file__).parents[2] / "data" / "orders"


def test_the_case_of_1e60_pieces_is_refused_by_its_line() -> None:
    found = read_order((CASES / "01-quantity-1e60.json").read_bytes(), "main", WEBSITES)
    assert isinstance(found, Failure)
    assert "items[0].qty_ordered" in found.text


@pytest.mark.parametrize("name", ["00-sound", "15-empty-list-for-object", "19-false-for-text"])
def test_the_cases_of_phps_shapes_are_read_as_what_they_mean(name: str) -> None:
    found = read_order((CASES / f"{name}.json").read_bytes(), "main", WEBSITES)
    assert isinstance(found, Order), found
    assert found.totals.grand_total == Decimal(116)
    assert found.payment_method == ("" if name.startswith("15") else "checkmo")
