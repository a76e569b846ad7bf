"""Taxes, amounts and texts stand in an order as the company's product takes them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders import charges
from tidegate.domain.orders.arithmetic import Arithmetic, TaxRounding
from tidegate.domain.orders.destinations import Destination, destination_of
from tidegate.domain.orders.draft import shares
from tidegate.domain.orders.expressed import Charged, Tax
from tidegate.domain.orders.extras import AmountTerms, Extra
from tidegate.domain.orders.order import Order, OrderLine, Remark
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.orders.stated_total import agrees, both_calculations
from tidegate.domain.orders.totals import translate
from tidegate.sage.port.orders import Customers, Guard, OrderWriting
from unit.domain.agreements import PER_LINE, US
from unit.domain.orders import CONF, EUR_TAX_INCLUSIVE, GUEST_TAX, LONDON, TAX_ON_THE_TOTAL, line, order

D = Decimal
MICHIGAN = Destination(country="us", region="mich*", group="MICHIGAN", schedule="MI SALES")
WITH_FEE = msgspec.structs.replace(
    GUEST_TAX,
    extras=(Extra(source="gift_wrapping", field="gw_price", amount=D("2.00"), base=D("2.00")),),
    totals=msgspec.structs.replace(GUEST_TAX.totals, grand_total=D("51.27")),
    base_totals=msgspec.structs.replace(GUEST_TAX.totals, grand_total=D("51.27")),
)
WRAPPED = {"gift_wrapping": AmountTerms(account="4020")}
GOODS_ONLY: dict[str, Any] = {
    "line_kinds": frozenset({LineKind.GOODS}),
    "shipping_as": Charged.HEADER_FIELD,
    "rounding_as": Charged.HEADER_FIELD,
}


def taken(document: Order, **changes: Any) -> SalesOrder:
    result = translate(document, replace(US, **changes), PER_LINE, account="WEB")
    assert isinstance(result, SalesOrder), result
    header = [result.shipping] if result.shipping is not None else []
    assert result.net == sum(each.net for each in (*result.lines, *header)) + result.adjustment
    assert result.tax == sum(each.tax for each in (*result.lines, *header))
    assert result.gross == result.net + result.tax
    return result


def held(document: Order, **changes: Any) -> Failure:
    result = translate(document, replace(US, **changes), PER_LINE, account="WEB")
    assert isinstance(result, Failure), result
    return result


# --- tax


def test_a_product_that_takes_given_tax_gets_the_stores_own_on_each_line() -> None:
    sold = taken(TAX_ON_THE_TOTAL, tax=Tax.GIVEN, currency="GBP")
    assert [each.tax for each in sold.lines] == [D("1.38"), D("1.37")]
    assert (sold.gross, sold.rounding) == (D("16.51"), 0), "nothing is left for a rounding line"


def test_given_tax_of_a_line_in_two_parts_is_shared_to_the_cent() -> None:
    parts = [SalesLine(kind=LineKind.GOODS, net=D(each)) for each in ("10.00", "20.00", "0.01")]
    assert shares(D("6.00"), parts, PER_LINE) == [D("2.00"), D("4.00"), D("0.00")]
    assert shares(D("0.03"), [parts[0], parts[0]], PER_LINE) == [D("0.02"), D("0.01")]


def test_tax_by_schedule_is_the_stores_with_group_and_schedule_of_the_destination() -> None:
    sold = taken(GUEST_TAX, tax=Tax.BY_SCHEDULE, destinations=(MICHIGAN,), tax_codes={}, tax_rates={})
    assert (sold.tax_group, sold.tax_schedule) == ("MICHIGAN", "MI SALES")
    assert (sold.tax, sold.gross) == (D("2.79"), D("49.27"))
    assert {each.tax_code for each in sold.lines} == {""}, "a schedule needs no code for a line"


def test_a_destination_that_no_rule_names_holds_the_order() -> None:
    failure = held(GUEST_TAX, tax=Tax.BY_SCHEDULE, destinations=(Destination(country="CA", group="X"),))
    assert failure.code is Code.UNMAPPED_TAX
    assert failure.missing == "destination:US/Michigan/48201"
    assert "tax.destinations" in failure.text


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((MICHIGAN, Destination(country="US", group="REST")), "MICHIGAN"),
        (
            (
                Destination(country="US", postcode="481*", group="WAYNE"),
                Destination(country="US", group="REST"),
            ),
            "REST",
        ),
        (
            (Destination(country="US", region="Michigan", postcode="482??", group="DETROIT"), MICHIGAN),
            "DETROIT",
        ),
    ],
)
def test_the_first_rule_that_fits_counts(rules: tuple[Destination, ...], expected: str) -> None:
    found = destination_of(GUEST_TAX, rules, "us")
    assert isinstance(found, Destination)
    assert found.group == expected


def test_goods_are_taxed_where_they_go_and_what_goes_nowhere_where_it_is_billed() -> None:
    british = Destination(country="GB", group="UK")
    abroad = msgspec.structs.replace(GUEST_TAX, billing=LONDON)
    assert destination_of(abroad, (british, MICHIGAN), "us") is MICHIGAN
    assert (
        destination_of(msgspec.structs.replace(abroad, shipping=None), (british, MICHIGAN), "us") is british
    )


OWN_SHIPPING_TAX: dict[str, Any] = {
    "currency": "GBP",
    "tax": Tax.GIVEN,
    "shipping_as": Charged.HEADER_FIELD,
    "computes_shipping_tax": True,
}


def with_shipping(*lines: OrderLine, tax: str = "1.33") -> Order:
    """Shipping of 6.62, on which the store charged a cent more than 20 %, as it rounds before it converts."""
    return order(*lines, freight="6.62", freight_tax=tax, shipping_tax_rate=D(20))


def test_a_cent_of_shipping_s_own_tax_goes_into_the_tax_of_a_line() -> None:
    sold = taken(with_shipping(line(1, "A", "1", "10", "2.00", rate="20")), **OWN_SHIPPING_TAX)
    assert sold.shipping is not None
    assert (sold.shipping.tax, sold.lines[0].tax) == (D("1.32"), D("2.01"))
    assert (sold.gross, sold.rounding) == (D("19.95"), 0)


def test_it_is_the_rounding_line_where_no_line_is_taxed() -> None:
    sold = taken(with_shipping(line(1, "A", "1", "10")), **OWN_SHIPPING_TAX)
    assert sold.shipping is not None
    assert (sold.shipping.tax, sold.lines[-1].net) == (D("1.32"), D("0.01"))
    assert (sold.gross, sold.rounding) == (D("17.95"), D("0.01"))


def test_another_rate_of_shipping_than_the_products_is_no_matter_of_cents() -> None:
    lines = [line(at, "A", "1", "10", "2.00", rate="20") for at in range(1, 21)]
    failure = held(with_shipping(*lines, tax="1.39"), **OWN_SHIPPING_TAX)
    assert (failure.code, failure.details["difference"]) == (Code.TOTALS_DIFFER, "0.07")


# --- the company's total


def test_a_total_within_tolerance_agrees_and_one_beyond_it_does_not() -> None:
    sold = taken(GUEST_TAX)
    assert agrees(sold, sold.gross, D(0))
    assert agrees(sold, sold.gross - D("0.05"), D("0.05"))
    assert not agrees(sold, sold.gross - D("0.06"), D("0.05"))


def test_no_tolerance_swallows_an_amount_that_has_a_name() -> None:
    cheap = msgspec.structs.replace(
        WITH_FEE,
        extras=(Extra(source="gift_wrapping", field="gw_price", amount=D("0.04"), base=D("0.04")),),
        totals=msgspec.structs.replace(WITH_FEE.totals, grand_total=D("49.31")),
        base_totals=msgspec.structs.replace(WITH_FEE.totals, grand_total=D("49.31")),
    )
    sold = taken(cheap, extras=WRAPPED)
    assert not agrees(sold, sold.gross - D("0.04"), D("0.05")), "the wrapping is missing there"
    assert not agrees(sold, sold.gross + D("0.04"), D("0.05")), "it stands there twice"
    assert agrees(sold, sold.gross - D("0.03"), D("0.05"))


def test_both_calculations_are_shown_side_by_side() -> None:
    sold = taken(GUEST_TAX, tax=Tax.BY_SCHEDULE, destinations=(MICHIGAN,))
    table = both_calculations(sold, D("48.27"), Tax.BY_SCHEDULE)
    rows = [line.split() for line in table.splitlines()]
    assert "Sage (tax by schedule, MICHIGAN MI SALES)" in table
    assert ["tax", "2.79", "1.79"] in rows
    assert ["total", "after", "tax", "49.27", "48.27"] in rows


# --- kinds of lines


@pytest.mark.parametrize(
    ("way", "kind", "code"),
    [
        (Charged.CHARGE_CODE, LineKind.CHARGE, "CARRIAGE"),
        (Charged.ITEM_LINE, LineKind.GOODS, "CARRIAGE"),
        (Charged.FREE_TEXT, LineKind.FREE_TEXT, ""),
    ],
)
def test_shipping_is_the_kind_of_line_that_the_product_has_for_it(
    way: Charged, kind: LineKind, code: str
) -> None:
    last = taken(GUEST_TAX, shipping_as=way).lines[2]  # behind it stands a cent of rounding
    assert (last.kind, last.code, last.net, last.tax) == (kind, code, D("15.00"), D("0.90"))
    assert last.account == "4905"


def test_shipping_in_a_field_of_the_header_is_no_line() -> None:
    sold = taken(GUEST_TAX, shipping_as=Charged.HEADER_FIELD)
    assert [each.kind for each in sold.lines] == [LineKind.GOODS, LineKind.GOODS, LineKind.FREE_TEXT]
    assert sold.shipping is not None
    assert (sold.shipping.net, sold.shipping.tax, sold.gross) == (D("15.00"), D("0.90"), D("49.27"))
    nothing = taken(
        order(*GUEST_TAX.lines, currency="USD", base_currency="USD"), shipping_as=Charged.HEADER_FIELD
    )
    assert nothing.shipping is None


@pytest.mark.parametrize(
    ("way", "kind"), [(Charged.CHARGE_CODE, LineKind.CHARGE), (Charged.ITEM_LINE, LineKind.GOODS)]
)
def test_a_rounding_line_needs_its_code_where_it_is_no_free_text(way: Charged, kind: LineKind) -> None:
    british: dict[str, Any] = {"currency": "GBP", "rounding_as": way}
    failure = held(TAX_ON_THE_TOTAL, **british)
    assert (failure.code, failure.missing) == (Code.UNMAPPED_AMOUNT, "rounding:code")
    last = taken(TAX_ON_THE_TOTAL, **british, rounding_code="ROUND").lines[-1]
    assert (last.kind, last.code, last.net) == (kind, "ROUND", D("-0.01"))


def test_a_rounding_difference_in_the_header_needs_neither_line_nor_tax_code() -> None:
    sold = taken(
        TAX_ON_THE_TOTAL,
        currency="GBP",
        rounding_as=Charged.HEADER_FIELD,
        rounding_tax_code="",
        tax_codes={"20": "1"},
    )
    assert (sold.adjustment, sold.gross, len(sold.lines)) == (D("-0.01"), D("16.51"), 2)


def test_an_amount_is_free_text_else_the_charge_or_item_named_for_it() -> None:
    coded = {"gift_wrapping": AmountTerms(account="4020", code="WRAP")}
    text = next(each for each in taken(WITH_FEE, extras=coded).lines if each.extra)
    assert (text.kind, text.code) == (LineKind.FREE_TEXT, "")
    no_text = frozenset(LineKind) - {LineKind.FREE_TEXT}
    charge = next(
        each
        for each in taken(WITH_FEE, extras=coded, line_kinds=no_text, rounding_as=Charged.HEADER_FIELD).lines
        if each.extra
    )
    assert (charge.kind, charge.code) == (LineKind.CHARGE, "WRAP")
    item = next(each for each in taken(WITH_FEE, extras=coded, **GOODS_ONLY).lines if each.extra)
    assert (item.kind, item.code, item.net) == (LineKind.GOODS, "WRAP", D("2.00"))


def test_an_amount_without_a_place_is_refused_by_its_name_and_its_key() -> None:
    failure = held(WITH_FEE, extras=WRAPPED, **GOODS_ONLY)
    assert (failure.code, failure.missing) == (Code.UNMAPPED_AMOUNT, "amount:gift_wrapping")
    assert "code in [connections.us.amounts.gift_wrapping]" in failure.text


def test_a_product_that_the_company_does_not_know_has_no_place_without_free_text() -> None:
    failure = held(GUEST_TAX, text_skus=frozenset({"HUB-0002"}), **GOODS_ONLY)
    assert failure.missing == "line:HUB-0002"
    assert "skip_skus" in failure.text


def test_shipping_as_an_item_without_its_code_waits_for_it() -> None:
    nameless = {"flatrate_flatrate": replace(US.shipping["flatrate_flatrate"], charge="")}
    failure = held(GUEST_TAX, shipping=nameless, shipping_as=Charged.ITEM_LINE)
    assert failure.missing == "shipping:flatrate_flatrate"


def test_comments_that_may_be_no_lines_are_for_the_company() -> None:
    document = msgspec.structs.replace(
        CONF, note="Ring twice", remarks=(Remark("pickup_location", "Pick up: Leeds"),)
    )
    sold = taken(document, **GOODS_ONLY)
    assert {each.kind for each in sold.lines} == {LineKind.GOODS}
    assert (sold.memos, sold.note) == (("Pick up: Leeds",), "Ring twice")


def test_the_order_of_a_product_of_another_kind_is_the_same_to_the_cent() -> None:
    for document in (GUEST_TAX, CONF, EUR_TAX_INCLUSIVE):
        usual = taken(document, currency=document.currency)
        other = taken(document, currency=document.currency, **GOODS_ONLY)
        assert usual.gross == other.gross


# --- what a room may say of itself

WRITING: dict[str, Any] = {
    "guard": Guard.LOOK_UP_FIRST,
    "arithmetic": Arithmetic(),
    "key_length": 60,
    "reference_length": 30,
    "account_length": 8,
    "product_length": 30,
    "line_kinds": frozenset(LineKind),
    "tax": Tax.PER_LINE,
    "customers": Customers.ACCOUNT,
    "shipping": Charged.CHARGE_CODE,
    "rounding": Charged.FREE_TEXT,
}


@pytest.mark.parametrize(
    "changes",
    [
        {"tax": Tax.PER_RATE},
        {"arithmetic": Arithmetic(tax_rounding=TaxRounding.PER_RATE)},
        {"line_kinds": frozenset({LineKind.GOODS})},
        {"line_kinds": frozenset({LineKind.FREE_TEXT}), "shipping": Charged.ITEM_LINE},
    ],
)
def test_a_room_that_contradicts_itself_cannot_be_made(changes: dict[str, Any]) -> None:
    OrderWriting(**WRITING)
    with pytest.raises(ValueError, match=r"tax is stated|no such lines"):
        OrderWriting(**{**WRITING, **changes})


# --- careless changes


def test_bug_a_tolerance_that_swallows_a_named_amount_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidegate.domain.orders.stated_total._named_amounts", lambda order: iter(()))
    with pytest.raises(AssertionError, match="wrapping is missing"):
        test_no_tolerance_swallows_an_amount_that_has_a_name()


def test_bug_free_text_for_who_takes_none_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charges, "amount_kind", lambda terms: LineKind.FREE_TEXT)
    with pytest.raises(AssertionError):
        test_an_amount_without_a_place_is_refused_by_its_name_and_its_key()


def test_bug_tax_calculated_where_it_is_given_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tax, "from_store", property(lambda self: False))
    with pytest.raises(AssertionError):
        test_a_product_that_takes_given_tax_gets_the_stores_own_on_each_line()
