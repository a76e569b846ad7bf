"""Sage 100's room where the web services write: what the suite does not ask, and faults that the questions find."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from conformance import sage100_questions as of_the_room
from conformance import sage100_web_service_questions as asked
from conformance.bugs import Bug, Question, assert_found
from conformance.sage100_stand import Sage100Stand
from tidegate.sage.sage100 import web_service_writer
from tidegate.sage.sage100.order_numbers import OrderNumbers
from tidegate.sage.sage100.web_service_writer import WebServiceWriter


def make(**options: Any) -> Callable[[], Sage100Stand]:
    return lambda: Sage100Stand(web_services=True, **options)


NO_TRACE = {"history": "orders"}
QUESTIONS: list[tuple[Question, dict[str, Any]]] = [
    (asked.a_first_request_that_comes_late_makes_no_second_order, {}),
    (asked.another_process_goes_on_with_the_same_number, {}),
    (asked.what_sage_has_after_all_is_taken_over, {}),
    (asked.after_an_hour_a_miss_is_a_persons, NO_TRACE),
    (asked.where_history_keeps_deleted_orders_a_miss_is_trusted, {}),
    (asked.an_order_takes_no_seat, {}),
    (asked.a_clear_fate_leaves_no_note, {}),
    (asked.the_check_knows_that_this_release_has_none, {"told": {"version": "4.30"}}),
    (asked.the_check_warns_of_the_standard_edition, {"told": {"edition": "standard"}}),
    (asked.the_check_says_when_a_level_is_switched_off, {"told": {"edition": "premium", "version": "7.20"}}),
    (asked.the_check_says_that_no_prices_are_probed, {}),
    (asked.the_check_says_that_no_prices_are_probed, {"settings": {"price_probes": 5}}),
    (of_the_room.an_order_in_data_entry_is_not_cancelled, {}),
    (of_the_room.a_deleted_order_is_not_sent_again, {}),
    (of_the_room.another_total_is_never_stored, {}),
]


@pytest.mark.parametrize(("question", "options"), QUESTIONS, ids=[one.__name__ for one, _ in QUESTIONS])
def test_the_room_answers(question: Question, options: dict[str, Any]) -> None:
    with closing(make(**options)()) as stand:
        question(stand)


def numbers_not_written_down(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OrderNumbers, "keep", lambda self, key, number: None)


def numbers_forgotten_before_the_answer(patch: pytest.MonkeyPatch) -> None:
    keep = OrderNumbers.keep

    def kept(self: OrderNumbers, key: str, number: str) -> None:
        keep(self, key, number)
        self.settle(key)

    patch.setattr(OrderNumbers, "keep", kept)


def every_miss_trusted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(web_service_writer, "TRUSTED", timedelta(days=1000))


def numbers_kept_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OrderNumbers, "settle", lambda self, key: None)


def total_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WebServiceWriter, "_differs", lambda self, computed, one: None)


CASES: list[tuple[Bug, dict[str, Any], Question]] = [
    (numbers_not_written_down, {}, asked.a_first_request_that_comes_late_makes_no_second_order),
    (numbers_forgotten_before_the_answer, {}, asked.a_first_request_that_comes_late_makes_no_second_order),
    (every_miss_trusted, NO_TRACE, asked.after_an_hour_a_miss_is_a_persons),
    (numbers_kept_for_ever, {}, asked.a_clear_fate_leaves_no_note),
    (total_not_compared, {}, of_the_room.another_total_is_never_stored),
]


@pytest.mark.parametrize(("bug", "options", "question"), CASES, ids=[bug.__name__ for bug, _, _ in CASES])
def test_a_fault_of_the_room_is_found(
    monkeypatch: pytest.MonkeyPatch, bug: Bug, options: dict[str, Any], question: Question
) -> None:
    assert_found(monkeypatch, bug, make(**options), question)
