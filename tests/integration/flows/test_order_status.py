"""The `order-status` flow: the number and the comment, each once, and the store is not harmed."""

from __future__ import annotations

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import SETTLED, Stage
from tidegate.config.model import NotesSettings
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate.ledger import queue

STATUS = "order-status"
NUMBER_CALL, COMMENT_CALL = "/V1/orders$", "/comments$"


def noted(stage: Stage, entity_id: int) -> tuple[State, State]:
    """Where the number and the comment stand."""
    return stage.state(entity_id, "number", STATUS), stage.state(entity_id, "comment", STATUS)


def confirmed(stage: Stage) -> int:
    placed = stage.order("guest")
    stage.cycle()
    return placed


def test_number_and_comment_are_two_steps_with_keys_of_their_own(stage: Stage) -> None:
    placed = confirmed(stage)
    stage.notes()
    number = stage.only(placed)["number"]
    assert stage.shop_order(placed)["ext_order_id"] == number
    (comment,) = stage.comments(placed)
    assert comment["text"].startswith(f"Sage order {number}")
    assert comment["notified"] == 0
    for step in ("number", "comment"):
        assert queue.by_key(f"magento:main:{placed}/{step}") is not None
    stage.listen()
    stage.notes()
    assert stage.shop_calls() == []


def test_a_hidden_comment_links_to_the_orders_page_and_is_found_again(build: Build) -> None:
    stage = build()
    stage.connection.console = "https://tidegate.example"
    placed = confirmed(stage)
    stage.break_shop("drop_after", path=COMMENT_CALL)
    stage.notes()
    number, source = stage.only(placed)["number"], stage.delivery(placed).source_id
    link = f'<a href="https://tidegate.example/order/{source}">Tidegate</a>'
    assert [each["text"] for each in stage.comments(placed)] == [f"Sage order {number} {link}"]
    assert noted(stage, placed)[1] is State.IN_DOUBT
    stage.connection.console = "https://elsewhere.example"
    stage.cycle(STATUS, after=SETTLED)
    assert noted(stage, placed) == (State.CONFIRMED, State.CONFIRMED)
    assert len(stage.comments(placed)) == 1


@pytest.mark.parametrize(("comment", "console"), [("visible", "https://tidegate.example"), ("hidden", "")])
def test_customers_see_no_link_and_without_an_address_there_is_none(
    build: Build, comment: str, console: str
) -> None:
    stage = build()
    stage.reopen(notes=NotesSettings(comment=comment))  # type: ignore[arg-type]
    stage.connection.console = console
    placed = confirmed(stage)
    stage.notes()
    number = stage.only(placed)["number"]
    assert [each["text"] for each in stage.comments(placed)] == [f"Sage order {number}"]


def test_the_comment_carries_the_status_that_the_order_has_at_that_moment(stage: Stage) -> None:
    """Contract, point 1: a comment's status is copied onto the order."""
    placed = confirmed(stage)
    stage.shopper.set_state(placed, "processing", "picking")
    stage.notes()
    (comment,) = stage.comments(placed)
    assert comment["status"] == "picking"
    assert stage.shop_order(placed)["status"] == "picking"


def test_an_order_without_a_status_gets_no_comment_and_is_a_review(stage: Stage) -> None:
    placed, other = confirmed(stage), confirmed(stage)
    stage.shop.order(placed).row["status"] = None
    stage.notes()
    assert noted(stage, placed) == (State.CONFIRMED, State.REVIEW)
    assert stage.comments(placed) == []
    assert "status" in stage.delivery(placed, "comment", STATUS).reason
    assert noted(stage, other) == (State.CONFIRMED, State.CONFIRMED)


def test_another_erp_number_on_the_order_is_not_overwritten(stage: Stage) -> None:
    placed = confirmed(stage)
    stage.shop.order(placed).row["ext_order_id"] = "OTHER-1"
    stage.notes()
    review = stage.delivery(placed, "number", STATUS)
    assert review.state is State.REVIEW
    assert "OTHER-1" in review.reason
    assert stage.shop_order(placed)["ext_order_id"] == "OTHER-1"


