"""Offline requests of Intacct beyond what the suite asks: whom a response is believed, and what is done without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.intacct_stand import POLICY, TOKEN, IntacctStand, Queue
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed, make_order, prepared
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.sage.intacct import client, offline
from tidegate.sage.port.doorbell import Ring
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome


def build() -> IntacctStand:
    """The company works on offline requests when it is told to."""
    return IntacctStand(settings={"offline_policy": POLICY, "call_back_token": TOKEN}, offline_seconds=10**7)


@pytest.fixture
def stand() -> Iterator[IntacctStand]:
    made = build()
    yield made
    made.close()


def queue(stand: IntacctStand) -> Queue:
    assert isinstance(stand.desktop, Queue)
    return stand.desktop


def handed_over(stand: IntacctStand, session: Any, count: int = 2) -> Parcel:
    """The parcel of so many orders, as the ledger keeps it: its reference was noted before it left."""
    ready = [prepared(session, make_order(stand, 300 + number)) for number in range(count)]
    named = session.order_tracking.reserve(ready)
    assert isinstance(named, HandedOver)
    told: dict[str, Outcome] = dict(session.orders.send(ready))
    assert {getattr(one, "parcel", one) for one in told.values()} == {named.parcel}
    digest = digest_of((one.order.key, one.payload_hash) for one in ready)
    keys = tuple(one.order.key for one in ready)
    return Parcel(1, "web", "acme", "orders", digest, named.parcel, keys, stand.clock.now())


def collected(stand: IntacctStand, session: Any, parcel: Parcel) -> Mapping[str, Any]:
    found = session.orders.collect([parcel])
    assert not isinstance(found, Failure), found
    return found  # type: ignore[no-any-return]


def post(stand: IntacctStand, body: bytes, token: str = TOKEN) -> int:
    bell = stand.company.doorbell
    assert bell is not None
    heard = bell.ring(Ring("POST", f"answers/{token}", {}, body))
    assert not heard.hasten or heard.hasten == {"orders"}
    return heard.status


def response(parcel: Parcel, status: str, control_id: str = "") -> bytes:
    """A response that says this of every order."""
    error = "<errormessage><error><errorno>X</errorno><description2>No.</description2></error></errormessage>"
    results = "".join(
        f"<result><status>{status}</status><function>create_sotransaction</function>"
        f"<controlid>{key}/order</controlid>{error if status == 'failure' else '<key>Sales Order-SO9</key>'}</result>"
        for key in parcel.keys
    )
    return (
        f"<response><control><status>success</status><controlid>{control_id or parcel.tracking}</controlid></control>"
        f"<operation><authentication><status>success</status></authentication>{results}</operation></response>"
    ).encode()


# Whom a response is believed, and how far


def a_response_makes_no_order(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        assert post(stand, response(parcel, "success")) == 200
        assert [one for one in collected(stand, session, parcel).values() if isinstance(one, Accepted)] == []


def an_order_that_is_there_is_not_refused_by_a_response(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        queue(stand).work()
        post(stand, response(parcel, "failure"))
        for one in collected(stand, session, parcel).values():
            accepted(one)


def nobody_else_posts_a_response(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        assert post(stand, response(parcel, "failure"), token="guessed") == 404
        assert post(stand, response(parcel, "failure"), token="") == 404
        assert {type(one) for one in collected(stand, session, parcel).values()} == {HandedOver}


def a_response_of_another_request_says_nothing(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        earlier = f"{parcel.tracking.rpartition('-')[0]}-20260101000000000000"
        for control_id in (earlier, "somebody-elses"):
            assert post(stand, response(parcel, "failure", control_id)) == 200
        for body in (b"", b"<html/>", b"\xff", response(parcel, "failure")[:60]):
            assert post(stand, body) == 200
        assert {type(one) for one in collected(stand, session, parcel).values()} == {HandedOver}


# What is done without one


def a_session_that_runs_out_while_the_request_waits_is_nothing_to_it(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        stand.face.tenant.sessions.end_all()
        queue(stand).work()
        for one in collected(stand, session, parcel).values():
            accepted(one)


def a_process_that_dies_before_the_answer_leaves_a_trace(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        ready = [prepared(session, make_order(stand, 300))]
        named = session.order_tracking.reserve(ready)
        stand.inject("drop_after", "send")
        [(_, outcome)] = session.orders.send(ready)
        assert failed(outcome).sent
    with opened(stand.open()) as session:
        digest = digest_of((one.order.key, one.payload_hash) for one in ready)
        parcel = Parcel(1, "web", "acme", "orders", digest, "", (ready[0].order.key,), stand.clock.now())
        [lies] = collected(stand, session, parcel).values()
        assert isinstance(lies, HandedOver)
        assert lies.parcel == named.parcel


def a_job_that_is_worked_on_is_waited_for(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session, 3)
        queue(stand).work(1)
        stand.advance(2 * 3600)
        kinds = [type(one) for one in collected(stand, session, parcel).values()]
        assert sorted(kind.__name__ for kind in kinds) == ["Accepted", "HandedOver", "HandedOver"]


def sent_twice_it_is_made_once(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        stand.advance(60)
        again = handed_over(stand, session)
        assert again.tracking != parcel.tracking
        queue(stand).work()
        for one in collected(stand, session, again).values():
            accepted(one)
    assert [len(stand.booked(key)) for key in parcel.keys] == [1, 1]


QUESTIONS = (
    a_response_makes_no_order,
    an_order_that_is_there_is_not_refused_by_a_response,
    nobody_else_posts_a_response,
    a_response_of_another_request_says_nothing,
    a_session_that_runs_out_while_the_request_waits_is_nothing_to_it,
    a_process_that_dies_before_the_answer_leaves_a_trace,
    a_job_that_is_worked_on_is_waited_for,
    sent_twice_it_is_made_once,
)


@pytest.mark.parametrize("question", QUESTIONS, ids=[each.__name__ for each in QUESTIONS])
def test_offline(stand: IntacctStand, question: Question) -> None:
    question(stand)


def test_a_refusal_whose_reason_never_came_goes_to_a_person_after_a_while(stand: IntacctStand) -> None:
    queue(stand).lose_results()
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        queue(stand).refuse(parcel.keys[0])
        queue(stand).work()
        found = collected(stand, session, parcel)
        assert isinstance(found[parcel.keys[0]], HandedOver), "its response may still be on its way"
        stand.advance(31 * 60)
        found = collected(stand, session, parcel)
        assert failed(found[parcel.keys[0]]).code is Code.REFUSED
        accepted(found[parcel.keys[1]])


def test_where_jobs_may_not_be_seen_time_decides(stand: IntacctStand) -> None:
    stand.face.options.denied = frozenset({("query", "JOBQUEUERECORD")})
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        stand.advance(3600)
        assert {type(one) for one in collected(stand, session, parcel).values()} == {HandedOver}
        queue(stand).work()
        for one in collected(stand, session, parcel).values():
            accepted(one)


def test_a_request_that_could_not_sign_in_halts(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session)
        stand.face.tenant.authorised.clear()
        queue(stand).work()
        stand.face.tenant.authorised.add(stand.settings.sender_id)
        for one in collected(stand, session, parcel).values():
            assert failed(one).code is Code.NOT_AUTHENTICATED


def test_an_account_on_hold_is_waited_for(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        parcel = handed_over(stand, session, 1)
        stand.do("customer-change", customer=stand.codes.account, changes={"on_hold": True})
        queue(stand).work()
        [outcome] = collected(stand, session, parcel).values()
        assert (failed(outcome).code, failed(outcome).missing) == (Code.CUSTOMER_PENDING, "hold:WEB")


def test_a_policy_that_the_vendor_does_not_know_is_said(stand: IntacctStand) -> None:
    stand.face.tenant.policies.clear()
    with opened(stand.company) as session:
        ready = [prepared(session, make_order(stand, 300))]
        [(_, outcome)] = session.orders.send(ready)
        assert failed(outcome).code is Code.NOT_AUTHENTICATED
        assert "transport policy" in failed(outcome).text
        assert not failed(outcome).sent


def test_a_request_that_is_too_long_goes_in_halves(
    stand: IntacctStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "OFFLINE", 100)
    with opened(stand.company) as session:
        ready = [prepared(session, make_order(stand, 300 + number)) for number in range(2)]
        codes = {failed(outcome).code for _, outcome in session.orders.send(ready)}
        assert codes == {Code.PARCEL_REFUSED}
    assert stand.face.offline.jobs == []


# Faults of ours that these questions find


def response_trusted(patch: pytest.MonkeyPatch) -> None:
    missing = offline.Offline._missing

    def all_made(self: Any, parcel: Parcel, keys: Any, *rest: Any) -> dict[str, Outcome]:
        found = missing(self, parcel, keys, *rest)
        heard = rest[-1] is not None
        return (
            {key: Accepted("Sales Order-SO9", "SO9") for key in keys if key not in found} if heard else found
        )

    patch.setattr(offline.Offline, "_missing", all_made)


def not_looked_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(offline, "_made", lambda found: None)


def address_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(offline.Answers, "is_meant", lambda self, token: True)


def request_not_compared(patch: pytest.MonkeyPatch) -> None:
    posted = offline.posted

    def as_if_ours(body: bytes) -> Any:
        found = posted(body)
        return found and replace(found, control_id=_Same(found.control_id))

    patch.setattr(offline, "posted", as_if_ours)


class _Same(str):
    """A control id that is the same as any other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


