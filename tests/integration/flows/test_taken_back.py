"""Pieces that Magento cancels or refunds: before the order is sent, in doubt, and after it was sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.billing import shipped
from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.config import model
from tidegate.domain.books import reconciliation
from tidegate.domain.states import State
from tidegate.engine import nightly, reconcile
from tidegate.flows.orders import batch, intake, reductions
from tidegate.flows.orders.withheld import ON_HOLD
from tidegate_sandbox.magento import creditmemo, invoice, lifecycle, order_actions

D = Decimal
FIVE: dict[str, Any] = {"lines": (("HUB-0001", 5, D(10)),), "tax_percent": D(0), "shipping": D(0)}


def shop_order(stage: Stage, placed: int) -> Any:
    return stage.shop.orders.any(placed)


def refund(stage: Stage, placed: int, pieces: int | None = None) -> None:
    """Refund so many pieces of the first line in the shop, all without a number; invoiced first where it is not."""
    order = shop_order(stage, placed)
    if not order.items[0]["qty_invoiced"]:
        lifecycle.invoice(stage.shop, order)
    if pieces is None:
        lifecycle.refund(stage.shop, order)
        return
    nothing = creditmemo.Arguments(shipping=D(0))
    creditmemo.refund(stage.shop, order, {order.items[0]["item_id"]: D(pieces)}, nothing)


def cancel_all_but(stage: Stage, placed: int, pieces: int) -> None:
    """Invoice so many pieces of the first line and cancel the rest."""
    order = shop_order(stage, placed)
    invoice.invoice(stage.shop, order, {order.items[0]["item_id"]: D(pieces)})
    assert order_actions.cancel(stage.shop, order)


def pieces_in_sage(stage: Stage, placed: int) -> list[str]:
    return [line["quantity"] for order in stage.in_sage(placed) for line in order["lines"] if line["code"]]


def reduced(stage: Stage, placed: int) -> dict[str, str]:
    return {name: state for name, state in stage.steps(placed).items() if name.startswith("reduced-")}


def sent(stage: Stage) -> int:
    """An order of five pieces that the company has."""
    placed = stage.order("guest", **FIVE)
    stage.cycle()
    return placed


def unanswered(stage: Stage, fault: str) -> int:
    """An order of five pieces whose sending was not answered: the company may have it or not."""
    placed = stage.order("guest", **FIVE)
    stage.break_sage(fault, on="send")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    return placed


def invoiced(stage: Stage) -> tuple[Fulfilled, int]:
    """An order that is shipped and invoiced on both sides."""
    shop = Fulfilled(stage)
    placed = shipped(shop)
    shop.invoice(placed)
    shop.run()
    return shop, placed


def credited_in_part(stage: Stage) -> tuple[Fulfilled, int]:
    """One piece of such an order is credited in Sage, and then in the shop."""
    shop, placed = invoiced(stage)
    goods = shop.goods(placed)
    shop.credit(placed, {max(goods, key=lambda code: goods[code]): 1})
    shop.run("credits", "orders")
    return shop, placed


def test_cancelled_in_part_before_it_is_read_the_rest_is_sent(stage: Stage) -> None:
    placed = stage.order("guest", **FIVE)
    cancel_all_but(stage, placed, 2)
    assert shop_order(stage, placed).row["state"] == "processing"
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert pieces_in_sage(stage, placed) == ["2"]
    assert stage.only(placed)["gross"] == "20.00"
    assert stage.alerts() == []


def test_refunded_in_part_while_it_waits_the_rest_is_sent(stage: Stage) -> None:
    stage.lock()
    placed = stage.order("guest", **FIVE)
    stage.cycle()
    refund(stage, placed, 1)
    stage.cycle()
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert pieces_in_sage(stage, placed) == ["4"]
    assert reduced(stage, placed) == {}


@pytest.mark.parametrize("cancellation", ["cancel", "review"])
def test_refunded_whole_in_doubt_and_absent_it_is_never_sent(build: Build, cancellation: str) -> None:
    stage = build(cancellation=cancellation)
    placed = unanswered(stage, "drop_before")
    refund(stage, placed)
    for _ in range(3):
        stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CANCELLED
    assert "refunded in Magento" in stage.delivery(placed).reason
    assert stage.company.books()["orders_by_key"] == {}


def test_the_bug_that_sends_what_is_closed_shows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only cancelled orders were over, before: the same check finds it."""
    monkeypatch.setattr(batch, "is_over", lambda order: order.state == "canceled")
    monkeypatch.setattr(intake.Intake, "what_is_known", closed_is_nothing(intake.Intake.what_is_known))
    placed = unanswered(stage, "drop_before")
    refund(stage, placed)
    for _ in range(3):
        stage.cycle(after=SETTLED)
    assert stage.state(placed) is not State.CANCELLED


def closed_is_nothing(right: Any) -> Any:
    """What the ledger knows, without what was taken back."""

    def known(self: Any, before: Any, order: Any) -> Any:
        return replace(right(self, before, order), unexplained="")

    return known


