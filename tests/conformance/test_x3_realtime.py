"""X3's orders by an import template that is imported at once: the suite's questions about orders, and its own with a fault each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.x3_questions import a_wrong_product_is_a_review
from conformance.x3_stand import X3Stand
from tidegate.conformance.lost_answers import *
from tidegate.conformance.opened import opened
from tidegate.conformance.orders import *
from tidegate.conformance.stand import Stand, accepted, failed, find, make_order, send
from tidegate.domain.errors import Code, Failure, Group
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.x3 import carried_orders, realtime_orders
from tidegate.sage.x3.writers import ByTemplate


def build() -> X3Stand:
    return X3Stand(settings={"writer": ByTemplate(execution="realtime")})


@pytest.fixture
def stand() -> Iterator[Stand]:
    """A folder whose template imports while the call waits."""
    built = build()
    yield built
    built.close()


def what_x3_does_not_show_is_in_doubt(stand: X3Stand) -> None:
    """The pool's user may not see the record: an empty answer is no absence."""
    with opened(stand.company) as session:
        stand.face.options.representation_rights = frozenset({"SORDER"})
        assert failed(send(session, make_order(stand, 213))).group is Group.VERIFY_FIRST


def a_log_that_is_wrong_is_not_trusted(stand: X3Stand) -> None:
    order = make_order(stand, 213)
    task = stand.face.import_task
    go_on = task.go_on

    def lies(work: Any, *given: Any) -> None:
        go_on(work, *given)
        work.log.append(f" record 1 {order.key}: refused")
        work.rejected.append("one")

    task.go_on = lies
    with opened(stand.company) as session:
        assert accepted(send(session, order)).gross == order.gross
    assert len(stand.booked(order.key)) == 1


def a_closed_period_is_held(stand: X3Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        [ready] = session.orders.prepare([order])
        stand.close_period(order.date)
        [(_, outcome)] = session.orders.send([ready])
    assert failed(outcome).code is Code.PERIOD_CLOSED


def what_cannot_be_looked_up_is_in_doubt_and_then_found(stand: X3Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        [ready] = session.orders.prepare([order])
        stand.inject("drop_before", "look-up", times=1)
        [(_, outcome)] = session.orders.send([ready])
        assert failed(outcome).group is Group.VERIFY_FIRST
        assert len(find(session, order)) == 1


def answer_taken_for_done(patch: pytest.MonkeyPatch) -> None:
    look = carried_orders.by_search

    def wrong(search: Any) -> Any:
        found = look(search)
        return lambda keys: {key: seen or Accepted("1", "1") for key, seen in dict(found(keys)).items()}

    patch.setattr(carried_orders, "by_search", wrong)


def log_trusted_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(carried_orders, "by_search", lambda _search: dict.fromkeys)


def every_error_is_a_refusal(patch: pytest.MonkeyPatch) -> None:
    def wrong(returned: Any, **_: Any) -> Failure:
        return Failure(Code.REFUSED, returned.said, sent=False)

    patch.setattr(realtime_orders.answers, "refused", wrong)


def no_look_up_is_no_order(patch: pytest.MonkeyPatch) -> None:
    look = carried_orders.by_search

    def wrong(search: Any) -> Any:
        def found(keys: Any) -> Any:
            listed = look(search)(keys)
            refused = Failure(Code.REFUSED, "not there", sent=False)
            return dict.fromkeys(keys, refused) if isinstance(listed, Failure) else listed

        return found

    patch.setattr(carried_orders, "by_search", wrong)


CASES: list[tuple[Bug, Question]] = [
    (answer_taken_for_done, a_wrong_product_is_a_review),
    (answer_taken_for_done, what_x3_does_not_show_is_in_doubt),
    (log_trusted_first, a_log_that_is_wrong_is_not_trusted),
    (every_error_is_a_refusal, a_closed_period_is_held),
    (no_look_up_is_no_order, what_cannot_be_looked_up_is_in_doubt_and_then_found),
]


@pytest.mark.parametrize(("bug", "question"), CASES, ids=[question.__name__ for _, question in CASES])
def test_a_fault_of_this_way_is_found(monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Question) -> None:
    assert_found(monkeypatch, bug, build, question, ValueError)
