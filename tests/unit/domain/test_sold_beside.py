"""Products that the company does not know, where it bills them as an amount that names none of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tidegate.domain.fulfilment.invoicing import beside, credited, wanted
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.fulfilment.store_order import StoreItem, StoreOrder

D = Decimal
GOODS = StoreItem(31, "HUB-0001", D(3), price=D(20))
BOX = StoreItem(33, "BOX-1", D(2), price=D(3))
ORDER = StoreOrder(10, "000000009", "processing", "processing", (GOODS, BOX), D(1), "USD")
LINE = InvoiceLine("1", "item:31", "HUB-0001", D(3), D(60))
AMOUNT = InvoiceLine("subtotal/7", "", "", D(1), D(6), amount=True)


def test_an_amount_that_is_what_they_come_to_bills_all_of_them() -> None:
    assert beside((LINE, AMOUNT), ORDER, ["BOX-1"]) == {33: D(2)}


@pytest.mark.parametrize(
    "line",
    [replace(AMOUNT, net=D("6.01")), replace(AMOUNT, amount=False), LINE],
    ids=["another amount", "a charge: their lines are told", "none"],
)
def test_nothing_else_bills_them(line: InvoiceLine) -> None:
    assert beside((LINE, line), ORDER, ["BOX-1"]) == {}


def test_what_was_cancelled_is_in_no_amount() -> None:
    order = replace(ORDER, items=(GOODS, replace(BOX, cancelled=D(1))))
    assert beside((LINE, replace(AMOUNT, net=D(3))), order, ["BOX-1"]) == {33: D(1)}
    assert beside((LINE, AMOUNT), order, ["BOX-1"]) == {}


def test_a_shop_that_sells_nothing_beside_takes_no_amount_for_it() -> None:
    assert beside((LINE, replace(AMOUNT, net=D(0))), ORDER, []) == {}


KEYED = InvoiceLine("2", "item:33", "", D(1), D(6), amount=True)


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        (KEYED, 2),
        (replace(KEYED, net=None), 2),
        (replace(KEYED, net=D(3)), 1),  # a part of them was credited
        (replace(KEYED, net=D("5.40")), 2),  # after a discount
        (replace(KEYED, amount=False, quantity=D(1)), 1),  # the company counts pieces
    ],
)
def test_a_charge_with_an_item_s_key_bills_the_pieces_of_its_amount(line: InvoiceLine, pieces: int) -> None:
    assert wanted((LINE, line), ORDER, {}) == {31: D(3), 33: D(pieces)}
    assert credited((LINE, line), ORDER, {}) == {31: D(3), 33: D(pieces)}
