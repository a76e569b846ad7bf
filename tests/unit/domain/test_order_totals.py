"""`translate`: the ERP arrives at Magento's grand total after tax, or says why not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.order import Order
from tidegate.domain.order_totals import translate
from tidegate.domain.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.domain.terms import PaymentTerms, ShippingTerms, Terms
from unit.domain.agreements import COARSE, PER_LINE, PER_RATE, UK, US, terms
from unit.domain.erp_calculator import fits, gross_cents
from unit.domain.orders import (
    BUNDLE,
    CUST_PO_COUPON,
    EUR_TAX_INCLUSIVE,
    RECORDED,
    amounts,
    line,
    order,
    totals,
)

D = Decimal
VAT = {"rate": "20", "names": ("GB-VAT-20",)}


def sold(document: Order, agreed: Terms = UK, arithmetic=PER_LINE) -> SalesOrder:
    result = translate(document, agreed, arithmetic, account="WEB")
    assert isinstance(result, SalesOrder), result
    assert gross_cents(result.lines, agreed.tax_rates, arithmetic) == result.gross * 100
    assert result.gross == result.net + result.tax
    assert result.net == sum(each.net for each in result.lines)
    assert result.tax == sum(each.tax for each in result.lines)
    assert all(fits(each, arithmetic) for each in result.lines)
    return result


def failed(document: Order, agreed: Terms = UK, arithmetic=PER_LINE) -> Failure:
    result = translate(document, agreed, arithmetic, account="WEB")
    assert isinstance(result, Failure), result
    assert not result.sent
    return result


def goods(document: SalesOrder) -> list[SalesLine]:
    return [each for each in document.lines if each.kind is LineKind.GOODS]


@pytest.mark.parametrize(
    "arithmetic", [PER_LINE, PER_RATE, COARSE], ids=["per line", "per rate", "2 decimals"]
)
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_orders_arrive_at_magento_s_total(name: str, arithmetic) -> None:
    document = RECORDED[name]
    result = sold(document, terms(currency=document.currency), arithmetic)
    assert result.gross == document.totals.grand_total
    assert result.currency == document.currency


def test_base_currency_when_the_company_keeps_that_one() -> None:
    result = sold(EUR_TAX_INCLUSIVE)
    assert (result.currency, result.gross, result.rounding) == ("GBP", D("71.28"), D("-0.01"))
    assert [each.net for each in goods(result)] == [D("18.77"), D("19.80")]


def test_negative_rounding_is_a_free_text_line_without_tax() -> None:
    rounding = sold(EUR_TAX_INCLUSIVE).lines[-1]
    assert rounding == SalesLine(
        kind=LineKind.FREE_TEXT,
        description="Rounding",
        unit_price=D("-0.01"),
        tax_code="0",
        account="7905",
        net=D("-0.01"),
    )


@pytest.mark.parametrize(
    ("amounts_rule", "currency", "total"), [("order", "EUR", "83.39"), ("base", "GBP", "71.28")]
)
def test_amounts_can_be_forced(amounts_rule: str, currency: str, total: str) -> None:
    result = sold(EUR_TAX_INCLUSIVE, terms(currency="USD", amounts=amounts_rule))
    assert (result.currency, result.gross) == (currency, D(total))


def test_neither_currency_is_the_company_s() -> None:
    failure = failed(EUR_TAX_INCLUSIVE, US)
    assert (failure.code, failure.missing, failure.group) == (
        Code.UNMAPPED_CURRENCY,
        "currency:EUR",
        Group.HOLD_FOR_FIX,
    )
    assert "[connections.us]" in failure.text


def test_a_discount_is_shown_per_unit() -> None:
    first, _, third = goods(sold(CUST_PO_COUPON, US))
    assert (first.unit_price, first.unit_discount, first.net) == (D("11.11"), D("1.11"), D("30.00"))
    assert (third.unit_price, third.unit_discount) == (D("11.85"), D("1.18571"))


def test_a_discount_that_two_decimals_cannot_show_becomes_a_net_price() -> None:
    # 7 pieces for 8.30 less: no discount per piece at two decimals, and no price per piece either.
    result = sold(CUST_PO_COUPON, US, COARSE)
    third = [each for each in goods(result) if each.item_id == 5]
    assert third[0].unit_discount == 0
    assert result.gross == D("180.18")


def test_bundle_as_components_or_as_one_line() -> None:
    assert [each.code for each in goods(sold(BUNDLE, US))] == ["HUB-0010", "HUB-0020", "HUB-0007"]
    kit, other = goods(sold(BUNDLE, terms(currency="USD", bundles="parent")))
    assert (kit.code, kit.description, kit.quantity, kit.unit_price, kit.item_id) == (
        "KIT-1",
        "Kit 1",
        D(2),
        D("48.5"),
        11,
    )
    assert other.code == "HUB-0007"


def test_a_bundle_with_two_taxes_as_one_line_keeps_a_line_for_each_tax() -> None:
    kit = {"bundle_item_id": 9, "bundle_sku": "KIT", "bundle_quantity": D(3)}
    document = order(
        line(10, "A", "3", "30", "6", **VAT, **kit),
        line(11, "BOOK", "3", "15", **kit),
        line(12, "B", "3", "60", "12", **VAT, **kit),
    )
    result = sold(document, terms(bundles="parent"))
    first, second = result.lines
    assert (first.kind, first.code, first.quantity, first.net, first.tax) == (
        LineKind.GOODS,
        "KIT",
        D(3),
        D(90),
        D(18),
    )
    assert (second.kind, second.quantity, second.net, second.tax, second.tax_code) == (
        LineKind.FREE_TEXT,
        D(1),
        D(15),
        D(0),
        "0",
    )


def test_shipping_is_a_charge_with_its_account_and_tax() -> None:
    charge = next(each for each in sold(CUST_PO_COUPON, US).lines if each.kind is LineKind.CHARGE)
    assert charge == SalesLine(
        kind=LineKind.CHARGE,
        code="CARRIAGE",
        description="Flat Rate - Fixed",
        unit_price=D("55.00"),
        tax_code="6",
        account="4905",
        net=D("55.00"),
        tax=D("3.30"),
    )


def test_free_shipping_makes_no_line_but_names_the_carrier() -> None:
    result = sold(order(line(1, "A", "1", "10", "2", **VAT)))
    assert [each.kind for each in result.lines] == [LineKind.GOODS]
    assert result.carrier == "DPD"


def test_header() -> None:
    document = msgspec.structs.replace(
        CUST_PO_COUPON, note="Leave with neighbour", created_at=datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
    )
    result = sold(document, terms(currency="USD", reference_prefix="W-", time_zone="America/Chicago"))
    assert result.key == "magento:main:2"
    assert result.reference == "W-000000002"
    assert result.account == "WEB"
    assert result.date == date(2026, 2, 28)  # still February in Chicago
    assert result.po_number == "PO-2024-0815"
    assert (result.payment_method, result.payment_account) == ("purchaseorder", "")
    assert result.delivery == document.shipping
    assert result.invoice == document.billing
    assert result.lines[-1] == SalesLine(kind=LineKind.COMMENT, description="Leave with neighbour")


def test_reference_that_the_company_cannot_keep() -> None:
    failure = failed(BUNDLE, terms(currency="USD", reference_prefix="WEBSHOP-", reference_length=12))
    assert failure.code is Code.TOO_LONG
    assert "reference_prefix" in failure.text


def test_skus_accounts_and_warehouse() -> None:
    agreed = terms(
        skus={"HUB-1": "S-1"},
        text_skus=frozenset({"GIFT"}),
        revenue=(("HUB-*", "4000"), ("*", "4999")),
        warehouse="LONDON",
    )
    result = sold(order(line(1, "HUB-1", "1", "10"), line(2, "GIFT", "2", "4", name="Card")), agreed)
    first, second = result.lines
    assert (first.code, first.account, first.warehouse) == ("S-1", "4000", "LONDON")
    assert (second.kind, second.code, second.account, second.warehouse) == (
        LineKind.FREE_TEXT,
        "",
        "4999",
        "",
    )
    assert (second.description, second.quantity, second.item_id) == ("Card (GIFT)", D(2), 2)


def test_free_and_zero_price_lines() -> None:
    document = order(
        line(1, "PAID", "1", "10", "2", **VAT),
        line(2, "SAMPLE", "3", "0", "0", **VAT),
        line(3, "GIVEN", "3", "0", "0", "10", **VAT),
    )
    _, sample, given = sold(document).lines
    assert (sample.unit_price, sample.unit_discount, sample.net) == (D(0), D(0), D(0))
    assert (given.unit_price, given.unit_discount, given.net) == (D("3.33333"), D("3.33333"), D(0))


def test_a_free_order_needs_no_payment_mapping() -> None:
    document = order(line(1, "GIVEN", "1", "0", "0", "10", **VAT), payment_method="free")
    result = sold(document)
    assert (result.gross, result.payment_account) == (D(0), "")
    paid = msgspec.structs.replace(
        order(line(1, "A", "1", "10"), payment_method="free"),
    )
    assert failed(paid).missing == "payment:free"


@pytest.mark.parametrize("quantity", ["0.5", "0.125", "12.3456", "1.00001"])
def test_quantities_with_decimals(quantity: str) -> None:
    result = sold(order(line(1, "CLOTH", quantity, "17.29", "3.46", **VAT)))
    assert (result.lines[0].quantity, result.lines[0].net) == (D(quantity), D("17.29"))


def test_a_large_quantity_is_parted_when_no_price_hits_its_net() -> None:
    # 100,000 pieces at 0.123455: five decimals miss the net by up to half a pound.
    document = order(line(1, "SCREW", "100000", "12345.50", "2469.10", **VAT))
    first, second = sold(document).lines
    assert first.quantity + second.quantity == D(100000)
    assert (first.unit_price, second.unit_price) == (D("0.12345"), D("0.12346"))
    assert first.net + second.net == D("12345.50")
    assert (first.item_id, second.item_id) == (1, 1)
    assert all(each.quantity == each.quantity.to_integral_value() for each in (first, second))


def test_a_cent_on_the_rounding_line_is_better_than_two_lines_for_one_item() -> None:
    document = order(line(1, "SCREW", "3000", "100.00", "20.00", **VAT))
    first, rounding = sold(document).lines
    assert (first.quantity, first.unit_price, first.net) == (D(3000), D("0.03333"), D("99.99"))
    assert rounding.net == D("0.01")
    assert len(goods(sold(document, terms(tolerance=D(0))))) == 2


def test_several_rates_and_the_names_of_rates() -> None:
    document = order(
        line(1, "A", "1", "10", "2", **VAT),
        line(2, "B", "1", "10", "0.50", rate="5", names=("GB-REDUCED",)),
        line(3, "C", "1", "10"),
        freight="10",
        freight_tax="2",
        shipping_tax_rate=D(20),
    )
    assert [each.tax_code for each in sold(document).lines] == ["1", "5", "0", "1"]


def test_two_rates_on_one_line_are_one_code() -> None:
    sale = line(1, "A", "1", "100", "8", rate="8", names=("CA-STATE", "CA-LA"))
    both = terms(tax_codes={"CA-STATE+CA-LA": "7"}, tax_rates={"7": D(8)})
    assert sold(order(sale), both).lines[0].tax_code == "7"
    alike = terms(tax_codes={"CA-STATE": "7", "ca-la": "7"}, tax_rates={"7": D(8)})
    assert sold(order(sale), alike).lines[0].tax_code == "7"
    half = terms(tax_codes={"CA-STATE": "6"}, tax_rates={"6": D(6)})
    assert failed(order(sale), half).missing == "tax:CA-STATE+CA-LA"
    unlike = terms(tax_codes={"CA-STATE": "6", "CA-LA": "2"}, tax_rates={"6": D(6), "2": D(2)})
    assert failed(order(sale), unlike).missing == "tax:CA-STATE+CA-LA"


@pytest.mark.parametrize(
    ("change", "code", "missing", "key"),
    [
        ({"payments": {}}, Code.UNMAPPED_PAYMENT, "payment:checkmo", "[connections.uk.payments.checkmo]"),
        (
            {"shipping": {}},
            Code.UNMAPPED_SHIPPING,
            "shipping:flatrate_flatrate",
            '[connections.uk.shipping."flatrate_flatrate"]',
        ),
        (
            {"tax_codes": {"0": "0"}},
            Code.UNMAPPED_TAX,
            "tax:US-MI-6",
            '"US-MI-6" in [connections.uk.tax.codes]',
        ),
    ],
)
def test_missing_mappings_hold_the_order(change: dict, code: Code, missing: str, key: str) -> None:
    failure = failed(RECORDED["guest-tax"], terms(currency="USD", **change))
    assert (failure.code, failure.missing, failure.group) == (code, missing, Group.HOLD_FOR_FIX)
    assert key in failure.text


def test_everything_that_is_missing_is_named_at_once() -> None:
    failure = failed(RECORDED["guest-tax"], terms(currency="USD", payments={}, shipping={}, tax_codes={}))
    assert failure.missing == "payment:checkmo"
    assert failure.details["missing"] == "payment:checkmo, shipping:flatrate_flatrate, tax:US-MI-6"


def test_only_the_percent_is_known() -> None:
    document = order(line(1, "A", "1", "100", "6", rate="6.0000"))
    assert failed(document, terms(tax_codes={})).missing == "tax:6"
    assert sold(document, terms(tax_codes={"6.00 %": "6"})).lines[0].tax_code == "6"


def test_no_tax_is_the_mapping_of_zero() -> None:
    assert failed(RECORDED["notax"], terms(currency="USD", tax_codes={})).missing == "tax:0"


def test_tax_without_rate_and_name_cannot_be_mapped() -> None:
    failure = failed(order(line(1, "A", "1", "100", "6")))
    assert failure.code is Code.MALFORMED


def test_tax_known_by_name_only() -> None:
    document = order(line(1, "A", "1", "100", "20", names=("GB-VAT-20",)))
    assert sold(document).tax == D(20)
    unknown_rate = translate(document, terms(tax_rates={}), PER_LINE, account="WEB")
    assert isinstance(unknown_rate, SalesOrder)
    assert unknown_rate.gross == D(120)


def test_star_serves_every_method() -> None:
    agreed = terms(payments={"*": PaymentTerms("1299")}, shipping={"*": ShippingTerms("POST")})
    result = sold(order(line(1, "A", "1", "10"), freight="5"), agreed)
    assert result.payment_account == "1299"
    assert result.lines[1].code == "POST"


def test_a_virtual_order_needs_no_shipping_method() -> None:
    document = order(line(1, "LICENCE", "1", "10"), shipping_method="", shipping_description="")
    result = sold(msgspec.structs.replace(document, shipping=None), terms(shipping={}))
    assert (result.delivery, result.carrier) == (None, "")


def test_the_document_s_own_sum_is_checked_first() -> None:
    document = order(line(1, "A", "1", "10", "2", **VAT), grand_total="9.50")
    failure = failed(document)
    assert (failure.code, failure.group) == (Code.TOTALS_DIFFER, Group.REVIEW)
    assert "grand_total holds -2.50 of something else" in failure.text
    assert failure.details["sum"] == "12.00"
    assert failure.details["grand total"] == "9.50"


def test_the_sum_check_names_the_figure_that_is_off() -> None:
    sale = line(1, "A", "1", "10", "2", **VAT)
    goods_off = msgspec.structs.replace(
        order(sale), totals=totals([amounts("20", "2")], grand_total="22"), base_totals=totals([])
    )
    assert "the lines add up to 10.00, but the order's goods total is 20.00" in failed(goods_off).text
    tax_off = msgspec.structs.replace(order(sale), totals=totals([amounts("10")], tax="3", grand_total="12"))
    assert "the taxes of lines and shipping add up to 2.00, tax_amount is 3.00" in failed(tax_off).text


def test_the_sum_check_counts_the_tax_on_shipping() -> None:
    document = order(line(1, "A", "1", "10", "2", **VAT), freight="5", freight_tax="1", grand_total="20")
    failure = failed(document)
    assert "holds 2.00 of something else" in failure.text
    assert failure.details["tax of lines and shipping"] == "3.00"


def test_two_cents_within_the_document_are_magento_s_own_rounding() -> None:
    sale = line(1, "A", "1", "10", "2", **VAT)
    for total, off in (("12.02", "0.02"), ("11.98", "-0.02")):
        result = sold(order(sale, grand_total=total))
        assert (result.gross, result.rounding) == (D(total), D(off))
    assert failed(order(sale, grand_total="12.03")).details["sum"] == "12.00"
    assert failed(order(sale, grand_total="11.97")).details["sum"] == "12.00"


def test_beyond_tolerance_a_person_sees_both_calculations() -> None:
    document = order(
        line(1, "A", "2", "100", "17.50", rate="17.5", names=("GB-VAT-20",)), grand_total="117.50"
    )
    failure = failed(document)
    assert failure.code is Code.TOTALS_DIFFER
    assert failure.details["magento"] == "117.50"
    assert failure.details["sage"] == "120.00"
    assert failure.details["difference"] == "-2.50"
    assert "tax code 1 is 20 % in Sage, Magento charged 17.5 %" in failure.text
    assert failure.details["table"] == (
        "line             quantity  Magento net  Magento tax  Sage net  Sage tax  tax code\n"
        "A                       2       100.00        17.50    100.00     20.00  1 (20 %)\n"
        "sum                             100.00        17.50    100.00     20.00\n"
        "total after tax                 117.50                 120.00"
    )
    assert failure.details["table"] in failure.text


def test_the_rounding_line_needs_a_code_without_tax() -> None:
    agreed = terms(tax_codes={"20": "1"}, tax_rates={"1": D(20)})
    failure = failed(EUR_TAX_INCLUSIVE, agreed)
    assert (failure.code, failure.missing) == (Code.UNMAPPED_TAX, "rounding:tax_code")
    taxed = terms(tax_codes={"20": "1"}, tax_rates={"1": D(20)}, rounding_tax_code="1")
    assert failed(EUR_TAX_INCLUSIVE, taxed).missing == "rounding:tax_code"
    named = terms(tax_codes={"20": "1"}, tax_rates={"1": D(20), "9": D(0)}, rounding_tax_code="9")
    assert sold(EUR_TAX_INCLUSIVE, named).lines[-1].tax_code == "9"


@pytest.mark.parametrize("quantity", ["0", "-1", "0.000001"])
def test_a_quantity_that_the_company_cannot_keep(quantity: str) -> None:
    assert failed(order(line(1, "A", quantity, "10"))).code is Code.MALFORMED


def test_tax_per_rate_is_shown_on_lines_that_add_up() -> None:
    lines = [line(each, f"S{each}", "1", "0.13", "0.03", **VAT) for each in range(1, 11)]
    result = sold(order(*lines, grand_total="1.60"), UK, PER_RATE)
    # ten times 0.026 is 0.26 for the rate and 0.30 for the lines: Magento charged the latter
    assert (result.tax, result.rounding) == (D("0.26"), D("0.04"))
