"""Bodies of orders in the contract's fields, lengths and digits: §7, §9.6, §10."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine
from tidegate.sage.sage200 import payloads
from tidegate.sage.sage200.client import encode
from tidegate.sage.sage200.payloads import order_body
from unit.sage.bodies import JANE, body, refused, resolved
from unit.sage.scripted_api import carriage, goods, order


def test_the_whole_body_of_an_order() -> None:
    """The note is a comment line of the translation; the room adds no second copy of it."""
    made = body(order(delivery=JANE, note="Leave with neighbour", po_number="PO-7"))

    assert json.loads(encode(made)) == {
        "customer_id": 27825,
        "customer_document_no": "000000213",
        "document_date": "2026-03-02T00:00:00Z",
        "document_created_by": "MAGENTO",
        "document_discount_percent": 0,
        "is_to_sequence_lines": True,
        "spare_text_1": "magento:main:213",
        "delivery_address": {
            "postal_name": "Jane Buyer",
            "address_1": "1 High Street",
            "city": "Leeds",
            "country": "Great Britain",
            "postcode": "LS1 1AA",
            "contact": "Jane Buyer",
            "telephone_number": "0113 496 0000",
            "email_address": "jane@example.com",
            "country_code_id": 13,
        },
        "lines": [
            {
                "line_type": "EnumLineTypeStandard",
                "code": "HUB-0001",
                "product_id": 3001,
                "warehouse_id": 1,
                "line_quantity": 4.0,
                "selling_unit_price": 10.0,
                "selling_unit_price_overridden": True,
                "unit_discount_value": 0.0,
                "unit_discount_overridden": True,
                "tax_code_id": 1729,
                "spare_text_1": "item:551",
            },
            {
                "line_type": "EnumLineTypeCharge",
                "code": "CARRIAGE",
                "description": "Delivery",
                "selling_unit_price": 5.0,
                "tax_code_id": 1729,
            },
            {
                "line_type": "EnumLineTypeComment",
                "description": "Your order number: PO-7",
                "show_on_customer_docs": True,
            },
        ],
    }


def test_amounts_leave_exactly_as_they_are() -> None:
    line = goods(
        quantity=Decimal("3"),
        unit_price=Decimal("3.33333"),
        unit_discount=Decimal("0.00001"),
        warehouse="shop",
        account="4000/ABC",
    )
    text = encode(
        body(order(lines=(line,), net=Decimal("10.00"), tax=Decimal("2.00"), gross=Decimal("12.00")))
    )

    assert b'"selling_unit_price":3.33333' in text
    assert b'"unit_discount_value":0.00001' in text
    assert b'"warehouse_id":2' in text
    assert b'"nominal_reference":"4000","nominal_cost_centre":"ABC"' in text


def test_free_text_carries_its_price_account_and_item() -> None:
    line = SalesLine(
        kind=LineKind.FREE_TEXT,
        description="Rounding",
        unit_price=Decimal("-0.01"),
        tax_code="0",
        account="4000/ABC",
        item_id=9,
    )
    made = body(order(lines=(goods(), carriage(), line), gross=Decimal("53.99")))

    assert made["lines"][2] == {
        "line_type": "EnumLineTypeFreeText",
        "description": "Rounding",
        "use_description": True,
        "line_quantity": Decimal("1.00"),
        "selling_unit_price": Decimal("-0.01"),
        "unit_discount_value": Decimal("0.00"),
        "tax_code_id": 1728,
        "nominal_reference": "4000",
        "nominal_cost_centre": "ABC",
        "spare_text_1": "item:9",
    }


def test_without_spare_fields_the_analysis_code_holds_the_keys() -> None:
    made = order_body(order(), resolved(), key_field="analysis_code_3", created_by="MAGENTO")

    assert not isinstance(made, Failure)
    assert made["analysis_code_3"] == "magento:main:213"
    assert made["lines"][0]["analysis_code_3"] == "item:551"
    assert "spare_text_1" not in made
    long_key = refused(order(key="magento:" + "x" * 60), "analysis_code_3")
    assert long_key.code is Code.TOO_LONG


def test_where_sage_does_not_number_orders_ours_is_sent() -> None:
    assert body(order(), generates_numbers=False)["document_no"] == "000000213"
    assert "document_no" not in body(order())


def test_a_cash_order_names_its_buyer_as_invoiced() -> None:
    made = body(order(invoice=JANE), allows_cash_orders=True, cash_account_id=27825)

    assert made["customer_type"] == "EnumCustomerTypeCash"
    assert made["cash_account_invoice_address"]["postal_name"] == "Jane Buyer"
    assert "memos" not in made


@pytest.mark.parametrize(
    "settings", [{}, {"allows_cash_orders": True, "cash_account_id": 1}], ids=["not allowed", "other account"]
)
def test_where_cash_is_not_possible_the_invoiced_buyer_stands_on_a_memo(settings: dict[str, Any]) -> None:
    made = body(order(invoice=JANE), **settings)

    assert "customer_type" not in made
    assert made["memos"] == [
        {"note": "Invoice to: Jane Buyer, 1 High Street, Leeds, LS1 1AA, GB", "is_active": True}
    ]


def test_free_text_goes_on_in_a_memo_and_codes_are_never_cut() -> None:
    wordy = Address(
        name="N" * 300, company="C" * 80, street=("S" * 70, "second", "third", "fourth"), city="X" * 99
    )
    invoiced = Address(name="N" * 1500)
    made = body(order(delivery=wordy, invoice=invoiced))
    address = made["delivery_address"]

    assert address["postal_name"] == "C" * 60
    assert address["contact"] == "N" * 235
    assert address["address_1"] == "S" * 60
    assert address["address_2"] == "S" * 10 + ", second, third, fourth"
    assert len(address["city"]) == 60
    notes = [each["note"] for each in made["memos"]]
    assert all(len(note) <= 1000 for note in notes)
    assert "".join(notes).count("N") == 1500 + 300
    assert f"Too long for its field. Delivery name: {'C' * 80}" in notes
    assert f"Too long for its field. Delivery city: {'X' * 99}" in notes
    assert not any("street" in note for note in notes)

    failure = refused(order(reference="R" * 31, delivery=Address(name="A", postcode="P" * 11)))
    assert failure.code is Code.TOO_LONG
    assert "the customer's order number" in failure.text
    assert "postcode" in failure.text


@pytest.mark.parametrize(
    "line",
    [
        goods(unit_price=Decimal("1.000001")),
        goods(quantity=Decimal("0.123456")),
        goods(unit_discount=Decimal("NaN")),
        SalesLine(kind=LineKind.CHARGE, code="CARRIAGE", quantity=Decimal(2), unit_price=Decimal(5)),
    ],
)
def test_what_sage_cannot_hold_exactly_is_malformed(line: SalesLine) -> None:
    assert refused(order(lines=(line,))).code is Code.MALFORMED


def test_a_wrong_tax_code_is_seen_before_anything_is_sent() -> None:
    failure = refused(order(lines=(goods(tax_code="0"), carriage())))

    assert failure.code is Code.TOTALS_DIFFER
    assert failure.details == {"sage": "46.00", "order": "54.00"}
    assert "0 = 0 %" in failure.text


def test_without_a_tax_code_sage_decides_and_nothing_is_claimed() -> None:
    assert body(order(lines=(goods(tax_code=""),), gross=Decimal("1.00")))


def test_what_does_not_fit_the_address_stands_in_full_on_a_memo() -> None:
    street = tuple(f"{'A very long line of an address ' * 3}{number}" for number in range(4))
    made = body(order(delivery=Address(name="A", street=street)))
    written = made["delivery_address"]
    assert all(len(written[f"address_{number}"]) <= 60 for number in (1, 2, 3, 4))
    (memo,) = made["memos"]
    assert memo["note"].startswith("Too long for its field. Delivery street: A very long line")
    assert memo["note"].endswith("address 3")


def test_bug_an_address_cut_in_silence_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads.Fitted, "notes", lambda _: [])
    with pytest.raises(KeyError, match="memos"):
        test_what_does_not_fit_the_address_stands_in_full_on_a_memo()


def test_a_comment_of_any_length_is_comment_lines_and_nothing_is_cut() -> None:
    said = " ".join(f"word{number}" for number in range(1500))
    made = body(order(lines=(*order().lines, SalesLine(kind=LineKind.COMMENT, description=said))))
    comments = [line["description"] for line in made["lines"] if line["line_type"] == "EnumLineTypeComment"]
    assert len(comments) > 1
    assert " ".join(comments) == said
    assert all(len(each) <= 6000 for each in comments)


def test_options_as_the_line_s_own_text_and_memos_for_the_company() -> None:
    first, *others = order().lines
    line = msgspec.structs.replace(first, description="Mug; Engraving: For Ben", own_text=True)
    made = body(msgspec.structs.replace(order(lines=(line, *others)), memos=("Company: Acme (7)",)))
    assert made["lines"][0]["description"] == "Mug; Engraving: For Ben"
    assert made["lines"][0]["use_description"] is True
    assert made["memos"] == [{"note": "Company: Acme (7)", "is_active": True}]


DATA = Path(__file__).parents[2] / "data" / "sage200"
RULES = json.loads((DATA / "line-type-rules.json").read_bytes())["fields"]["sop_order_line"]


def test_fields_stand_only_on_the_line_types_that_the_vendor_allows() -> None:
    """Charges were sent with `selling_unit_price_overridden`: allowed for products alone."""
    free = SalesLine(
        kind=LineKind.FREE_TEXT,
        description="rounding",
        quantity=Decimal(1),
        unit_price=Decimal(2),
        unit_discount=Decimal(1),
        tax_code="1",
        account="4000/ABC",
    )
    note = SalesLine(kind=LineKind.COMMENT, description="leave at the door")
    totals = {"net": Decimal("46.00"), "tax": Decimal("9.20"), "gross": Decimal("55.20")}
    lines = body(order(lines=(goods(account="4000/ABC"), carriage(), free, note), po_number="P1", **totals))[
        "lines"
    ]
    assert len({line["line_type"] for line in lines}) == 4
    for line in lines:
        for field in line:
            assert line["line_type"] in RULES.get(field, [line["line_type"]]), (line["line_type"], field)
