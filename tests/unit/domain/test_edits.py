"""What a person may change of one order: values beside it, bounded, and never its amounts."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tidegate.domain.errors import Failure
from tidegate.domain.orders.edits import FIELDS, MOST_DIFFERENCE, UNEDITED, Edits, clean, edits_of, own_value
from tidegate.domain.orders.masking import MASKED, Mask
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.totals import translate
from unit.domain.agreements import PER_LINE, terms
from unit.domain.orders import line, order

D = Decimal
TODAY = date(2026, 3, 2)
PLACE = Address(
    name="Ann Lee", street=("1 Long Road", "Attic"), city="Bath", postcode="BA1 1AA", country="GB"
)
SALE = line(1, "A", "1", "10", "2", rate="20", names=("GB-VAT-20",))
PLACED = order(SALE, billing=PLACE, shipping=PLACE, note="ring", po_number="7")


def test_every_field_is_read_and_written_back() -> None:
    for name in FIELDS:
        own = own_value(PLACED, name)
        assert own is not None
        assert edits_of({name: (own, own)}).order(PLACED) == PLACED


def test_an_edit_touches_its_field_alone() -> None:
    edited = edits_of({"shipping.street": ("1 Long Road\nAttic", "2 Short Road")}).order(PLACED)
    assert edited.shipping == msgspec.structs.replace(PLACE, street=("2 Short Road",))
    assert msgspec.structs.replace(edited, shipping=PLACE) == PLACED


def test_an_edit_of_what_the_store_has_changed_since_counts_no_more() -> None:
    assert edits_of({"note": ("knock", "sing")}).order(PLACED) == PLACED


def test_an_order_without_delivery_has_no_field_of_it() -> None:
    virtual = msgspec.structs.replace(PLACED, shipping=None)
    assert own_value(virtual, "shipping.city") is None
    assert edits_of({"shipping.city": ("Bath", "York")}).order(virtual) == virtual


def test_an_accepted_difference_is_a_wider_tolerance_for_this_order() -> None:
    sale = line(1, "A", "2", "100", "17.50", rate="17.5", names=("GB-VAT-20",))
    apart, strict = order(sale, grand_total="117.50"), terms(tolerance=D("0.02"))
    assert isinstance(translate(apart, strict, PER_LINE, account="X"), Failure)
    wider = Edits(difference=D("2.50")).terms(strict)
    sold = translate(apart, wider, PER_LINE, account="X")
    assert not isinstance(sold, Failure)
    assert (sold.gross, sold.rounding) == (D("117.50"), D("-2.50"))
    assert Edits(difference=D("0.01")).terms(strict) is strict
    assert UNEDITED.terms(strict) is strict


def test_amounts_products_tax_and_country_are_no_fields() -> None:
    words = " ".join(FIELDS)
    assert not any(word in words for word in ("total", "net", "sku", "tax", "country", "currency", "email"))
    assert {each.name for each in fields(Edits)} == {"texts", "account", "day", "difference"}


@pytest.mark.parametrize("text", ["2.01", "0", "-1", "nothing", "NaN"])
def test_only_a_small_difference_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match="difference"):
        clean("difference", text, TODAY)
    assert clean("difference", str(MOST_DIFFERENCE), TODAY) == "2"


def test_values_are_tidied() -> None:
    assert clean("billing.street", "  1  Long   Road \n\n Attic ", TODAY) == "1 Long Road\nAttic"
    assert clean("date", "2026-03-05", TODAY) == "2026-03-05"
    assert clean("account", " ACME ", TODAY) == "ACME"


def test_a_mask_hides_the_person_whole_cut_or_joined() -> None:
    payload = {
        "account": "ACME01",
        "name": "Ann Lee",
        "first": "Ann",
        "address": ["1 Long Ro", "BATH", "BA1 1AA", "GB"],
        "text": "for Ann Lee, Bath",
        "lines": [{"code": "A", "net": "10.00", "quantity": 1}],
    }
    assert Mask(PLACED).of(payload) == {
        "account": "ACME01",
        "name": MASKED,
        "first": MASKED,
        "address": [MASKED, MASKED, MASKED, "GB"],
        "text": MASKED,
        "lines": [{"code": "A", "net": "10.00", "quantity": 1}],
    }