def test_refunded_in_part_while_in_doubt_and_absent_the_rest_is_sent(stage: Stage) -> None:
    placed = unanswered(stage, "drop_before")
    refund(stage, placed, 3)
    for _ in range(3):
        stage.cycle(after=SETTLED)
    assert pieces_in_sage(stage, placed) == ["2"]
    assert set(reduced(stage, placed).values()) == {"skipped"}
    assert stage.alerts() == []


def test_refunded_in_part_while_in_doubt_and_there_it_is_confirmed_and_asked_about(stage: Stage) -> None:
    placed = unanswered(stage, "drop_after")
    refund(stage, placed, 3)
    for _ in range(2):
        stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    assert set(reduced(stage, placed).values()) == {"review"}
    assert [code for code, _ in stage.alerts()] == ["changed-after-send"]


def without_a_mapping(stage: Stage) -> None:
    """A later configuration no longer has what the order was translated with."""
    stage.reopen(payments={"no-such-method": model.Payment()})


def test_refunded_in_part_while_in_doubt_the_company_s_total_is_that_of_what_remains(stage: Stage) -> None:
    """It was sent without a piece; then its mapping went. The whole order's total was taken for what it should be."""
    stage.lock()
    placed = stage.order("guest", **FIVE)
    stage.cycle()
    refund(stage, placed, 1)
    stage.cycle()
    stage.unlock()
    stage.break_sage("drop_after", on="send")
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.IN_DOUBT
    without_a_mapping(stage)
    for _ in range(2):
        stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.delivery(placed).reason) == (State.CONFIRMED, "")
    assert reduced(stage, placed) == {}


def adjusted_while_in_doubt(stage: Stage, sent: str) -> int:
    """Five pieces were sent; then the shop gave back one piece and seven pounds more, and Sage's total was `sent`."""
    placed = unanswered(stage, "drop_after")
    order = shop_order(stage, placed)
    lifecycle.invoice(stage.shop, order)
    more = creditmemo.Arguments(shipping=D(0), positive=D(7))
    creditmemo.refund(stage.shop, order, {order.items[0]["item_id"]: D(1)}, more)
    (there,) = stage.company.orders
    there.gross = D(sent)
    for _ in range(2):
        stage.cycle(after=SETTLED)
    return placed


def test_what_remains_and_is_not_known_is_named_and_not_guessed(stage: Stage) -> None:
    placed = adjusted_while_in_doubt(stage, "40.00")
    review = stage.delivery(placed)
    assert (review.state, review.reason_code) == (State.REVIEW, "totals-differ")
    assert "over 40.00 USD. It was placed, or sent, over 50.00" in review.reason
    assert "remains by totals 33.00, remains by quantities 40.00" in review.reason
    assert "retry --overrule" in review.reason


def test_the_whole_order_is_known_whatever_is_not_known_of_the_rest(stage: Stage) -> None:
    placed = adjusted_while_in_doubt(stage, "50.00")
    assert stage.state(placed) is State.CONFIRMED
    assert set(reduced(stage, placed).values()) == {"review"}


def test_refunded_whole_after_sending_it_is_cancelled_in_sage_by_the_rule(stage: Stage) -> None:
    placed = sent(stage)
    refund(stage, placed)
    stage.cycle()
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CANCELLED, State.CONFIRMED)
    assert stage.in_sage(placed) == []


def test_refunded_whole_after_sending_a_person_decides_by_the_rule(build: Build) -> None:
    stage = build(cancellation="review")
    placed = sent(stage)
    refund(stage, placed)
    stage.cycle()
    review = stage.delivery(placed, "cancel")
    assert (review.state, review.reason_code) == (State.REVIEW, "cancel-after-send")
    assert "cancelled or refunded the whole order" in review.reason


def test_refunded_in_part_after_sending_is_a_review_with_both_figures(stage: Stage) -> None:
    placed = sent(stage)
    refund(stage, placed, 2)
    stage.cycle()
    ((step, state),) = reduced(stage, placed).items()
    assert state == "review"
    review = stage.delivery(placed, step)
    assert "0 cancelled and 2 refunded of 5 in Magento, 0 credited in Sage" in review.reason
    assert stage.only(placed)["number"] in review.reason
    assert ("changed-after-send", stage.shop_order(placed)["increment_id"]) in stage.alerts()
    refund(stage, placed, 1)
    stage.cycle()
    assert sorted(reduced(stage, placed).values()) == ["review", "skipped"]  # the newer figure counts


def test_the_rest_cancelled_after_sending_is_a_review_with_both_figures(stage: Stage) -> None:
    placed = sent(stage)
    cancel_all_but(stage, placed, 2)
    stage.cycle()
    ((step, _),) = reduced(stage, placed).items()
    assert "3 cancelled and 0 refunded of 5 in Magento" in stage.delivery(placed, step).reason


