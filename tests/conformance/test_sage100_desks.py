"""Sage 100's room: what the suite does not ask of every product."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from conformance import sage100_questions as asked
from conformance.bugs import Question
from conformance.sage100_stand import Sage100Stand
from tidegate.conformance.opened import opened
from tidegate.domain.errors import Code, Failure
from tidegate_sandbox.faults import Fault

QUESTIONS: list[tuple[Question, dict[str, Any]]] = [
    (asked.a_despatch_is_one_from_data_entry_to_posting, {}),
    (asked.a_despatch_is_one_from_data_entry_to_posting, {"settings": {"invoice_fields": False}}),
    (asked.a_tracking_number_after_the_posting_is_found, {}),
    (asked.goods_leave_with_the_posting, {"settings": {"shipments": "posted"}}),
    (asked.an_order_that_history_calls_deleted_is_cancelled, {}),
    (asked.a_purge_cancels_nothing, {"settings": {"keeps_history": False}, "history": "none"}),
    (asked.a_level_with_breaks_pays_by_its_record, {}),
    (asked.a_sale_wins_where_it_is_lower, {}),
    (asked.a_customer_pays_by_its_own_record, {}),
    (
        asked.a_price_that_sage_computes_otherwise_is_not_passed_on,
        {"settings": {"price_probes": 20}, "items": 3},
    ),
    *(
        (
            asked.breaks_are_probed_unless_all_lines_of_an_order_count,
            {"settings": {"price_probes": 20}, "items": 3, "told": told},
        )
        for told in ({}, {"pricing_total_quantity": True})
    ),
    (asked.texts_are_cut_as_an_older_release_holds_them, {"widths": "2018"}),
    (
        asked.texts_are_cut_as_an_older_release_holds_them,
        {"widths": "2018", "settings": {"widths": asked.OLDER}},
    ),
    (asked.the_check_says_that_a_field_is_too_narrow_for_our_key, {}),
    (asked.what_is_in_shipping_is_held_once, {}),
    (
        asked.what_is_in_shipping_is_held_once,
        {"settings": {"holds_in_shipping": True}, "in_shipping_extra": True},
    ),
    (asked.what_work_orders_require_is_held_where_the_site_says_so, {}),
    (
        asked.what_work_orders_require_is_held_where_the_site_says_so,
        {"settings": {"holds_for_work_orders": True}},
    ),
    (asked.an_invoice_that_is_paid_at_once_is_in_the_ledger, {}),
    (asked.what_was_credited_without_goods_is_no_return, {}),
    (asked.an_order_in_data_entry_is_not_cancelled, {}),
    (asked.a_deleted_order_is_not_sent_again, {}),
    (asked.another_order_of_the_same_number_is_a_persons, {}),
    (asked.another_total_is_never_stored, {}),
    (asked.three_pushes_at_once_take_one_seat, {}),
    (asked.an_order_costs_little_of_a_seat, {}),
    (asked.the_check_knows_how_this_edition_is_read, {}),
    (asked.the_check_knows_how_this_edition_is_read, {"edition": "premium", "settings": {"reader": "sql"}}),
    (asked.the_check_finds_a_reader_of_another_edition, {"told": {"edition": "premium"}}),
    (asked.the_check_warns_of_a_reader_that_takes_seats, {"told": {"reader": "boi"}}),
    (
        asked.the_check_finds_feeds_that_this_version_has_no_more,
        {"told": {"reader": "sdata", "version": "7.40"}},
    ),
    (asked.the_check_finds_another_reader_than_the_configurations, {"settings": {"reader": "sql"}}),
]


@pytest.mark.parametrize(
    ("question", "options"),
    QUESTIONS,
    ids=[f"{question.__name__}-{at}" for at, (question, _) in enumerate(QUESTIONS)],
)
def test_the_room_answers(question: Question, options: dict[str, Any]) -> None:
    with closing(Sage100Stand(**options)) as stand:
        question(stand)


@pytest.mark.parametrize("status", [200, 401, 403])
def test_an_agent_that_refused_us_is_not_asked_to_drain(status: int) -> None:
    with closing(Sage100Stand()) as stand:
        with opened(stand.company) as session:
            stand.company.stand_down(stand.clock.now() + timedelta(hours=1))
            if status != 200:
                stand.faults.add(Fault("status", path="/data/stock$", options={"status": status}))
            answer = session.stock.read(None) if session.stock is not None else None
            refused = isinstance(answer, Failure) and answer.code in (
                Code.NOT_AUTHENTICATED,
                Code.NOT_PERMITTED,
            )
            assert refused is (status != 200)
        drains = [one for one in stand.wire.log if one.path.endswith("/v1/drain")]
        assert len(drains) == (status == 200)
