"""`translate`: mappings found and missing, sums that do not agree, and what is said about it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from tidegate.domain.errors import Code, Group
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import PaymentTerms, ShippingTerms
from tidegate.domain.orders.totals import translate
from unit.domain.agreements import PER_LINE, US, terms
from unit.domain.orders import (
    BUNDLE,
    EUR_TAX_INCLUSIVE,
    RECORDED,
    TAX_ON_THE_TOTAL,
    amounts,
    line,
    order,
    totals,
)
from unit.domain.translations import failed, sold

D = Decimal
VAT = {"rate": "20", "names": ("GB-VAT-20",)}


def test_neither_currency_is_the_company_s() -> None:
    failure = failed(EUR_TAX_INCLUSIVE, US)
    assert (failure.code, failure.missing, failure.group) == (
        Code.UNMAPPED_CURRENCY,
        "currency:EUR",
        Group.HOLD_FOR_FIX,
    )
    assert "[connections.us]" in failure.text


def test_reference_that_the_company_cannot_keep() -> None:
    failure = failed(BUNDLE, terms(currency="USD", reference_prefix="WEBSHOP-", reference_length=12))
    assert failure.code is Code.TOO_LONG
    assert "reference_prefix" in failure.text


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
    # The rounding line that the order needs has no tax code either: that is said with the rest.
    assert failure.details["missing"] == (
        "payment:checkmo, shipping:flatrate_flatrate, tax:US-MI-6, rounding:tax_code"
    )
    mapped = sold(RECORDED["guest-tax"], terms(currency="USD"))
    assert mapped.rounding, "else there would be nothing to round"


def test_a_currency_that_nobody_keeps_does_not_hide_the_mappings() -> None:
    failure = failed(RECORDED["guest-tax"], terms(currency="CHF", payments={}))
    assert failure.missing == "currency:USD"
    assert failure.details["missing"] == "currency:USD, payment:checkmo"


def test_the_rounding_line_s_tax_code_is_said_with_what_else_is_missing() -> None:
    agreed = terms(tax_codes={"20": "1"}, tax_rates={"1": D(20)}, payments={})
    failure = failed(TAX_ON_THE_TOTAL, agreed)
    assert failure.missing == "payment:checkmo"
    assert failure.details["missing"] == "payment:checkmo, rounding:tax_code"
    assert "[connections.uk.payments.checkmo]" in failure.text
    assert "[connections.uk.rounding]" in failure.text


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
    assert result.payment_method
    assert result.lines[1].code == "POST"


def test_a_virtual_order_needs_no_shipping_method() -> None:
    document = order(line(1, "LICENCE", "1", "10"), shipping_method="", shipping_description="")
    result = sold(msgspec.structs.replace(document, shipping=None), terms(shipping={}))
    assert (result.delivery, result.carrier) == (None, "")


def test_the_document_s_own_sum_is_checked_first() -> None:
    document = order(line(1, "A", "1", "10", "2", **VAT), grand_total="9.50")
    failure = failed(document)
    assert (failure.code, failure.group) == (Code.TOTALS_DIFFER, Group.REVIEW)
    assert "grand_total contains -2.50 that no field of the configuration explains" in failure.text
    assert "[connections.uk.amounts.remainder]" in failure.text
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
    assert "contains 2.00 that no field" in failure.text
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
    assert "tax code 1 is 20 % in Sage, but Magento charged 17.5 %" in failure.text
    assert failure.details["table"] == (
        "line             quantity  Magento net  Magento tax  Sage net  Sage tax  tax code\n"
        "A                       2       100.00        17.50    100.00     20.00  1 (20 %)\n"
        "sum                             100.00        17.50    100.00     20.00\n"
        "total after tax                 117.50                 120.00"
    )
    assert failure.details["table"] in failure.text


def test_the_rounding_line_needs_a_code_without_tax() -> None:
    agreed = terms(tax_codes={"20": "1"}, tax_rates={"1": D(20)})
    failure = failed(TAX_ON_THE_TOTAL, agreed)
    assert (failure.code, failure.missing) == (Code.UNMAPPED_TAX, "rounding:tax_code")
    taxed = terms(tax_codes={"20": "1"}, tax_rates={"1": D(20)}, rounding_tax_code="1")
    assert failed(TAX_ON_THE_TOTAL, taxed).missing == "rounding:tax_code"
    named = terms(tax_codes={"20": "1"}, tax_rates={"1": D(20), "9": D(0)}, rounding_tax_code="9")
    assert sold(TAX_ON_THE_TOTAL, named).lines[-1].tax_code == "9"


@pytest.mark.parametrize("quantity", ["0", "-1", "0.000001"])
def test_a_quantity_that_the_company_cannot_keep(quantity: str) -> None:
    assert failed(order(line(1, "A", quantity, "10"))).code is Code.MALFORMED
