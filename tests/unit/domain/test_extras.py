"""Amounts besides lines, shipping and tax: each a line, a payment, or refused by its own name."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tidegate.config.amounts import Amount, Amounts
from tidegate.domain.errors import Code, Group
from tidegate.domain.orders import billing_lines, extras
from tidegate.domain.orders.keys import revision
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import LineKind
from tidegate.domain.orders.terms import PaymentTerms, ShippingTerms, Terms
from tidegate.magento.reading import read_order
from unit.domain.translations import failed, sold

CASES = Path(__file__).parents[2] / "data" / "magento" / "cases"


def case(name: str, **changes: Any) -> Order:
    """A case from the field with other top-level values; `extension` adds to its extension attributes."""
    raw = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"), parse_float=D)
    raw["extension_attributes"].update(changes.pop("extension", {}))
    raw["items"][0].update(changes.pop("item", {}))
    order = read_order({**raw, **changes}, "main", {1: "base"})
    assert isinstance(order, Order), order
    return order


def us(**amounts: Any) -> Terms:
    """A company in dollars with these amounts mapped."""
    return Terms(
        currency="USD",
        connection="web",
        payments={"*": PaymentTerms()},
        shipping={"*": ShippingTerms("CARRIAGE")},
        tax_codes={"6": "6", "0": "0"},
        tax_rates={"6": D(6), "0": D(0)},
        extras=Amounts(**amounts).terms(),
    )


@pytest.mark.parametrize(
    ("name", "said", "key"),
    [
        ("08-gift-card", "gift card (gift_cards_amount) 20.00", "amounts.gift_card"),
        ("10-reward-points", "reward points (reward_currency_amount) 3.20", "amounts.reward_points"),
        (
            "11-fixed-product-tax",
            'fixed product tax "Recycling" (weee_tax_applied_row_amount) 6.00',
            "amounts.fixed_product_tax",
        ),
    ],
)
def test_an_amount_that_nobody_mapped_is_refused_by_its_own_name(name: str, said: str, key: str) -> None:
    failure = failed(case(name), us())
    assert (failure.code, failure.group) == (Code.UNMAPPED_AMOUNT, Group.HOLD_FOR_FIX)
    assert said in failure.text
    assert f"[connections.web.{key}]" in failure.text
    assert failure.missing == f"amount:{key.removeprefix('amounts.')}"
    assert "something else" not in failure.text


@pytest.mark.parametrize(
    ("name", "source", "paid"),
    [("08-gift-card", "gift_card", "20"), ("10-reward-points", "reward_points", "3.20")],
)
def test_a_payment_leaves_the_total_at_its_full_value_and_is_named(name: str, source: str, paid: str) -> None:
    order = sold(case(name), us(**{source: Amount(account="1260")}))
    assert order.gross == D(116)
    (part,) = order.prepaid
    assert (part.source, part.amount, part.account) == (source, D(paid), "1260")
    comments = [line.description for line in order.lines if line.kind is LineKind.COMMENT]
    left = D(116) - D(paid)
    assert len(comments) == 1
    assert comments[0].startswith("Paid by other means: ")
    assert comments[0].endswith(f"USD; left to pay {left:.2f}")


def test_fixed_product_tax_is_a_line_of_its_own() -> None:
    order = sold(case("11-fixed-product-tax"), us(fixed_product_tax=Amount(account="4010")))
    (fee,) = [line for line in order.lines if line.account == "4010"]
    assert (fee.kind, fee.description, fee.net, fee.tax_code) == (LineKind.FREE_TEXT, "Recycling", D(6), "0")
    assert (order.gross, order.rounding) == (D(122), D(0))


def test_taxed_fixed_product_tax_is_taxed_as_its_item() -> None:
    applied = (
        '[{"title":"Eco","row_amount":6,"base_row_amount":6,"row_amount_incl_tax":6.36,'
        '"base_row_amount_incl_tax":6.36}]'
    )
    document = case(
        "11-fixed-product-tax",
        item={"weee_tax_applied": applied},
        **{f"{side}{key}": value for side in ("", "base_") for key, value in
           (("tax_amount", D("6.36")), ("grand_total", D("122.36")))},
    )  # fmt: skip
    order = sold(document, us(fixed_product_tax=Amount(account="4010")))
    (fee,) = [line for line in order.lines if line.account == "4010"]
    assert (fee.net, fee.tax, fee.tax_code) == (D(6), D("0.36"), "6")
    assert order.gross == D("122.36")


def sums(total: str) -> dict[str, Any]:
    return {"grand_total": D(total), "base_grand_total": D(total)}


def test_point_37_custom_fees_go_by_code_or_by_the_star() -> None:
    fees = [{"code": "eco", "label": "Eco fee", "amount": 5, "base_amount": 5, "tax_amount": D("0.30")}]
    document = case("00-sound", extension={"custom_fees": fees}, **sums("121.30"))
    document = msgspec.structs.replace(
        document,
        totals=msgspec.structs.replace(document.totals, tax=D("6.30")),
    )
    assert 'custom_fees eco "Eco fee" 5.00' in failed(document, us()).text
    for code in ("eco", "*"):
        order = sold(document, us(custom_fees={code: Amount(account="4030")}))
        (fee,) = [line for line in order.lines if line.account == "4030"]
        assert (fee.description, fee.net, fee.tax) == ("Eco fee", D(5), D("0.30"))


def test_gift_wrapping_and_cards_are_lines_with_their_tax() -> None:
    wrapped = {
        "gw_price": "4.0000", "gw_base_price": "4.0000", "gw_tax_amount": "0.2400", "gw_base_tax_amount": "0.2400",
        "gw_card_price": "1.0000", "gw_card_base_price": "1.0000",
    }  # fmt: skip
    document = case(
        "00-sound", extension=wrapped, tax_amount=D("6.24"), base_tax_amount=D("6.24"), **sums("121.24")
    )
    text = failed(document, us()).text
    assert "gift wrapping (gw_price) 4.00" in text
    assert "printed card (gw_card_price) 1.00" in text
    order = sold(document, us(gift_wrapping=Amount(account="4020"), printed_card=Amount(account="4021")))
    assert [(line.net, line.tax) for line in order.lines if line.account in ("4020", "4021")] == [
        (D(4), D("0.24")),
        (D(1), D(0)),
    ]


def test_a_field_of_an_extension_is_suggested_and_then_mapped() -> None:
    document = case("00-sound", surcharge_amount=D(5), **sums("121"))
    failure = failed(document, us())
    assert failure.code is Code.TOTALS_DIFFER
    assert "surcharge_amount = 5.00" in failure.text
    assert "[connections.web.amounts.fields.surcharge_amount]" in failure.text
    order = sold(document, us(fields={"surcharge_amount": Amount(account="4040")}))
    assert [(line.description, line.net) for line in order.lines if line.account == "4040"] == [
        ("Surcharge amount", D(5))
    ]


def test_a_field_may_be_a_payment() -> None:
    document = case("00-sound", extension={"loyalty_paid": "16.0000"}, **sums("100"))
    order = sold(document, us(fields={"loyalty_paid": Amount(account="1265", payment=True, text="Loyalty")}))
    assert (order.gross, order.prepaid[0].text) == (D(116), "Loyalty")


def test_a_remainder_in_no_field_is_named_or_goes_to_its_account() -> None:
    document = case("00-sound", **sums("119.20"))
    text = failed(document, us()).text
    assert "grand_total contains 3.20 that no field" in text
    assert "[connections.web.amounts.remainder]" in text
    order = sold(document, us(remainder=Amount(account="4090")))
    assert [line.net for line in order.lines if line.account == "4090"] == [D("3.20")]


def test_two_that_cancel_each_other_out_are_not_accepted_in_silence() -> None:
    """+5 and -5: the total agrees, and is made of two things that nobody knows."""
    named = case("00-sound", extension={"gw_price": 5, "gw_base_price": 5, "gift_cards_amount": 5})
    assert failed(named, us()).code is Code.UNMAPPED_AMOUNT
    unnamed = case("00-sound", handling_fee=5, extension={"club_discount": -5})
    failure = failed(unnamed, us())
    assert failure.code is Code.UNMAPPED_AMOUNT
    assert "cancel each other out" in failure.text
    assert "fields.handling_fee" in failure.text
    assert "fields.club_discount" in failure.text
    mapped = us(fields={"handling_fee": Amount(account="4040"), "club_discount": Amount(account="4041")})
    assert [line.net for line in sold(unnamed, mapped).lines if line.account in ("4040", "4041")] == [
        D(5),
        D(-5),
    ]


def test_the_rounding_line_never_takes_up_a_named_amount() -> None:
    """A gift card of three cents is within every tolerance, and still a gift card."""
    document = case("00-sound", extension={"gift_cards_amount": D("0.03")}, **sums("115.97"))
    assert failed(document, us()).code is Code.UNMAPPED_AMOUNT
    order = sold(document, us(gift_card=Amount()))
    assert (order.gross, order.rounding, order.prepaid[0].amount) == (D(116), D(0), D("0.03"))


def test_row_totals_before_discount_are_read_as_what_they_mean() -> None:
    order = sold(case("17-row-total-before-discount"), us())
    assert order.gross == D("105.40")
    assert order.lines[0].net == D(50)


def test_an_engraving_reaches_the_workshop() -> None:
    document = case("14-text-option")
    order = sold(document, us())
    assert [line.kind for line in order.lines[:2]] == [LineKind.GOODS, LineKind.COMMENT]
    assert "For Ben, with love" in order.lines[1].description
    for rule in ("line", "memo", "none"):
        other = sold(document, replace(us(), texts={"options": rule}))
        assert ("For Ben" in other.lines[0].description) is (rule == "line")
        assert any("For Ben" in memo for memo in other.memos) is (rule == "memo")
        assert not any(line.kind is LineKind.COMMENT for line in other.lines)


def test_point_37_pickup_company_and_gift_message_go_where_the_rule_says() -> None:
    said = {
        "pickup_location_code": "LONDON-1",
        "company_order_attributes": {"company_id": 7, "company_name": "Acme"},
        "gift_message": {"sender": "Ann", "recipient": "Ben", "message": "Happy birthday"},
    }
    order = sold(case("00-sound", extension=said), us())
    assert [line.description for line in order.lines if line.kind is LineKind.COMMENT] == [
        "Pickup location: LONDON-1",
        "Company: Acme (7)",
        "Gift message from Ann to Ben: Happy birthday",
    ]


def test_an_order_without_any_of_this_has_the_revision_that_it_had() -> None:
    plain = case("00-sound", loyalty_level=3)
    assert revision(plain).startswith("1:")
    assert revision(plain) == revision(msgspec.structs.replace(plain, fields=()))
    assert revision(case("08-gift-card")).startswith("2:")


def test_bug_a_named_amount_dropped_into_the_rounding_line_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(billing_lines, "placed", lambda *_, **__: ())
    with pytest.raises(AssertionError):
        test_the_rounding_line_never_takes_up_a_named_amount()
    with pytest.raises(AssertionError):
        test_fixed_product_tax_is_a_line_of_its_own()


def test_bug_two_cancelling_amounts_accepted_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(billing_lines, "cancelling", lambda *_: [])
    with pytest.raises(AssertionError):
        test_two_that_cancel_each_other_out_are_not_accepted_in_silence()


def test_what_is_no_amount_is_named() -> None:
    raw = json.loads((CASES / "08-gift-card.json").read_text(encoding="utf-8"))
    raw["extension_attributes"]["gift_cards_amount"] = "twenty"
    failure = read_order(raw, "main", {1: "base"})
    assert not isinstance(failure, Order)
    assert "gift_cards_amount" in failure.text
    assert extras.NAMES["gift_card"] == "gift card"


def test_an_amount_without_a_place_does_not_hide_what_else_has_none() -> None:
    document = case("11-fixed-product-tax")
    failure = failed(document, replace(us(), payments={}, shipping={}))
    assert failure.missing == "amount:fixed_product_tax"
    assert f"payment:{document.payment_method}" in failure.text
    assert "amounts.fixed_product_tax" in failure.text
    assert f"payments.{document.payment_method}" in failure.text
