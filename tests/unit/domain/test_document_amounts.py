"""What documents come to at full value, and what of them is refused by its own name."""

from __future__ import annotations

from decimal import Decimal as D

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.store_amounts import Side
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.fulfilment.store_document_amounts import (
    fixed_tax_of,
    is_explained,
    order_charges,
    unnamed,
    valued,
)
from tidegate.domain.fulfilment.store_order import StoreItem, StoreOrder
from tidegate.domain.orders.extras import AmountTerms, Extra

CARD = Extra(source="gift_card", field="gift_cards_amount", amount=D(6), base=D(5))
FEE = Extra(
    source="custom_fees.eco", field="custom_fees eco", amount=D(2), base=D(2), tax=D("0.4"), base_tax=D("0.4")
)
TERMS = {
    "gift_card": AmountTerms(account="1250", payment=True),
    "custom_fees.*": AmountTerms(account="4100"),
    "fixed_product_tax": AmountTerms(account="4200"),
}
ITEM = StoreItem(5, "HUB-0001", D(3), fixed_tax=(D("1.50"), D("1.80")))


def order(other: str = "0") -> StoreOrder:
    side = Side("USD", other=D(other))
    return StoreOrder(1, "000000001", "processing", "", (ITEM,), "USD", (side, side), extras=(CARD, FEE))


def document(total: str = "20", *, pieces: int = 2, fields: tuple[Extra, ...] = ()) -> StoreDocument:
    totals = (D(total), D(total))
    return StoreDocument(1, "000000009", {5: D(pieces)}, totals=totals, extras=(CARD, FEE), fields=fields)


def test_a_gift_card_is_part_of_the_value_and_a_fee_is_a_charge() -> None:
    found = valued([document()], order(), 0, TERMS, "main", "invoice")
    assert not isinstance(found, Failure)
    assert found[0].totals == (D(25), D(20))
    assert found[0].carriage[0] == D("5.40")  # the fee with its tax, and the fixed product tax of two pieces
    other = valued([document()], order(), 1, TERMS, "main", "invoice")
    assert not isinstance(other, Failure)
    assert other[0].totals == (D(20), D(26))
    assert other[0].carriage[1] == D("6.00")


def test_each_amount_without_a_place_is_refused_by_its_name() -> None:
    for source, name in (
        ("gift_card", "gift_cards_amount"),
        ("custom_fees.*", "eco"),
        ("fixed_product_tax", "weee"),
    ):
        terms = {key: each for key, each in TERMS.items() if key != source}
        found = valued([document()], order(), 0, terms, "main", "invoice")
        assert isinstance(found, Failure)
        assert found.code is Code.UNMAPPED_AMOUNT
        assert name in found.text
        assert "Magento's invoice 000000009" in found.text


def test_fixed_product_tax_goes_by_pieces() -> None:
    assert fixed_tax_of({5: D(2)}, order(), 0) == D("3.00")
    assert order_charges(order(), 0, TERMS) == D("6.90")  # three pieces, and the fee with its tax


def test_an_order_is_explained_by_the_amounts_that_it_names() -> None:
    assert is_explained(order("1.90"), 0, TERMS)
    assert is_explained(order("1.50"), 0, TERMS)  # the fee's tax is in Magento's own
    assert not is_explained(order("1.89"), 0, TERMS)


def test_a_difference_that_is_a_field_of_an_extension_has_its_name() -> None:
    surcharge = Extra(source="fields.surcharge", field="surcharge", amount=D(3), base=D(3))
    there = document(fields=(surcharge,))
    found = unnamed([there], D(-3), 0, TERMS, "main", "credit memo")
    assert found is not None
    assert found.code is Code.UNMAPPED_AMOUNT
    assert "surcharge 3.00" in found.text
    assert "[connections.main.amounts.fields.surcharge]" in found.text
    assert unnamed([there], D(-2), 0, TERMS, "main", "credit memo") is None
    named = TERMS | {"fields.surcharge": AmountTerms(account="4100")}
    assert unnamed([there], D(-3), 0, named, "main", "credit memo") is None


def test_a_named_field_that_pays_is_part_of_the_value() -> None:
    voucher = Extra(source="fields.voucher", field="voucher", amount=D(3), base=D(3))
    terms = TERMS | {"fields.voucher": AmountTerms(account="1250", payment=True)}
    found = valued([document(fields=(voucher,))], order(), 0, terms, "main", "invoice")
    assert not isinstance(found, Failure)
    assert found[0].totals[0] == D(28)