def signed_in_by_a_session(patch: pytest.MonkeyPatch) -> None:
    request, sessions = client.request, list[Any]()

    def in_a_session(sender: Any, authentication: Any, functions: Any, **more: Any) -> bytes:
        if not more.get("policy"):
            sessions.append(authentication)
        return request(sender, sessions[-1], functions, **more)

    patch.setattr(client, "request", in_a_session)


def not_noted_before_it_leaves(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(offline, "NOTE", "")
    patch.setattr(offline, "_sent", lambda note: None)


def every_job_taken_for_done(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(offline, "WAITING", frozenset())
    patch.setattr(offline, "PATIENCE", timedelta(0))
    patch.setattr(offline.Offline, "_is_long_over", lambda *args: True)


def control_id_per_request(patch: pytest.MonkeyPatch) -> None:
    hand_over = offline.Offline.hand_over

    def anew(self: Any, batch: Any, control_ids: Any, functions: Any) -> Any:
        number = self._clock.now().isoformat()
        return hand_over(
            self,
            batch,
            control_ids,
            [replace(one, control_id=f"{one.control_id}/{number}") for one in functions],
        )

    patch.setattr(offline.Offline, "hand_over", anew)


BUGS: list[tuple[Bug, Question]] = [
    (response_trusted, a_response_makes_no_order),
    (not_looked_up, an_order_that_is_there_is_not_refused_by_a_response),
    (address_not_compared, nobody_else_posts_a_response),
    (request_not_compared, a_response_of_another_request_says_nothing),
    (signed_in_by_a_session, a_session_that_runs_out_while_the_request_waits_is_nothing_to_it),
    (not_noted_before_it_leaves, a_process_that_dies_before_the_answer_leaves_a_trace),
    (every_job_taken_for_done, a_job_that_is_worked_on_is_waited_for),
    (control_id_per_request, sent_twice_it_is_made_once),
]


@pytest.mark.parametrize(("bug", "question"), BUGS, ids=[each[0].__name__ for each in BUGS])
def test_the_questions_find_it(monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Question) -> None:
    assert_found(monkeypatch, bug, build, question, ValueError, TypeError)
