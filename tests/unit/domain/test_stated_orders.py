"""What an order is worth in the company where it cannot be translated: on the side that the company keeps."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import msgspec
import pytest

from tidegate.domain.orders.billing_lines import side_of, stated
from tidegate.domain.orders.extras import Extra
from tidegate.domain.orders.order import Order
from tidegate.flows.stored_order import expected, write_order
from tidegate.ledger import keys
from unit.domain.agreements import PER_LINE, terms
from unit.domain.orders import EUR_TAX_INCLUSIVE
from unit.domain.translations import failed

D = Decimal


def cancelled(order: Order) -> Order:
    lines = tuple(msgspec.structs.replace(line, cancelled=line.quantity) for line in order.lines)
    return msgspec.structs.replace(order, lines=lines)


@pytest.mark.parametrize(
    ("rule", "keeps", "side", "worth"),
    [
        ("auto", "GBP", "base", ("GBP", D("71.28"))),
        ("auto", "EUR", "order", ("EUR", D("83.39"))),
        ("base", "USD", "base", ("GBP", D("71.28"))),
        ("order", "GBP", "order", ("EUR", D("83.39"))),
        ("auto", "USD", None, ("EUR", D("83.39"))),
    ],
)
def test_the_side_is_the_one_that_was_sent(rule: str, keeps: str, side: str | None, worth: tuple) -> None:
    agreed = terms(currency=keeps, amounts=rule)
    currency, _, gross = stated(EUR_TAX_INCLUSIVE, agreed)
    assert side_of(EUR_TAX_INCLUSIVE, agreed) == side
    assert (currency, gross) == worth


def test_an_order_in_doubt_that_was_cancelled_meanwhile_is_expected_in_the_companys_currency(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keys, "of_sources", lambda _sources: {})  # no ledger: the order's own key
    order = cancelled(EUR_TAX_INCLUSIVE)
    failed(order)  # nothing remains of it that could be translated
    found = expected(SimpleNamespace(document=write_order(order)), terms(currency="GBP"), PER_LINE)
    assert (found.currency, found.gross) == ("GBP", D("71.28"))


def test_what_a_gift_card_has_paid_is_part_of_the_value() -> None:
    card = Extra(source="gift_card", field="gift_cards_amount", amount=D("11.70"), base=D("10.00"))
    order = msgspec.structs.replace(EUR_TAX_INCLUSIVE, extras=(card,))
    assert stated(order, terms(currency="GBP"))[2] == D("81.28")
