"""What holds X3 shut: people who have a document open, changes of others in between, single-user mode, a full pool.

Source: contract §5, §15, §16. None of it is an order's fault, and none of it loses one.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from conformance.x3_stand import X3Stand
from tidegate.config.problem import Report
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed, find, make_order, prepared, send
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.port.session import Purpose
from tidegate.sage.x3.writers import ByTemplate
from tidegate_sandbox.faults import Fault


@pytest.fixture
def stand() -> Iterator[X3Stand]:
    built = X3Stand()
    yield built
    built.close()


def test_an_order_that_somebody_has_open_is_cancelled_once_it_is_closed(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        made = accepted(send(session, make_order(stand, 213)))
        stand.do("open-document", document=made.number, user="MARIE")
        failure = failed(session.cancelling.cancel(made.id, made.number))
        assert (failure.code, failure.group) == (Code.RECORD_BUSY, Group.RETRY_NEXT_CYCLE)
        assert failure.sent is False
        stand.do("close-document", document=made.number)
        done = accepted(session.cancelling.cancel(made.id, made.number))
    assert done.status is SalesOrderStatus.CANCELLED


@pytest.mark.parametrize("language", ["", "FRA"])
@pytest.mark.parametrize("kind", ["record_locked", "changed_meanwhile"])
def test_a_change_of_somebody_else_in_between_is_tried_again(
    stand: X3Stand, kind: str, language: str
) -> None:
    stand.face.options.language = language
    with opened(stand.company) as session:
        made = accepted(send(session, make_order(stand, 213)))
        stand.faults.add(Fault(kind, times=1))
        assert failed(session.cancelling.cancel(made.id, made.number)).code is Code.RECORD_BUSY
        assert accepted(session.cancelling.cancel(made.id, made.number))


def test_single_user_mode_is_a_window_and_its_orders_leave_afterwards(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        ready = prepared(session, make_order(stand, 213))
        stand.lock()
        [(_, outcome)] = session.orders.send([ready])
        assert failed(outcome).group is Group.WAIT_FOR_WINDOW
        assert failed(outcome).sent is False
        stand.unlock()
        assert accepted(send(session, make_order(stand, 213)))
    assert len(stand.booked("magento:main:213")) == 1


def test_a_stopped_pool_is_a_window_too(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        ready = prepared(session, make_order(stand, 213))
        stand.face.options.stopped = True
        [(_, outcome)] = session.orders.send([ready])
    assert failed(outcome).group is Group.WAIT_FOR_WINDOW


def test_the_batch_server_does_not_work_in_single_user_mode() -> None:
    stand = X3Stand(settings={"writer": ByTemplate()}, batch_minutes=10)
    with opened(stand.company) as session:
        order = make_order(stand, 213)
        list(session.orders.send([prepared(session, order)]))
        stand.erp.window.lock("closing")
        stand.advance(3600)
        stand.face.folder.catch_up()
        assert stand.booked(order.key) == []
        stand.erp.window.unlock()
        assert [one.ours for one in find(session, order)] == [True]
    stand.close()


def test_channels_that_others_hold_are_waited_for_and_blame_no_order(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        ready = prepared(session, make_order(stand, 213))
        stand.face.options.others = stand.face.options.pool_size
        [(_, outcome)] = session.orders.send([ready])
        assert (failed(outcome).code, failed(outcome).sent) == (Code.NO_SEAT, False)


def test_two_companies_of_one_folder_share_its_channels() -> None:
    """Another sales site is another company of the configuration: the pool is the folder's."""
    stand = X3Stand(settings={"seats": 1})
    stand.settings = msgspec.structs.replace(stand.settings, sales_site="FR012")
    other = stand.open()
    assert other.about.seat_pool == stand.company.about.seat_pool

    def enquire() -> Code | None:
        with other.session(Purpose.ENQUIRY) as session:
            return session.code if isinstance(session, Failure) else None

    with ThreadPoolExecutor(1) as elsewhere:
        with opened(stand.company):
            assert elsewhere.submit(enquire).result() is Code.NO_SEAT
        assert elsewhere.submit(enquire).result() is None
    other.close()
    stand.close()


def test_absence_counts_only_when_no_call_can_still_run(stand: X3Stand) -> None:
    report = Report("tidegate.toml")
    changed = msgspec.structs.replace(stand.settings, execution_minutes=20, settle_minutes=10)
    changed.check("companies.a", report)
    assert "companies.a.execution_minutes" in {one.key for one in report.problems}
