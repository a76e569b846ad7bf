"""`translate`: the ERP arrives at Magento's grand total after tax."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from unit.domain.agreements import COARSE, PER_LINE, PER_RATE, UK, US, terms
from unit.domain.orders import (
    BUNDLE,
    CUST_PO_COUPON,
    EUR_TAX_INCLUSIVE,
    RECORDED,
    TAX_ON_THE_TOTAL,
    line,
    order,
)
from unit.domain.translations import failed, sold

D = Decimal
VAT = {"rate": "20", "names": ("GB-VAT-20",)}


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
    assert (result.currency, result.gross, result.rounding) == ("GBP", D("71.28"), D(0))
    assert [each.net for each in goods(result)] == [D("18.77"), D("19.80")]


def test_negative_rounding_is_a_free_text_line_without_tax() -> None:
    rounding = sold(TAX_ON_THE_TOTAL).lines[-1]
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
    assert result.payment_method == "purchaseorder"
    assert result.delivery == document.shipping
    assert result.invoice == document.billing
    assert result.lines[-1] == SalesLine(kind=LineKind.COMMENT, description="Leave with neighbour")


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
    assert result.gross == D(0)
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


def test_tax_per_rate_is_shown_on_lines_that_add_up() -> None:
    lines = [line(each, f"S{each}", "1", "0.13", "0.03", **VAT) for each in range(1, 11)]
    result = sold(order(*lines, grand_total="1.60"), UK, PER_RATE)
    # ten times 0.026 is 0.26 for the rate and 0.30 for the lines: Magento charged the latter
    assert (result.tax, result.rounding) == (D("0.26"), D("0.04"))