def test_an_order_sent_in_part_is_not_asked_about_what_it_was_sent_without(stage: Stage) -> None:
    placed = stage.order("guest", **FIVE)
    cancel_all_but(stage, placed, 2)
    stage.cycle()
    refund(stage, placed, 1)
    stage.cycle()
    ((step, _),) = reduced(stage, placed).items()
    assert "3 cancelled and 1 refunded of 5" in stage.delivery(placed, step).reason


def test_sage_s_own_credits_make_no_review_in_part_or_whole(stage: Stage) -> None:
    shop, placed = credited_in_part(stage)
    shop.credit(placed)
    shop.run("credits", "orders", "orders")
    assert shop_order(stage, placed).row["state"] in ("complete", "closed")
    assert reduced(stage, placed) == {}
    assert "cancel" not in stage.steps(placed)
    assert stage.alerts() == []


def test_the_bug_that_takes_our_own_credit_memo_for_news_shows(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reductions, "credited", lambda order, source_id: {})
    _, placed = credited_in_part(stage)
    assert reduced(stage, placed)


def test_a_review_ends_when_sage_credits_what_the_shop_has_refunded(stage: Stage) -> None:
    shop, placed = invoiced(stage)
    refund(stage, placed)
    shop.run("orders")
    assert set(reduced(stage, placed).values()) == {"review"}  # delivered: nothing to cancel any more
    shop.credit(placed)
    stage.cycle("credits")
    stage.cycle()
    assert set(reduced(stage, placed).values()) == {"skipped"}
    assert [code for code, _ in stage.alerts() if code == "changed-after-send"] == []


def test_a_hold_in_the_shop_after_sending_is_reported_until_it_is_released(stage: Stage) -> None:
    placed = sent(stage)
    number = stage.shop_order(placed)["increment_id"]
    stage.shopper.hold(placed)
    stage.cycle()
    assert stage.alerts() == [(ON_HOLD, number)]
    assert stage.state(placed) is State.CONFIRMED
    stage.shopper.unhold(placed)
    stage.cycle()
    assert stage.alerts() == []


def test_a_hold_before_sending_is_no_alert(stage: Stage) -> None:
    placed = stage.order("guest", **FIVE)
    stage.shopper.hold(placed)
    stage.cycle()
    assert stage.state(placed) is State.SKIPPED
    assert stage.alerts() == []


def books(stage: Stage) -> list[tuple[str, str, str]]:
    """What a reconciliation finds, with the alerts that it raises."""
    report = reconcile.compare(stage.connection, reconcile.last_days(stage.connection, 7))
    assert report.unexplained == 0
    nightly.tell(stage.connection, report)
    return [(each.kind.value, str(each.magento), str(each.sage)) for each in report.differences]


def test_the_books_see_an_order_cancelled_in_sage_and_alive_in_magento(stage: Stage) -> None:
    placed = sent(stage)
    order = stage.company.order(stage.only(placed)["number"])
    stage.company.cancel(order.number)
    assert books(stage) == [("cancelled-in-sage", "50", "0")]
    number = stage.shop_order(placed)["increment_id"]
    assert ("cancelled-in-sage", number) in stage.alerts()
    assert "cancelled-in-sage: Sage has cancelled" in stage.delivery(placed, "reconciliation").reason
    assert stage.steps(placed)["reconciliation"] == "review"  # a line of `trace`
    stage.company.hold(order, False)
    assert books(stage) == []
    assert stage.alerts() == []


def test_the_books_see_an_order_cancelled_in_magento_and_alive_in_sage(build: Build) -> None:
    stage = build(cancellation="review")
    placed = sent(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    assert books(stage) == [("cancelled-in-magento", "0", "50.00")]
    number = stage.shop_order(placed)["increment_id"]
    assert ("cancelled-in-magento", number) in stage.alerts()


def test_the_books_see_what_is_refunded_in_part_on_one_side(stage: Stage) -> None:
    placed = sent(stage)
    refund(stage, placed, 2)
    stage.cycle()
    ((kind, magento, sage),) = books(stage)
    assert (kind, D(magento), D(sage)) == ("partly-cancelled", D(30), D(50))


def test_an_order_sent_in_part_agrees_in_the_books(stage: Stage) -> None:
    placed = stage.order("guest", **FIVE)
    cancel_all_but(stage, placed, 2)
    stage.cycle()
    assert stage.only(placed)["gross"] == "20.00"
    assert books(stage) == []


def test_the_bug_that_compares_no_one_sided_cancellation_shows(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was: what Magento has cancelled was in no sum, and nobody looked whether Sage has it."""
    monkeypatch.setattr(reconciliation, "one_sided", lambda key, facts: None)
    stage = build(cancellation="review")
    placed = sent(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    assert books(stage) == []


def test_credits_on_both_sides_agree_in_the_books(stage: Stage) -> None:
    credited_in_part(stage)
    about = [
        each for each in books(stage) if each[0] in ("partly-cancelled", "cancelled-in-magento", "total")
    ]
    assert about == []