def test_a_lost_answer_to_the_comment_is_found_and_not_repeated(stage: Stage) -> None:
    placed = confirmed(stage)
    stage.break_shop("drop_after", method="POST", path=COMMENT_CALL)
    stage.notes()
    assert noted(stage, placed) == (State.CONFIRMED, State.IN_DOUBT)
    stage.notes()
    assert noted(stage, placed) == (State.CONFIRMED, State.IN_DOUBT)
    stage.notes(after=SETTLED)
    assert noted(stage, placed) == (State.CONFIRMED, State.CONFIRMED)
    assert len(stage.comments(placed)) == 1


def test_a_comment_that_never_arrived_is_written_again_once(stage: Stage) -> None:
    placed = confirmed(stage)
    stage.break_shop("drop_before", method="POST", path=COMMENT_CALL)
    stage.notes()
    stage.notes(after=SETTLED)
    stage.notes()
    assert noted(stage, placed) == (State.CONFIRMED, State.CONFIRMED)
    assert len(stage.comments(placed)) == 1


@pytest.mark.parametrize(("rule", "visible"), [("hidden", 0), ("visible", 1)])
def test_the_comment_is_shown_to_whom_the_configuration_says(build: Build, rule: str, visible: int) -> None:
    stage = build(comment=rule)
    placed = confirmed(stage)
    stage.notes()
    assert [comment["visible"] for comment in stage.comments(placed)] == [visible]


def test_without_comments_only_the_number_is_stored(build: Build) -> None:
    stage = build(comment="none")
    placed = confirmed(stage)
    stage.notes()
    assert stage.comments(placed) == []
    assert stage.steps(placed) == {"order": "confirmed", "number": "confirmed"}


def test_a_failing_number_repeats_neither_the_order_nor_the_comment(stage: Stage) -> None:
    placed = confirmed(stage)
    refused = '{"message": "The value is not valid."}'
    stage.break_shop(
        "status",
        times=2,
        method="POST",
        path=NUMBER_CALL,
        status=400,
        body=refused,
        content_type="application/json",
    )
    stage.notes()
    assert noted(stage, placed) == (State.REVIEW, State.CONFIRMED)
    stage.act(Act.RETRY, placed, "number", STATUS)
    stage.notes()
    assert noted(stage, placed) == (State.REVIEW, State.CONFIRMED)
    stage.act(Act.RETRY, placed, "number", STATUS)
    stage.notes()
    stage.cycle()
    assert noted(stage, placed) == (State.CONFIRMED, State.CONFIRMED)
    assert (len(stage.in_sage(placed)), len(stage.comments(placed))) == (1, 1)


def test_an_order_that_is_gone_from_the_store_is_a_review_and_the_others_go_on(stage: Stage) -> None:
    gone, other = confirmed(stage), confirmed(stage)
    path = f"/V1/orders/{gone}$"
    stage.break_shop("status", method="GET", path="/V1/orders$", status=500)  # not with others either
    stage.break_shop("status", method="GET", path=path, status=404, body='{"message": "No such entity"}')
    stage.notes()
    assert noted(stage, gone) == (State.REVIEW, State.REVIEW)
    assert noted(stage, other) == (State.CONFIRMED, State.CONFIRMED)


def test_a_store_that_is_away_costs_no_note_a_try(stage: Stage) -> None:
    placed = confirmed(stage)
    stage.break_shop("maintenance", times=None)
    stage.notes()
    stage.notes()
    assert noted(stage, placed) == (State.QUEUED, State.QUEUED)
    assert stage.delivery(placed, "number", STATUS).failures == 0
    stage.mend()
    stage.notes(after=SETTLED)
    assert noted(stage, placed) == (State.CONFIRMED, State.CONFIRMED)


def test_the_company_is_not_called_for_notes(stage: Stage) -> None:
    confirmed(stage)
    stage.listen()
    stage.notes()
    assert stage.sage_calls() == []


def test_a_number_that_begins_like_another_is_not_taken_for_it(stage: Stage) -> None:
    """`Sage order 12` is not yet on an order whose history speaks of `Sage order 123`."""
    placed = confirmed(stage)
    number = stage.only(placed)["number"]
    stage.shopper.comment(placed, f"Sage order {number}7 was another one")
    stage.notes()
    assert len([each for each in stage.comments(placed) if each["text"] == f"Sage order {number}"]) == 1
