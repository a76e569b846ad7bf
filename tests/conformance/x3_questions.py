"""What X3's room is asked to find its faults: each question is answered well by the sound room."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from conformance.x3_stand import X3Stand
from tidegate.conformance import lost_answers
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, charge, delta, failed, find, goods, make_order, send
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.port.session import Purpose
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.x3 import envelope


def a_wrong_product_is_a_review(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        [ready] = session.orders.prepare([make_order(stand, 213)])
        stand.erp.item("HUB-0001").is_active = False
        [(_, outcome)] = session.orders.send([ready])
    assert failed(outcome).code is Code.REFUSED


def a_record_that_we_did_not_name_is_no_order_s_fault(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        stand.inject("status", "send", status=400, body_text="Pool : X9 Record does not exist")
        assert failed(send(session, make_order(stand, 213))).group is Group.WAIT_FOR_WINDOW


def a_product_may_be_called_anything(stand: X3Stand) -> None:
    stand.add_product("QUEUE")
    with opened(stand.company) as session:
        stand.inject("status", "send", status=400, body_text="Product : QUEUE Inactive record")
        failure = failed(send(session, make_order(stand, 213, goods(stand, "QUEUE"))))
    assert failure.group is Group.REVIEW


def the_cause_may_stand_second(stand: X3Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        [ready] = session.orders.prepare([order])
        stand.close_period(order.date)
        result = envelope_of("Line not created", "Sales order: the fiscal period is closed")
        stand.faults.add(Fault("status", method="POST", body="CUSORDREF", options=result))
        [(_, outcome)] = session.orders.send([ready])
    assert failed(outcome).code is Code.PERIOD_CLOSED


def envelope_of(*texts: str) -> dict[str, Any]:
    raw = envelope.written("save", envelope.Result(0, None, [(3, text) for text in texts]), multi_ref=False)
    return {"status": 200, "body": raw.decode(), "content_type": "text/xml"}


def a_save_without_its_number_is_in_doubt(stand: X3Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.faults.add(Fault("no_number"))
        assert failed(send(session, order)).group is Group.VERIFY_FIRST
        assert len(find(session, order)) == 1


def usable_stock_is_that_of_the_books(stand: X3Stand) -> None:
    stand.erp.item("HUB-0001").extra["CTLSTO"] = Decimal(7)
    with opened(stand.company) as session:
        levels = {(one.sku, one.warehouse): one.on_hand for one in delta(session.stock.read(None)).rows}
    assert levels["HUB-0001", "FR011"] == Decimal(stand.books()["stock"]["HUB-0001"]["FR011"]["on_hand"])


def only_validated_deliveries_are_reported(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        stand.do("despatch", order=order.number)
        before = delta(session.despatches.read(None))
        assert before.rows == ()
        stand.do("validate")
        assert len(delta(session.despatches.read(before.cursor)).rows) == 1


def only_posted_invoices_are_reported(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        before = delta(session.invoices.read(None))
        assert before.rows == ()
        stand.do("post-invoices")
        assert len(delta(session.invoices.read(before.cursor)).rows) == 1


def what_is_billed_besides_goods_is_reported(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213, goods(stand), charge(stand))))
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        [invoice] = delta(session.invoices.read(None)).rows
    assert [line.net for line in invoice.lines if line.amount] == [Decimal("5.00")]


def a_held_order_is_reported(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        stand.advance(3600)
        accepted(send(session, make_order(stand, 214)))
        cursor = delta(session.progress.read(None)).cursor
        stand.do("hold", order=order.number)
        [row] = delta(session.progress.read(cursor)).rows
    assert (row.order_id, row.status) == (order.id, SalesOrderStatus.ON_HOLD)


def a_cancelled_order_is_reported(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        cursor = delta(session.progress.read(None)).cursor
        stand.do("cancel", order=order.number)
        [row] = delta(session.progress.read(cursor)).rows
    assert row.status is SalesOrderStatus.CANCELLED


def untaxed_freight_stays_untaxed(stand: X3Stand) -> None:
    order = make_order(stand, 213, goods(stand), charge(stand, rate=0))
    with opened(stand.company) as session:
        assert accepted(send(session, order)).gross == order.gross


def clocks_may_differ_by_some_seconds(stand: X3Stand) -> None:
    stand.face.sign_in._clock = _Slow(stand.sandbox_clock)
    with opened(stand.company) as session:
        assert accepted(send(session, make_order(stand, 213)))


class _Slow:
    """A server's clock that is five seconds behind ours."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    def now(self) -> Any:
        return self._clock.now() - timedelta(seconds=5)


def another_company_halts(stand: X3Stand) -> None:
    with opened(stand.company):
        pass
    stand.do("rename-company", company="FR10", name="Societe de Demonstration (copie)")
    stand.advance(timedelta(days=1).total_seconds())
    with stand.company.session(Purpose.WRITING) as session:
        assert isinstance(session, Failure)
        assert session.code is Code.WRONG_COMPANY


def absence_is_proved_by_a_list_that_goes_back_far_enough(stand: X3Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        accepted(send(session, order))
        [found] = find(session, order)
    assert (found.ours, found.account) == (True, "WEB")


def lost(stand: X3Stand) -> None:
    lost_answers.test_a_read_that_fails_is_a_failure_and_never_an_empty_answer(
        stand, "login_page", {}, "look-up"
    )
