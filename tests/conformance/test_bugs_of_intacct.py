"""The suite bites: Intacct's room with one fault each, and the question that finds it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.intacct_stand import IntacctStand
from tidegate.conformance import cancelling, customers, guards, lost_answers, orders, reading_fulfilment
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed, find, make_order, send
from tidegate.domain.errors import Code, Group
from tidegate.reading.xml_document import parsed
from tidegate.sage.intacct import answers, client, deltas, envelope, invoices, order_search, web_orders
from tidegate.sage.intacct import customers as room_customers
from tidegate.sage.intacct import orders as room_orders
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.elements import element, rendered
from tidegate.sage.intacct.order_search import OrderSearch
from tidegate.sage.port.outcomes import Accepted


def control_id_per_attempt(patch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count()
    patch.setattr(room_orders, "control_id", lambda key, used: f"{key}/{next(numbers)}")


def refusal_taken_for_confirmation(patch: pytest.MonkeyPatch) -> None:
    outcome = room_orders.Orders._outcome

    def confirmed(self: Any, sent: Any, made: Any) -> Any:
        told = outcome(self, sent, made)
        done_before = answers.DONE_BEFORE in getattr(told, "details", {})
        return Accepted("Sales Order-SO0001", "SO0001") if done_before else told

    patch.setattr(room_orders.Orders, "_outcome", confirmed)


def key_used_again_with_other_content(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        room_orders,
        "Function",
        lambda control_id, call: envelope.Function(
            f"{control_id}/{call.find('customerponumber') is None}", call
        ),
    )


def used_ids_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room_orders, "control_id", lambda key, used: f"{key}/order")


def partial_result_taken_for_all(patch: pytest.MonkeyPatch) -> None:
    results = envelope._results

    def filled(operation: Any, functions: Any) -> Any:
        found = results(operation, functions)
        done = next((one for one in found.values() if not isinstance(one, envelope.Refused)), None)
        return {one.control_id: found.get(one.control_id, done) for one in functions}

    patch.setattr(envelope, "_results", filled)


def other_records_answer_trusted(patch: pytest.MonkeyPatch) -> None:
    def in_order(operation: Any, functions: Any) -> Any:
        found = operation.findall("result")
        return {one.control_id: each for one, each in zip(functions, found, strict=False)}

    patch.setattr(envelope, "_results", in_order)


def answer_to_another_request_trusted(patch: pytest.MonkeyPatch) -> None:
    response = envelope.response

    def any_answer(body: bytes, functions: Any, control_id: str) -> Any:
        root = parsed(body)
        echoed = root.findtext("control/controlid") if root is not None else None
        return response(body, functions, echoed or control_id)

    patch.setattr(client, "response", any_answer)


def documents_of_every_definition(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_search, "equals", lambda field, value: element("isnotnull", {"field": field}))


def closed_by_its_id_alone(patch: pytest.MonkeyPatch) -> None:
    cancel = OrderSearch.cancel
    patch.setattr(OrderSearch, "cancel", lambda self, docid, number: cancel(self, docid, docid.split("-")[1]))


def digest_of_ids_alone(patch: pytest.MonkeyPatch) -> None:
    behind = deltas.behind

    def narrow(rows: Any, before: Any, key: str) -> Any:
        return behind(
            [{name: row.get(name, "") for name in (key, deltas.STAMP)} for row in rows], before, key
        )

    patch.setattr(deltas, "behind", narrow)


def pages_end_with_the_first(patch: pytest.MonkeyPatch) -> None:
    taken = client._taken

    def first(query: Any, page: Any, offset: int) -> Any:
        found = taken(query, page, offset)
        return (found[0], 0) if isinstance(found, tuple) else found

    patch.setattr(client, "_taken", first)


def failed_read_taken_for_nothing(patch: pytest.MonkeyPatch) -> None:
    read = IntacctClient.read

    def quiet(self: Any, query: Any) -> Any:
        found = read(self, query)
        return found if isinstance(found, list) else []

    patch.setattr(IntacctClient, "read", quiet)


def sources_not_followed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(web_orders.WebOrders, "origins", lambda self, rows: {})


def empty_groups_sent(patch: pytest.MonkeyPatch) -> None:
    fields = room_customers.contact_fields
    patch.setattr(room_customers, "contact_fields", lambda *args: {"MAILADDRESS": {}, **fields(*args)})


def carriage_left_out(patch: pytest.MonkeyPatch) -> None:
    invoice = invoices.Invoices._invoice

    def without(self: Any, *args: Any) -> Any:
        found = invoice(self, *args)
        return replace(found, lines=tuple(line for line in found.lines if line.sku))

    patch.setattr(invoices.Invoices, "_invoice", without)


# Questions that the suite asks of no other room: the form of this one's answers


def of_a_batch_with_half_an_answer(stand: IntacctStand) -> None:
    """An answer that leaves a function out leaves that order in doubt, and no other."""
    batch = [make_order(stand, number) for number in (1, 2, 3)]
    outcomes = _sent(stand, batch, lambda results: results[:1])

    assert isinstance(outcomes["magento:main:1"], Accepted)
    assert failed(outcomes["magento:main:2"]).group is Group.VERIFY_FIRST
    assert failed(outcomes["magento:main:3"]).group is Group.VERIFY_FIRST


def of_a_batch_in_another_order(stand: IntacctStand) -> None:
    """Results are told by their control ids, wherever they stand."""
    batch = [make_order(stand, number) for number in (1, 2, 3)]
    outcomes = _sent(stand, batch, lambda results: results[::-1])

    for order in batch:
        [booked] = stand.booked(order.key)
        assert accepted(outcomes[order.key]).number == booked.number


def of_another_requests_answer(stand: IntacctStand) -> None:
    """An answer that echoes another request's id is no answer."""
    order = make_order(stand, 1)
    outcomes = _sent(stand, [order], lambda results: results, control_id="somebody-elses")

    assert failed(outcomes[order.key]).code is Code.UNCLEAR_ANSWER


