"""Every cause for which a delivery stands still has its way out beside it, on the page of reviews."""

from __future__ import annotations

import re

import pytest
from django.utils.html import escape

from integration.console.pages.browsing import Browsing
from integration.console.pages.test_acting import only, with_failure
from tidegate.console.models import Change
from tidegate.console.pages import ways_out
from tidegate.console.roles import Role
from tidegate.domain.errors import GROUP_OF, Code, Failure, Group
from tidegate.domain.states import State
from tidegate.ledger import models

#: What records of a code wait for, where the page offers a mapping for it.
WAITS = {
    Code.UNMAPPED_PAYMENT: "payment:banktransfer",
    Code.UNMAPPED_SHIPPING: "shipping:drone",
    Code.UNMAPPED_TAX: "tax:19",
    Code.UNMAPPED_AMOUNT: "amount:gift_card",
    Code.UNKNOWN_SKU: "sku:NEW-1",
    Code.UNKNOWN_CUSTOMER: "customer:base:jo@example.com",
    Code.UNPROVEN_CUSTOMER: "customer:base:7",
    Code.UNKNOWN_REFERENCE: "warehouse:LEEDS",
}


@pytest.fixture
def needing_a_person(browsing: Browsing) -> Browsing:
    """One order for each code, each of which stands still for it."""
    codes = ways_out.needing_a_person()
    stage = browsing.stage
    stage.shopper.place_orders(len(codes), "guest", method="banktransfer")
    stage.reopen(payments={"checkmo": stage.connection.settings.payments["*"]})
    browsing.__post_init__()
    stage.cycle()
    rows = models.Delivery.objects.filter(flow="orders", step="order").order_by("pk")
    for code, row in zip(codes, rows, strict=True):
        row.state = (State.HELD if GROUP_OF[code] is Group.HOLD_FOR_FIX else State.REVIEW).value
        row.reason_code, row.reason = code.value, f"because of {code.value}"
        row.waits_for = WAITS.get(code, "")
        row.save()
    return browsing


def sections(text: str) -> dict[str, str]:
    """The causes of the page by the code that their queue is filtered by."""
    found = re.findall(r'(?s)<section class="card"><header>(.*?)</section>', text)
    return {str(re.search(r"code=([a-z-]+)", each)[1]): each for each in found}  # type: ignore[index]


def test_every_code_that_needs_a_person_has_its_way_out() -> None:
    assert set(ways_out.SAID) == set(ways_out.needing_a_person())
    assert {*ways_out.EDITS, *ways_out.LINKED, *ways_out.ASKING} <= set(ways_out.SAID)


def test_every_cause_has_its_way_out_beside_it(needing_a_person: Browsing) -> None:
    needing_a_person.sign_in()
    shown = sections(needing_a_person.page("/reviews"))
    assert set(shown) == {code.value for code in ways_out.needing_a_person()}
    for code in ways_out.needing_a_person():
        section = shown[code.value]
        assert str(escape(ways_out.SAID[code])) in section, code
        assert 'value="skip"' in section, code
        assert ('value="retry"' in section) is (code not in ways_out.ASKING), code
        assert ("/mappings/change" in section) is (code in WAITS), code
        assert ('name="set-' in section) is (code in ways_out.EDITS), code
        assert ("Link…" in section) is (code in ways_out.LINKED), code
        assert ("Edit…" in section) is ways_out.edit_helps(code), code  # nothing of these orders has gone out


def test_a_viewer_reads_how_and_is_offered_nothing(needing_a_person: Browsing) -> None:
    needing_a_person.sign_in("vera", Role.VIEWER)
    text = needing_a_person.page("/reviews")
    for code, section in sections(text).items():
        assert str(escape(ways_out.SAID[Code(code)])) in section
    assert "/act/preview" not in text
    assert "/edit" not in text
    assert "/link" not in text


def test_a_refused_order_is_edited_from_the_reviews(browsing: Browsing) -> None:
    refused = with_failure(browsing, Failure(Code.REFUSED, "the postcode is not one"))
    item = only(refused)
    refused.sign_in()
    assert f'href="/delivery/{item.id}/edit?back=/reviews"' in refused.page("/reviews")
    assert 'name="back" value="/reviews"' in refused.page(f"/delivery/{item.id}/edit?back=/reviews")
    assert "evil" not in refused.page(f"/delivery/{item.id}/edit?back=//evil.example")


def test_an_order_typed_in_by_hand_is_linked_and_never_sent(browsing: Browsing) -> None:
    found = with_failure(browsing, Failure(Code.DUPLICATE_FOUND, "order 4711 has the same customer number"))
    item = only(found)
    found.sign_in()
    assert f'href="/delivery/{item.id}/link?back=/reviews"' in found.page("/reviews")
    address = f"/delivery/{item.id}/link"
    assert "and Tidegate never sends" in found.page(address)
    assert "Enter the number" in found.post(address, 200, document=" ")
    text = found.post(address, 200, document="4711", reason="the same order", back="/reviews")
    assert "1 done" in text
    assert only(found).state is State.CONFIRMED
    assert only(found).target_number == "4711"
    (change,) = Change.objects.filter(act="link")
    assert (change.before, change.after, change.reason) == ("review", "confirmed: 4711", "the same order")
    assert "Only a delivery in review or held" in found.page(address)
    assert "1 nothing to do" in found.post(address, 200, document="4711")
    assert "1 refused" in found.post(address, 200, document="4712")


def test_what_is_not_theirs_is_linked_by_nobody(browsing: Browsing) -> None:
    found = with_failure(browsing, Failure(Code.DUPLICATE_FOUND, "order 4711 has the same customer number"))
    for name, role, *where in (("vera", Role.VIEWER), ("otto", Role.OPERATOR, "elsewhere")):
        found.sign_in(name, role, *where)
        found.post(f"/delivery/{only(found).id}/link", 404, document="4711")
    assert only(found).state is State.REVIEW
