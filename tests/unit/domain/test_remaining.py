"""What remains of an order after a part of it was cancelled or refunded (contract, point 36)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders import remaining as taken_away
from tidegate.domain.orders.capture import Action, CaptureRules, decide
from tidegate.domain.orders.extras import Extra
from tidegate.domain.orders.order import LineAmounts, Order, Reductions
from tidegate.domain.orders.remaining import nothing_remains, remaining, whole
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.taken_back import SentWith, as_sent, sent_with
from tidegate.domain.orders.totals import translate
from tidegate.magento.reading import read_order
from unit.domain.agreements import PER_LINE, terms
from unit.domain.orders import line, order
from unit.domain.test_recorded_orders import recorded

D = Decimal
CASES = Path(__file__).parents[2] / "data" / "magento" / "taken-back"
GONE = Reductions(cancelled=D(30))


def case(name: str) -> Order:
    read = read_order((CASES / f"{name}.json").read_bytes(), "main", {1: "base"})
    assert isinstance(read, Order), read
    return read


def sent(read: Order, **agreed: object) -> SalesOrder:
    made = translate(read, terms(amounts="order", **agreed), PER_LINE, account="WEB")
    assert isinstance(made, SalesOrder), made
    return made


def replaced(each: Order, **changes: object) -> Order:
    return msgspec.structs.replace(each, **changes)


def test_point_36_pieces_cancelled_before_the_order_is_read_are_not_sent() -> None:
    made = sent(case("part-cancelled"))
    assert [(each.quantity, each.net) for each in made.lines] == [(D(2), D(20))]
    assert made.gross == D(20)


def test_the_order_as_it_was_placed() -> None:
    assert sent(whole(case("part-cancelled"))).gross == case("part-cancelled").totals.grand_total


def test_a_part_of_a_line_with_tax_and_shipping() -> None:
    read = case("part-of-a-line-cancelled")
    left = remaining(read)
    assert isinstance(left, Order)
    assert [(each.sku, each.quantity, each.amounts.net, each.amounts.tax) for each in left.lines] == [
        ("HUB-0001", D(1), D(20), D("1.20")),
        ("HUB-0002", D(1), D(40), D("2.40")),
    ]
    assert left.totals.grand_total == left.base_totals.grand_total == D("73.60")
    assert sent(read).gross == D("73.60")


def test_a_recorded_partial_refund_leaves_magento_s_own_total_to_the_cent() -> None:
    """One of five pieces with 10 % discount and 6 % tax: the credit memo was 14.13."""
    read = recorded("after-creditmemo")
    assert read is not None
    left = remaining(read)
    assert isinstance(left, Order)
    assert left.totals.grand_total == D("176.27") - D("14.13")
    assert (left.lines[0].quantity, left.lines[0].amounts.net, left.lines[0].amounts.tax) == (
        D(4),
        D("53.31"),
        D("3.20"),
    )
    assert left.lines[1] == read.lines[1]


def test_an_order_of_which_nothing_was_taken_back_is_itself() -> None:
    whole = order(line(1, "A", "2", "10"))
    assert remaining(whole) is whole


def test_both_currencies_are_lowered_each_by_its_own_figures() -> None:
    one = msgspec.structs.replace(
        line(1, "A", "3", "10.00"),
        base=LineAmounts(D("8.55"), D(0), D("0.30")),
        cancelled=D(2),
    )
    whole = order(one)
    whole = replaced(
        whole,
        reductions=Reductions(cancelled=D("6.67")),
        base_reductions=Reductions(cancelled=D("5.70")),
        base_totals=msgspec.structs.replace(whole.base_totals, goods=D("8.55"), grand_total=D("8.55")),
    )
    left = remaining(whole)
    assert isinstance(left, Order), left
    assert (left.lines[0].amounts.net, left.totals.grand_total) == (D("3.33"), D("3.33"))
    assert left.lines[0].base == LineAmounts(D("2.85"), D(0), D("0.10"))
    assert left.base_totals.grand_total == D("2.85")


def test_thirds_of_a_cent_do_not_add_up() -> None:
    """Ten lines of 0.10, of each a third remains: 0.33 in all, not ten times 0.03."""
    lines = tuple(
        msgspec.structs.replace(line(number, f"A{number}", "3", "0.10"), cancelled=D(2))
        for number in range(1, 11)
    )
    left = remaining(order(*lines))
    assert isinstance(left, Order)
    assert sum(each.amounts.net for each in left.lines) == left.totals.grand_total == D("0.33")


def test_shipping_that_was_refunded_goes_with_its_tax_and_discount() -> None:
    whole = order(msgspec.structs.replace(line(1, "A", "2", "20"), refunded=D(1)))
    totals = msgspec.structs.replace(
        whole.totals,
        shipping=D("8.00"),
        shipping_discount=D("2.00"),
        shipping_tax=D("1.60"),
        tax=D("1.60"),
        grand_total=D("29.60"),
    )
    taken = Reductions(refunded=D("14.80"), shipping=D("5.00"))
    whole = replaced(whole, totals=totals, base_totals=totals, reductions=taken, base_reductions=taken)
    left = remaining(whole)
    assert isinstance(left, Order), left
    assert (left.totals.shipping, left.totals.shipping_tax, left.totals.shipping_discount) == (
        D("4.00"),
        D("0.80"),
        D("1.00"),
    )
    assert (left.totals.tax, left.totals.grand_total) == (D("0.80"), D("14.80"))


WRAPPING = Extra(
    source="gift_wrapping",
    field="gw_price",
    amount=D("2.50"),
    base=D("2.00"),
    tax=D("0.15"),
    base_tax=D("0.12"),
)


def wrapped(refunded: str, base: str) -> Order:
    """Two pieces at 10.00 and wrapping; one piece is refunded, and so much money."""
    placed = order(msgspec.structs.replace(line(1, "A", "2", "20"), refunded=D(1)))
    totals, base_totals = (
        msgspec.structs.replace(placed.totals, tax=tax, grand_total=total)
        for tax, total in ((D("0.15"), D("22.65")), (D("0.12"), D("22.12")))
    )
    return replaced(
        placed,
        extras=(WRAPPING,),
        totals=totals,
        base_totals=base_totals,
        reductions=Reductions(refunded=D(refunded)),
        base_reductions=Reductions(refunded=D(base)),
    )


def test_wrapping_goes_with_the_credit_memo_that_gave_it_back() -> None:
    left = remaining(wrapped("12.65", "12.12"))
    assert isinstance(left, Order), left
    assert (left.extras, left.totals.tax, left.totals.grand_total) == ((), D(0), D(10))
    kept = remaining(wrapped("10.00", "10.00"))
    assert isinstance(kept, Order), kept
    assert (kept.extras, kept.totals.grand_total) == ((WRAPPING,), D("12.65"))


def test_the_check_bites_where_wrapping_always_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taken_away, "WRAPPING", ())
    with pytest.raises(AssertionError):
        test_wrapping_goes_with_the_credit_memo_that_gave_it_back()


@pytest.mark.parametrize(("refunded", "base"), [("11.40", "11.06"), ("12.65", "10.00")])
def test_wrapping_that_explains_the_refund_in_part_is_a_review(refunded: str, base: str) -> None:
    refused = remaining(wrapped(refunded, base))
    assert isinstance(refused, Failure)
    assert "gift wrapping (gw_price)" in refused.text


def test_an_adjustment_refund_is_a_review_with_both_figures() -> None:
    whole = order(line(1, "A", "2", "20"))
    taken = Reductions(refunded=D(5), adjustment=D(5))
    refused = remaining(replaced(whole, reductions=taken, base_reductions=taken))
    assert isinstance(refused, Failure)
    assert refused.code is Code.TOTALS_DIFFER
    assert "with adjustments of 5.00" in refused.text
    assert (refused.details["remains by totals"], refused.details["remains by quantities"]) == (
        "15.00",
        "20.00",
    )


def test_an_amount_cancelled_without_pieces_is_never_ignored() -> None:
    """A bundle that ships together: Magento counts the amount as cancelled, and no piece of it."""
    whole = replaced(order(line(1, "A", "2", "20")), reductions=Reductions(cancelled=D(10)))
    refused = remaining(whole)
    assert isinstance(refused, Failure)
    assert "leaves 10.00" in refused.text


def test_a_third_of_the_shipping_is_refunded() -> None:
    whole = order(msgspec.structs.replace(line(1, "A", "2", "20"), refunded=D(1)))
    totals = msgspec.structs.replace(
        whole.totals, shipping=D("3.00"), shipping_tax=D("0.60"), tax=D("0.60"), grand_total=D("23.60")
    )
    taken = Reductions(refunded=D("11.20"), shipping=D("1.00"))
    left = remaining(
        replaced(whole, totals=totals, base_totals=totals, reductions=taken, base_reductions=taken)
    )
    assert isinstance(left, Order), left
    assert (left.totals.shipping, left.totals.shipping_tax) == (D("2.00"), D("0.40"))


def test_pieces_all_gone_and_shipping_still_charged_is_a_review() -> None:
    whole = order(msgspec.structs.replace(line(1, "A", "2", "20"), refunded=D(2)))
    totals = msgspec.structs.replace(whole.totals, shipping=D(5), grand_total=D(25))
    whole = replaced(whole, totals=totals, base_totals=totals, reductions=Reductions(refunded=D(20)))
    refused = remaining(whole)
    assert not nothing_remains(whole)
    assert isinstance(refused, Failure)
    assert "5.00 GBP are still charged" in refused.text


def test_an_order_of_which_nothing_remains_is_skipped_with_the_reason() -> None:
    whole = order(msgspec.structs.replace(line(1, "A", "3", "30"), cancelled=D(1), refunded=D(2)))
    whole = replaced(whole, reductions=Reductions(cancelled=D(10), refunded=D(20)))
    assert nothing_remains(whole)
    disposition = decide(whole, None, CaptureRules())
    assert (disposition.action, disposition.reason) == (
        Action.SKIP,
        "the order is cancelled or refunded in full in the store",
    )


@pytest.mark.parametrize(("second", "whole"), [("1", True), ("0", False)])
def test_a_bundle_as_one_line_is_lowered_as_a_whole_or_not_at_all(second: str, whole: bool) -> None:
    parts = [
        msgspec.structs.replace(
            line(number, f"PART-{number}", "2", "10"),
            bundle_item_id=9,
            bundle_sku="KIT",
            bundle_quantity=D(2),
            cancelled=D(cancelled),
        )
        for number, cancelled in ((1, "1"), (2, second))
    ]
    left = remaining(order(*parts), whole_bundles=True)
    if whole:
        assert isinstance(left, Order)
        assert {each.bundle_quantity for each in left.lines} == {D(1)}
    else:
        assert isinstance(left, Failure)
        assert "bundle KIT" in left.text


def test_a_status_cancelled_with_state_new_is_never_sent() -> None:
    read = case("state-new-status-canceled")
    disposition = decide(read, None, CaptureRules())
    assert (disposition.action, disposition.reason) == (Action.SKIP, "status canceled is never sent")


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.json")))
def test_the_order_as_it_was_sent_whatever_was_taken_back_since(name: str) -> None:
    then = case(name)
    left = remaining(then)
    if isinstance(left, Failure):
        return  # it was not sent
    kept = sent_with(then, left.totals.grand_total)
    lines = tuple(replaced(each, refunded=each.quantity - each.cancelled) for each in then.lines)
    now = replaced(then, lines=lines, reductions=GONE, base_reductions=GONE)
    again = as_sent(now, msgspec.json.decode(msgspec.json.encode(kept), type=SentWith, strict=False))
    assert isinstance(again, Order)
    assert [(each.item_id, each.quantity, each.amounts, each.base) for each in again.lines] == [
        (each.item_id, each.quantity, each.amounts, each.base) for each in left.lines
    ]
    assert (again.totals, again.base_totals) == (left.totals, left.base_totals)
    assert as_sent(now, SentWith()).totals == then.totals  # sent whole, before anything was taken back