def of_a_restored_ledger(stand: IntacctStand) -> None:
    """The order is new to an older ledger, and the shop has changed it since: it is refused, and then found."""
    first, changed = make_order(stand, 1), make_order(stand, 1, po_number="PO 7")
    with opened(stand.company) as session:
        sent = accepted(send(session, first))
    stand.company.close()
    stand.company = stand.open()
    with opened(stand.company) as session:
        assert failed(send(session, changed)).group is Group.VERIFY_FIRST
        assert [one.number for one in find(session, first)] == [sent.number]

    assert len(stand.booked(first.key)) == 1


def of_a_deleted_order(stand: IntacctStand) -> None:
    """Somebody has deleted it, and a look-up has shown so: it is made once more, and never a third time."""
    order = make_order(stand, 1)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        with stand.erp.staff():
            stand.erp.orders.delete(stand.erp.order(sent.number))
        assert failed(send(session, order)).group is Group.VERIFY_FIRST
        assert find(session, order) == []
        accepted(send(session, order))
        assert failed(send(session, order)).group is Group.VERIFY_FIRST

    assert len(stand.booked(order.key)) == 1


def of_an_invoice_with_the_same_number(stand: IntacctStand) -> None:
    """Only orders are found, though their invoices carry the same reference and key."""
    order = make_order(stand, 1)
    with opened(stand.company) as session:
        [(_, outcome)] = session.orders.send(session.orders.prepare([order]))
        stand.do("despatch", order=accepted(outcome).number)
        stand.do("invoice-run")
        assert [one.id for one in find(session, order)] == [accepted(outcome).id]


def _sent(
    stand: IntacctStand, batch: list[Any], turned: Callable[[list[Any]], list[Any]], control_id: str = ""
) -> dict[str, Any]:
    """Send a batch whose answer is tampered with on its way."""
    gateway = stand.face.gateway
    answer = gateway.answer

    def tampered(raw: bytes, endpoint: str, **more: Any) -> tuple[str, bytes]:
        content_type, body = answer(raw, endpoint, **more)
        root = parsed(body)
        if b"<create_sotransaction>" not in raw or root is None:
            return content_type, body
        operation = root.find("operation")
        assert operation is not None
        results = operation.findall("result")
        for one in results:
            operation.remove(one)
        operation.extend(turned(results))
        if control_id:
            root.find("control/controlid").text = control_id  # type: ignore[union-attr]
        return content_type, rendered(root)

    with opened(stand.company) as session:
        ready = session.orders.prepare(batch)
        gateway.answer = tampered  # type: ignore[method-assign]
        try:
            return dict(session.orders.send(ready))
        finally:
            gateway.answer = answer  # type: ignore[method-assign]


def of_reads(stand: Any) -> None:
    lost_answers.test_a_read_that_fails_is_a_failure_and_never_an_empty_answer(
        stand, "drop_before", {}, "look-up"
    )


def of_pages(stand: Any) -> None:
    stand.company.take_limits({"page": 200})
    orders.test_no_match_is_lost_beyond_one_page(stand)


def of_a_lost_answer(stand: Any) -> None:
    guards.test_an_order_whose_answer_was_lost_is_one_whatever_is_sent_again(stand, "drop_after")


BUGS: list[tuple[Bug, Question]] = [
    (control_id_per_attempt, of_a_lost_answer),
    (refusal_taken_for_confirmation, guards.test_a_refused_second_order_is_in_doubt_and_never_confirmed),
    (key_used_again_with_other_content, of_a_restored_ledger),
    (used_ids_forgotten, of_a_deleted_order),
    (partial_result_taken_for_all, of_a_batch_with_half_an_answer),
    (other_records_answer_trusted, of_a_batch_in_another_order),
    (answer_to_another_request_trusted, of_another_requests_answer),
    (documents_of_every_definition, of_an_invoice_with_the_same_number),
    (closed_by_its_id_alone, cancelling.test_an_id_that_belongs_to_another_order_cancels_nothing),
    (
        digest_of_ids_alone,
        reading_fulfilment.test_a_tracking_number_that_comes_later_brings_its_despatch_again_and_whole,
    ),
    (pages_end_with_the_first, of_pages),
    (failed_read_taken_for_nothing, of_reads),
    (empty_groups_sent, customers.test_a_shopper_without_an_address_gets_an_account),
    (carriage_left_out, reading_fulfilment.test_an_invoice_has_its_order_lines_and_amounts),
    (sources_not_followed, reading_fulfilment.test_a_despatch_names_order_lines_warehouse_and_parcel),
]


@pytest.mark.parametrize(("bug", "question"), BUGS, ids=[each[0].__name__ for each in BUGS])
def test_the_suite_finds_it(monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Question) -> None:
    assert_found(monkeypatch, bug, IntacctStand, question, ValueError)
