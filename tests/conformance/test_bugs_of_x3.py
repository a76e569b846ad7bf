"""The suite bites: X3's room with one fault each, and the question that finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.x3_questions import (
    a_cancelled_order_is_reported,
    a_held_order_is_reported,
    a_product_may_be_called_anything,
    a_record_that_we_did_not_name_is_no_order_s_fault,
    a_save_without_its_number_is_in_doubt,
    a_wrong_product_is_a_review,
    absence_is_proved_by_a_list_that_goes_back_far_enough,
    another_company_halts,
    clocks_may_differ_by_some_seconds,
    lost,
    only_posted_invoices_are_reported,
    only_validated_deliveries_are_reported,
    the_cause_may_stand_second,
    untaxed_freight_stays_untaxed,
    usable_stock_is_that_of_the_books,
    what_is_billed_besides_goods_is_reported,
)
from conformance.x3_stand import X3Stand
from tidegate.conformance import orders
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed, find, make_order, send
from tidegate.domain.errors import Code, Failure, Group
from tidegate.sage.x3 import (
    answers,
    bearer,
    client,
    envelope,
    invoices,
    order_search,
    payloads,
    progress,
    status_words,
)
from tidegate.sage.x3 import despatches as room_despatches
from tidegate.sage.x3 import orders as room_orders
from tidegate.sage.x3 import stock as room_stock
from tidegate.sage.x3.identity import Identity
from tidegate_sandbox.faults import Fault


def status_0_taken_for_done(patch: pytest.MonkeyPatch) -> None:
    read = envelope.read

    def always_done(body: bytes, operation: str) -> Any:
        found = read(body, operation)
        return replace(found, status=1) if isinstance(found, envelope.Returned) else found

    patch.setattr(envelope, "read", always_done)


def first_text_decides(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        envelope.Returned, "said", property(lambda self: self.messages[0][1] if self.messages else "")
    )


def any_missing_record_is_the_orders_fault(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "_missing", lambda whole, said, ours: Failure(Code.REFUSED, said, sent=False))


def own_values_read_as_words(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "without", lambda said, ours: said)


def messages_outside_of_the_return_not_read(patch: pytest.MonkeyPatch) -> None:
    read = envelope.read

    def without_references(body: bytes, operation: str) -> Any:
        return read(body.replace(b'href="#id', b'href="#none'), operation)

    patch.setattr(envelope, "read", without_references)


def a_number_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    accepted_ = room_orders.Orders._accepted

    def taken(self: Any, sent: Any, returned: Any) -> Any:
        found = accepted_(self, sent, returned)
        return room_orders.Accepted("", "", gross=sent.order.gross) if isinstance(found, Failure) else found

    patch.setattr(room_orders.Orders, "_accepted", taken)


def further_pages_not_read(patch: pytest.MonkeyPatch) -> None:
    page = client._page

    def first_alone(answer: Any) -> Any:
        found = page(answer)
        return found if isinstance(found, Failure) else (found[0], "")

    patch.setattr(client, "_page", first_alone)


def no_list_taken_for_an_empty_one(patch: pytest.MonkeyPatch) -> None:
    page = client._page

    def empty(answer: Any) -> Any:
        found = page(answer)
        return ([], "") if isinstance(found, Failure) else found

    patch.setattr(client, "_page", empty)


def a_full_list_proves_absence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_search, "LIST", 1)
    patch.setattr(order_search.OrderSearch, "_by_soap", lambda self: [])


def quarantine_sold(patch: pytest.MonkeyPatch) -> None:
    level = room_stock.Stock._level

    def with_quality_control(self: Any, row: Any) -> Any:
        return level(self, {**row, "PHYSTO": row["PHYSTO"] + row["CTLSTO"]})

    patch.setattr(room_stock.Stock, "_level", with_quality_control)


def deliveries_reported_before_they_are_validated(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room_despatches, "YES", "1")


def unposted_invoices_reported(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(invoices, "POSTED", "1")


def elements_not_billed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(invoices, "_elements", lambda net, gross, lines: [])


def open_orders_read_by_their_stamp_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(progress, "OPEN", "7")
    read = progress.Progress.read

    def by_stamp(self: Any, since: str | None) -> Any:
        headers = self._orders.headers_by_number
        self._orders.headers_by_number = lambda numbers: {}
        try:
            return read(self, since)
        finally:
            self._orders.headers_by_number = headers

    patch.setattr(progress.Progress, "read", by_stamp)


def closed_is_complete(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(status_words, "NOT_BEGUN", "9")


def one_element_for_all_tax_levels(patch: pytest.MonkeyPatch) -> None:
    def first(line: Any, company: Any) -> str | None:
        return str(company.elements[f"{line.code or line.account}:NOR"])

    patch.setattr(payloads, "element_of", first)


def tokens_of_this_very_second(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bearer, "BACK", -30)


def company_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Identity, "differs", lambda self, found: None)


def make(**options: Any) -> Callable[[], X3Stand]:
    return lambda: X3Stand(**options)


PLAIN = make()
CASES: list[tuple[Bug, Callable[[], X3Stand], Question]] = [
    (status_0_taken_for_done, PLAIN, a_wrong_product_is_a_review),
    (first_text_decides, PLAIN, the_cause_may_stand_second),
    (any_missing_record_is_the_orders_fault, PLAIN, a_record_that_we_did_not_name_is_no_order_s_fault),
    (own_values_read_as_words, PLAIN, a_product_may_be_called_anything),
    (messages_outside_of_the_return_not_read, make(multi_ref=True), a_wrong_product_is_a_review),
    (a_number_is_not_asked_for, PLAIN, a_save_without_its_number_is_in_doubt),
    (further_pages_not_read, make(settings={"page_size": 100}), orders.test_no_match_is_lost_beyond_one_page),
    (no_list_taken_for_an_empty_one, PLAIN, lost),
    (
        a_full_list_proves_absence,
        make(settings={"look_up": "soap"}),
        absence_is_proved_by_a_list_that_goes_back_far_enough,
    ),
    (quarantine_sold, PLAIN, usable_stock_is_that_of_the_books),
    (
        deliveries_reported_before_they_are_validated,
        make(validation="by_people"),
        only_validated_deliveries_are_reported,
    ),
    (unposted_invoices_reported, make(posting="by_people"), only_posted_invoices_are_reported),
    (elements_not_billed, PLAIN, what_is_billed_besides_goods_is_reported),
    (open_orders_read_by_their_stamp_alone, make(header_moves_with_lines=False), a_held_order_is_reported),
    (closed_is_complete, PLAIN, a_cancelled_order_is_reported),
    (one_element_for_all_tax_levels, PLAIN, untaxed_freight_stays_untaxed),
    (
        tokens_of_this_very_second,
        make(basic=False, settings={"sign_in": "bearer"}),
        clocks_may_differ_by_some_seconds,
    ),
    (company_not_compared, PLAIN, another_company_halts),
]


@pytest.mark.parametrize(("bug", "build", "question"), CASES, ids=[bug.__name__ for bug, _, _ in CASES])
def test_a_fault_of_the_room_is_found(
    monkeypatch: pytest.MonkeyPatch, bug: Bug, build: Callable[[], X3Stand], question: Question
) -> None:
    assert_found(monkeypatch, bug, build, question, ValueError)


def test_a_second_order_of_the_same_number_is_refused_by_x3_and_then_found() -> None:
    stand = X3Stand(settings={"own_order_number": True})
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        first = accepted(send(session, order))
        assert first.number == "WEB000000213"
        assert failed(send(session, order)).group is Group.VERIFY_FIRST, "in doubt, never confirmed"
        assert [one.id for one in find(session, order)] == [first.id]
    assert len(stand.booked(order.key)) == 1
    stand.close()


def test_a_list_of_soap_that_is_full_of_new_orders_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_search, "LIST", 3)
    stand = X3Stand(settings={"look_up": "soap"})
    stand.typed_in("PO 1", times=3)
    with opened(stand.company) as session:
        order = make_order(stand, 213)
        found = session.order_search.find([orders.OrderKey(order.key, order.reference)])
    assert isinstance(found, Failure)
    assert found.sent is False
    stand.close()


def test_a_token_that_was_refused_is_signed_anew_once() -> None:
    stand = X3Stand(basic=False, settings={"sign_in": "bearer"})
    with opened(stand.company) as session:
        stand.faults.add(Fault("status", method="POST", options={"status": 401}))
        assert accepted(send(session, make_order(stand, 213)))
    stand.close()


def test_the_check_says_what_is_not_published() -> None:
    stand = X3Stand(unpublished=frozenset({"SDELIVERY"}))
    findings = {one.subject: one for one in stand.company.examine()}
    assert findings["SDELIVERY"].verdict == "fail"
    assert "publish" in findings["SDELIVERY"].remedy
    assert findings["look_up"].verdict == "pass"
    assert findings["order_object"].verdict == "pass"
    stand.close()


def test_an_alias_that_is_wrong_waits_and_blames_no_order() -> None:
    stand = X3Stand(settings={"pool": "Tidegate"})
    with opened(stand.company) as session:
        failure = failed(session.orders.prepare([make_order(stand, 213)])[0])
    assert failure.code is Code.LOCKED
    stand.close()
