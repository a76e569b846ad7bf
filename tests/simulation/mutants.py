"""Deliberate bugs in the production code, each with the mini-week that must find it.

A bug is a patch for the time of one run, never an edit. `caught_by` is the promise that must be seen
broken; every promise of the judge is there for at least one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from simulation import bugs_of_carelessness as careless
from simulation import bugs_of_figures as figures
from simulation import bugs_of_reading as reading
from simulation import bugs_of_sending as sending
from simulation import bugs_of_stock as stock
from simulation import bugs_of_taking_back as back
from simulation import bugs_of_the_engine as engine
from simulation import bugs_of_the_way_back as way_back
from simulation import engine_scenarios, fulfilment, reading_scenarios, scenarios
from simulation.script import Script

Bug = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, eq=False)
class Mutant:
    """One bug, where it shows, and the promise that it breaks."""

    bug: Bug
    script: Script
    caught_by: str

    @property
    def name(self) -> str:
        """As people say it."""
        return self.bug.__name__.replace("_", " ")


MUTANTS = tuple(
    Mutant(*each)
    for each in (
        (sending.sent_before_it_is_written_down, scenarios.LATE_AND_DEAD, "never twice"),
        (sending.sent_again_after_a_timeout, scenarios.LATE, "never twice"),
        (sending.a_late_effect_is_not_waited_for, scenarios.LATE, "never twice"),
        (sending.no_look_up_before_the_first_sending, scenarios.RESTORED, "never twice"),
        (sending.every_request_leaves_twice, scenarios.BUSY, "write-ahead"),
        (sending.accounts_are_created_without_looking, scenarios.LOST_ACCOUNT, "never twice"),
        (sending.an_equal_number_is_enough, scenarios.SAME_NUMBER, "nothing is lost"),
        (sending.the_cursor_moves_past_a_page_that_did_not_come, scenarios.OUTAGE, "nothing is lost"),
        (sending.an_order_that_breaks_the_page_is_passed_over, scenarios.POISON, "nothing is lost"),
        (
            sending.a_change_that_cannot_be_read_is_forgotten,
            scenarios.POISONED_CHANGE,
            "cancelled is cancelled",
        ),
        (sending.no_overlap, scenarios.LATE_COMMIT, "nothing is lost"),
        (sending.no_audit, scenarios.VERY_LATE_COMMIT, "nothing is lost"),
        (sending.skipped_without_a_word, scenarios.UNPAID, "nothing is lost"),
        (sending.a_lease_without_end, scenarios.DEAD, "liveness"),
        (sending.a_cancellation_is_forgotten_while_in_doubt, scenarios.IN_DOUBT, "cancelled is cancelled"),
        (sending.the_copy_does_not_wait_for_its_parent, scenarios.EDITED, "documents keep their order"),
        (back.cancelled_pieces_are_sent, scenarios.REST_CANCELLED, "cancelled is cancelled"),
        (back.a_closed_order_is_sent_while_in_doubt, scenarios.REFUNDED_IN_DOUBT, "cancelled is cancelled"),
        (back.a_status_cancelled_is_no_reason, scenarios.PAYMENT_ABANDONED, "cancelled is cancelled"),
        (figures.tax_is_cut_off_instead_of_rounded, scenarios.MONEY, "totals agree"),
        (figures.the_rounding_line_is_dropped, scenarios.POUNDS, "totals agree"),
        (figures.a_discount_counts_twice, scenarios.MONEY, "nothing is stuck"),
        (figures.the_child_of_a_configurable_counts, scenarios.MONEY, "goods agree"),
        (figures.a_comment_without_status, scenarios.UNPAID, "the store is not harmed"),
        (figures.the_number_is_never_noted, scenarios.UNPAID, "noted"),
        (figures.a_comment_whose_answer_was_lost_is_written_again, scenarios.LOST_COMMENT, "noted"),
        (figures.its_own_echo_is_a_change, scenarios.UNPAID, "nothing is invented"),
        (sending.tried_again_in_the_cycle_that_failed_it, scenarios.BUSY, "retry discipline"),
        (sending.windows_are_not_looked_at, scenarios.NIGHT, "windows"),
        (sending.nobody_is_halted, scenarios.FORBIDDEN, "authentication"),
        (sending.a_lock_counts_as_a_failure, scenarios.LOCKED, "a closed window costs no failure"),
        (sending.the_third_failure_notifies_nobody, scenarios.BUSY, "three failures are told"),
        (sending.a_silent_company_is_asked_for_every_order, scenarios.MUTE, "a silent company is left alone"),
        (sending.one_refused_order_ends_the_cycle, scenarios.REFUSED, "one bad record delays no other"),
        (sending.a_lease_for_everybody, scenarios.TWINS, "one worker a flow"),
        (figures.the_account_forgets_what_is_held, scenarios.UNMAPPED, "the account adds up"),
        (figures.reasons_are_not_kept, scenarios.PUT_ON_HOLD, "nothing is hidden"),
        (figures.the_id_is_reported_for_the_number, scenarios.UNPAID, "reports are true"),
        (figures.the_number_is_noted_with_every_cycle, scenarios.UNPAID, "idempotent flows"),
        (way_back.shipped_without_a_look_up, fulfilment.SHIPPED, "never twice"),
        (way_back.no_source_is_named, fulfilment.SHIPPED, "nothing is stuck"),
        (way_back.a_tracking_number_is_added_again, fulfilment.TRACKED, "reported once"),
        (way_back.a_late_tracking_number_is_mailed_again, fulfilment.TRACKED, "reported once"),
        (way_back.the_customer_is_never_notified, fulfilment.SHIPPED, "reported once"),
        (way_back.despatches_are_read_and_forgotten, fulfilment.SHIPPED, "nothing is lost"),
        (way_back.an_invoice_overtakes_its_shipment, fulfilment.INVOICED, "documents keep their order"),
        (way_back.invoiced_without_a_look_up, fulfilment.INVOICED, "never twice"),
        (way_back.credited_without_a_look_up, fulfilment.CREDITED, "never twice"),
        (way_back.returned_goods_count_twice, fulfilment.RETURNED, "each sale counts once"),
        (way_back.a_part_payment_is_called_paid, fulfilment.PAID_IN_PART, "reports are true"),
        (way_back.a_receipt_without_a_look_up, fulfilment.PREPAID, "never twice"),
        (way_back.a_payment_counts_twice, fulfilment.PREPAID, "nothing is lost"),
        (careless.a_receipt_for_a_cancelled_order, fulfilment.REPENTED, "no money for the dead"),
        (way_back.the_buffer_is_taken_off_twice, fulfilment.STOCKED, "each sale counts once"),
        (way_back.no_buffer_is_kept, fulfilment.STOCKED, "never more than there is"),
        (way_back.the_reservations_are_left_out, fulfilment.STOCKED, "each sale counts once"),
        (way_back.shipped_pieces_stay_reserved, fulfilment.STOCKED, "each sale counts once"),
        (stock.refunded_pieces_are_added_back, fulfilment.REFUNDED, "each sale counts once"),
        (
            stock.pieces_come_back_on_where_the_order_was_to_leave,
            fulfilment.ELSEWHERE,
            "never more than there is",
        ),
        (stock.a_reservation_counts_twice, fulfilment.STOCKED, "never more than there is"),
        (stock.vanished_lines_are_forgotten_at_once, fulfilment.VANISHED, "what is sold can be shipped"),
        (stock.virtual_pieces_wait_for_a_shipment, fulfilment.VIRTUAL, "each sale counts once"),
        (way_back.everything_is_new_every_time, fulfilment.STOCKED, "idempotent flows"),
        (way_back.tiers_of_another_website, fulfilment.PRICED, "prices agree"),
        (way_back.tiers_are_put_in_the_place_of_all, fulfilment.OWN_TIER, "promotions are not touched"),
        (way_back.reported_before_it_is_written, fulfilment.PRICED, "prices agree"),
        (
            reading.an_absent_stock_figure_is_zero,
            reading_scenarios.NO_STOCK_FIGURE,
            "what is sold can be shipped",
        ),
        (
            reading.a_bad_row_ends_its_flow,
            reading_scenarios.NO_STOCK_FIGURE,
            "one bad record delays no other",
        ),
        (
            reading.an_unforeseen_error_ends_the_cycle,
            reading_scenarios.ODD_ORDER,
            "one bad record delays no other",
        ),
        (engine.a_clock_that_was_put_back_stops_every_flow, engine_scenarios.CLOCK_PUT_BACK, "cadence"),
        (engine.the_window_is_asked_for_before_the_call_alone, engine_scenarios.NIGHT_FALLS, "windows"),
        (
            engine.every_order_with_our_key_was_sent_by_us,
            engine_scenarios.TWO_LEDGERS,
            "nobody is left in the dark",
        ),
    )
)
