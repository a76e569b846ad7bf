"""Errors, groups *review*, *halt and alert*, *retry next cycle* and *closed period*."""

from __future__ import annotations

from integration.flows.stage import SETTLED, Stage
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.engine.interventions import Act

REFUSED = "The requested delivery date is not valid."


def test_a_refused_order_is_a_review_and_the_batch_goes_on(stage: Stage) -> None:
    placed = stage.orders(3, "guest")
    stage.break_sage("status", on="send", status=400, body_text=REFUSED, skip=1)
    stage.cycle()
    states = [stage.state(one) for one in placed]
    assert states == [State.CONFIRMED, State.REVIEW, State.CONFIRMED]
    review = stage.delivery(placed[1])
    assert review.reason_code == "refused"
    assert "delivery date" in review.reason
    assert stage.alerts() == [("refused", review.label)]
    stage.listen()
    stage.cycle()
    assert stage.sage_calls() == []
    stage.act(Act.RETRY, placed[1])
    stage.cycle()
    assert stage.state(placed[1]) is State.CONFIRMED


def test_a_closed_period_is_a_persons_decision(stage: Stage) -> None:
    placed, other = stage.order("guest"), stage.order("guest")
    stage.break_sage("closed_period", on="send")
    stage.cycle()
    assert stage.delivery(placed).reason_code == "period-closed"
    assert stage.state(placed) is State.REVIEW
    assert stage.state(other) is State.CONFIRMED


def test_a_busy_record_is_tried_again_in_the_next_cycle_and_reported_the_third_time(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("busy", times=3, on="send")
    told = []
    for _ in range(4):
        stage.listen()
        stage.cycle()
        assert len(stage.sage_calls("send")) == 1
        told.append((stage.state(placed), [code for code, _ in stage.alerts()]))
    # The cycle that confirms the order ends its alert.
    waits = State.QUEUED
    assert told == [(waits, []), (waits, []), (waits, ["record-busy"]), (State.CONFIRMED, [])]


def test_a_failed_sign_in_halts_at_once_and_is_reported_once(stage: Stage) -> None:
    placed = stage.orders(3, "guest")
    stage.shut(Failure(Code.SIGN_IN_EXPIRED, "sign in again with `tidegate connect`", sent=False))
    report = stage.cycle()
    assert stage.states(placed) == {State.QUEUED}
    assert {stage.delivery(one).failures for one in placed} == {0}
    assert len(stage.alerts()) == 1
    assert report.text.startswith("ended early")
    stage.listen()
    assert stage.cycle(after=SETTLED).outcome == "halted"
    assert stage.notes().outcome == "halted"
    assert stage.sage_calls() == stage.shop_calls() == []
    assert len(stage.alerts()) == 1
    stage.shut(None)
    stage.lift()
    stage.cycle(after=SETTLED)
    assert stage.states(placed) == {State.CONFIRMED}
    assert stage.alerts() == []


def test_a_user_without_the_permission_halts_and_the_text_says_what_to_do(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("permission", on="send")
    report = stage.cycle()
    assert "may not do this" in report.text
    assert (stage.state(placed), stage.delivery(placed).failures) == (State.QUEUED, 0)
    assert [code for code, _ in stage.alerts()] == ["not-permitted"]


def test_magentos_401_halts_too_and_names_the_permission(stage: Stage) -> None:
    stage.break_shop("permission", times=None, resource="Magento_Sales::actions_view")
    report = stage.cycle()
    assert "Magento_Sales::actions_view" in report.text
    assert [code for code, _ in stage.alerts()] == ["not-permitted"]
    assert stage.cycle().outcome == "halted"
    stage.mend()
    placed = stage.order("guest")
    stage.lift()
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED


def test_a_revoked_token_of_the_store_halts(stage: Stage) -> None:
    stage.shop.revoke_token()
    stage.cycle()
    assert [code for code, _ in stage.alerts()] == ["not-authenticated"]
    assert stage.cycle().outcome == "halted"
