"""How mappings are found."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.domain.orders.terms import PaymentTerms, Terms, tax_key
from unit.domain.agreements import terms


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("20", "20"),
        (" 20.00 % ", "20"),
        ("17.50", "17.5"),
        ("0", "0"),
        ("gb-vat-20", "GB-VAT-20"),
        ("100", "100"),
        ("%", "%"),
    ],
)
def test_one_spelling_for_tax_keys(text: str, key: str) -> None:
    assert tax_key(text) == key


def test_tax_code_by_name_or_percent_in_any_spelling() -> None:
    agreed = terms(tax_codes={"GB-VAT-20": "1", "5.0 %": "5"})
    assert [agreed.tax_code(name) for name in ("gb-vat-20", "5", "5.00", "20")] == ["1", "5", "5", None]


def test_the_first_revenue_pattern_counts() -> None:
    agreed = terms(revenue=(("HUB-00*", "4000"), ("HUB-*", "4001")))
    assert [agreed.revenue_account(sku) for sku in ("HUB-0001", "HUB-1000", "hub-1", "KIT")] == [
        "4000",
        "4001",
        "",
        "",
    ]


def test_a_listed_method_comes_before_the_star() -> None:
    agreed = terms(payments={"*": PaymentTerms("9"), "checkmo": PaymentTerms("1")})
    assert agreed.payment("checkmo") == PaymentTerms("1")
    assert agreed.payment("paypal") == PaymentTerms("9")
    assert terms(payments={}).payment("checkmo") is None


def test_the_rounding_line_s_tax_code() -> None:
    assert Terms(currency="GBP").zero_rate_code() is None
    assert terms(tax_codes={"0": "2"}, tax_rates={}).zero_rate_code() == "2"
    assert terms(rounding_tax_code="9").zero_rate_code() == "9"
    assert terms(rounding_tax_code="1", tax_rates={"1": Decimal(20)}).zero_rate_code() is None


def test_revenue_by_sku_then_by_product_group() -> None:
    mine = Terms(
        currency="GBP",
        revenue=(("HUB-1", "4000"),),
        revenue_groups=(("HUBS", "4100"), ("SERVICE*", "4200")),
        groups={"HUB-1": "HUBS", "0002": "HUBS", "FIT": "SERVICES"},
        skus={"HUB-2": "0002"},
    )
    found = [mine.revenue_account(sku) for sku in ("HUB-1", "HUB-2", "FIT", "OTHER")]
    assert found == ["4000", "4100", "4200", ""]
