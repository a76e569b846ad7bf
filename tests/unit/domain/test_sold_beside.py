"""Products that the company does not know, where it bills them as an amount that names none of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tidegate.domain.fulfilment.invoicing import beside, credited, wanted
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.fulfilment.store_order import StoreItem, StoreOrder

D = Decimal
GOODS = StoreItem(31, "HUB-0001", D(3), price=D(20), worth=(D(60), D(30)))
BOX = StoreItem(33, "BOX-1", D(2), price=D(3), worth=(D(6), D(3)))
ORDER = StoreOrder(10, "000000009", "processing", "processing", (GOODS, BOX), D(1), "USD")
BASE, OWN = 0, 1
LINE = InvoiceLine("1", "item:31", "HUB-0001", D(3), D(60))
AMOUNT = InvoiceLine("subtotal/7", "", "", D(1), D(6), amount=True)


def test_an_amount_that_is_what_they_come_to_bills_all_of_them() -> None:
    assert beside((LINE, AMOUNT), ORDER, ["BOX-1"], BASE) == {33: D(2)}


@pytest.mark.parametrize(
    "line",
    [replace(AMOUNT, net=D("6.01")), replace(AMOUNT, amount=False), LINE],
    ids=["another amount", "a charge: their lines are told", "none"],
)
def test_nothing_else_bills_them(line: InvoiceLine) -> None:
    assert beside((LINE, line), ORDER, ["BOX-1"], BASE) == {}


def test_what_was_cancelled_is_in_no_amount() -> None:
    order = replace(ORDER, items=(GOODS, replace(BOX, cancelled=D(1))))
    assert beside((LINE, replace(AMOUNT, net=D(3))), order, ["BOX-1"], BASE) == {33: D(1)}
    assert beside((LINE, AMOUNT), order, ["BOX-1"], BASE) == {}


def test_a_shop_that_sells_nothing_beside_takes_no_amount_for_it() -> None:
    assert beside((LINE, replace(AMOUNT, net=D(0))), ORDER, [], BASE) == {}


def test_they_come_to_what_is_left_of_their_price_by_a_discount() -> None:
    order = replace(ORDER, items=(GOODS, replace(BOX, worth=(D("5.40"), D("2.70")))))
    assert beside((LINE, replace(AMOUNT, net=D("5.40"))), order, ["BOX-1"], BASE) == {33: D(2)}
    assert beside((LINE, AMOUNT), order, ["BOX-1"], BASE) == {}


def test_they_are_compared_in_the_company_s_currency() -> None:
    in_its_own = (LINE, replace(AMOUNT, net=D(3)))
    assert beside(in_its_own, ORDER, ["BOX-1"], OWN) == {33: D(2)}
    assert beside(in_its_own, ORDER, ["BOX-1"], BASE) == {}
    assert beside(in_its_own, ORDER, ["BOX-1"], None) == {}


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
    assert wanted((LINE, line), ORDER, {}, BASE) == {31: D(3), 33: D(pieces)}
    assert credited((LINE, line), ORDER, {}, BASE) == {31: D(3), 33: D(pieces)}


@pytest.mark.parametrize(
    ("worth", "net", "pieces"),
    [
        ("3", "3", 2),  # half price: not one piece at the price before discount
        ("3", "1.50", 1),
        ("5.41", "2.71", 1),  # a part is rounded to the cent
    ],
)
def test_a_part_of_a_charge_is_counted_by_what_a_piece_costs_after_discount(
    worth: str, net: str, pieces: int
) -> None:
    order = replace(ORDER, items=(GOODS, replace(BOX, worth=(D(worth), D(99)))))
    line = replace(KEYED, net=D(net))
    assert credited((LINE, line), order, {}, BASE) == {31: D(3), 33: D(pieces)}


def test_a_charge_in_the_order_s_own_currency_bills_as_many_pieces() -> None:
    assert wanted((LINE, replace(KEYED, net=D(3))), ORDER, {}, OWN) == {31: D(3), 33: D(2)}
