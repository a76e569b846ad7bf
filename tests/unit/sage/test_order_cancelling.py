"""Cancelling orders: contract §5, §11."""

from __future__ import annotations

import httpx
import pytest

from simulation import bugs_of_carelessness as careless
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.port.session import Purpose
from unit.sage.scripted_api import World, application_error, gateway_error, make_world, ok, page


@pytest.fixture
def world() -> World:
    return make_world()


def cancel(world: World) -> Outcome:
    with world.company.session(Purpose.WRITING) as session:
        return session.cancelling.cancel("7", "0000000007")


THERE = ok({"id": 7, "document_no": "0000000007", "document_status": "EnumDocumentStatusLive"})
NOT_FOUND = gateway_error(404, "Not found")


def test_cancelling_deletes_and_gone_is_cancelled(world: World) -> None:
    world.api.on("GET", "/sop_orders/7", THERE, NOT_FOUND)
    world.api.on("GET", "/sop_orders", ok([]))
    world.api.on("DELETE", "/sop_orders/7", ok({}))

    first, second = cancel(world), cancel(world)

    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert len(world.api.called("DELETE", "/sop_orders/7")) == 1


def test_what_was_despatched_is_not_deleted(world: World) -> None:
    world.api.on("GET", "/sop_orders/7", THERE)
    forbidden = application_error("The requested operation is forbidden for this account.", 403)
    world.api.on("DELETE", "/sop_orders/7", forbidden)

    outcome = cancel(world)

    assert isinstance(outcome, Failure)
    assert outcome.code is Code.REFUSED
    assert "despatched" in outcome.text


def test_another_order_behind_the_id_is_never_deleted(world: World) -> None:
    world.api.on("GET", "/sop_orders/7", ok({"id": 7, "document_no": "0000000099"}))

    outcome = cancel(world)

    assert isinstance(outcome, Failure)
    assert outcome.code is Code.OTHER_CONTENT
    assert world.api.called("DELETE", "/sop_orders/7") == []


def test_cancelling_by_the_id_alone_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    careless.cancel_by_id_alone(monkeypatch)
    world.api.on("DELETE", "/sop_orders/7", ok({}))
    with pytest.raises(AssertionError):
        test_another_order_behind_the_id_is_never_deleted(world)
    assert len(world.api.called("DELETE", "/sop_orders/7")) == 1


def test_a_cancelled_order_is_cancelled(world: World) -> None:
    cancelled = {"id": 7, "document_no": "0000000007", "document_status": "EnumDocumentStatusCancelled"}
    world.api.on("GET", "/sop_orders/7", ok(cancelled))

    assert isinstance(cancel(world), Accepted)
    assert world.api.called("DELETE", "/sop_orders/7") == []


def test_an_unanswered_cancellation_is_in_doubt_and_can_be_repeated(world: World) -> None:
    world.api.on("GET", "/sop_orders/7", THERE, NOT_FOUND)
    world.api.on("GET", "/sop_orders", ok([]))
    world.api.on("DELETE", "/sop_orders/7", httpx.ReadTimeout("timed out"))

    lost, again = cancel(world), cancel(world)

    assert isinstance(lost, Failure)
    assert lost.code is Code.NO_ANSWER
    assert isinstance(again, Accepted)


def test_deleted_in_between_is_gone_but_an_unknown_verb_is_reported(world: World) -> None:
    world.api.on("GET", "/sop_orders/7", THERE, NOT_FOUND)
    world.api.on("GET", "/sop_orders", ok([]))
    world.api.on("DELETE", "/sop_orders/7", NOT_FOUND)
    assert isinstance(cancel(world), Accepted)

    world.api.on("GET", "/sop_orders/7", THERE)
    outcome = cancel(world)
    assert isinstance(outcome, Failure)
    assert outcome.code is Code.UNKNOWN_ENDPOINT


BELIEVED = [
    httpx.Response(200),
    httpx.Response(204),
    ok(None),
    ok(True),
    ok({}),
    ok({"id": 7}),
    ok([{"id": 7, "document_no": "0000000007"}]),
]
NOT_BELIEVED = [
    page(200),
    httpx.Response(200, text="", headers={"Content-Type": "text/html"}),
    httpx.Response(200, text="deleted"),
    httpx.Response(200, content=b'{"id": 7', headers={"Content-Type": "application/json"}),
    ok({"id": 8}),
    ok({"statusCode": 500, "message": "Resource is unavailable"}),
    httpx.Response(202),
]


@pytest.mark.parametrize("reply", BELIEVED)
def test_the_api_s_own_answer_to_a_delete_is_trusted(world: World, reply: httpx.Response) -> None:
    world.api.on("GET", "/sop_orders/7", THERE)
    world.api.on("DELETE", "/sop_orders/7", reply)

    outcome = cancel(world)

    assert isinstance(outcome, Accepted), outcome


@pytest.mark.parametrize("reply", NOT_BELIEVED)
def test_any_other_answer_to_a_delete_leaves_it_in_doubt(world: World, reply: httpx.Response) -> None:
    """An HTML page with 200 was believed: cancelled here, alive, despatched and invoiced in Sage."""
    world.api.on("GET", "/sop_orders/7", THERE)
    world.api.on("DELETE", "/sop_orders/7", reply)

    outcome = cancel(world)

    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.sent) == (Code.UNCLEAR_ANSWER, True)


@pytest.mark.parametrize("reply", [page(404), httpx.Response(404, text="Not Found")])
def test_a_page_s_404_does_not_mean_that_an_order_is_gone(world: World, reply: httpx.Response) -> None:
    world.api.on("GET", "/sop_orders/7", reply)

    outcome = cancel(world)

    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.sent) == (Code.SERVER_TROUBLE, False)
    assert world.api.called("DELETE", "/sop_orders/7") == []


def test_an_order_that_the_list_still_has_is_not_gone(world: World) -> None:
    world.api.on("GET", "/sop_orders/7", NOT_FOUND)
    world.api.on("GET", "/sop_orders", ok([{"id": 7}]))

    outcome = cancel(world)

    assert isinstance(outcome, Failure)
    assert outcome.code is Code.SERVER_TROUBLE
