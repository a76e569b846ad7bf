"""X3's orders looked up by GraphQL: the suite's questions about look-ups, and what introspection finds or does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.rooms import X3_GRAPHQL
from conformance.x3_stand import X3Stand
from tidegate.conformance import lost_answers, orders
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, failed, find, make_order, send
from tidegate.domain.errors import Code
from tidegate.sage.port.orders import OrderKey
from tidegate.sage.x3 import graph

QUESTIONS = (
    orders.test_an_order_typed_in_with_the_same_number_is_shown_and_is_not_ours,
    orders.test_no_match_is_lost_beyond_one_page,
)


@pytest.fixture(params=X3_GRAPHQL)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A folder of each generation."""
    built = X3_GRAPHQL[request.param]()
    yield built
    built.close()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
def test_the_suite_finds_orders_by_it(stand: Stand, question: object) -> None:
    assert callable(question)
    question(stand)


def test_an_order_is_found_by_its_key(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        [found] = find(session, order)
    assert (found.number, found.ours, found.account) == (sent.number, True, order.account)


def test_an_order_whose_answer_was_lost_is_found(stand: Stand) -> None:
    lost_answers.test_an_order_whose_answer_was_lost_is_in_doubt_and_then_found(
        stand, "status", {"status": 500, "effect": True}
    )


@pytest.mark.parametrize(
    ("options", "lacks"),
    [({"graphql": ""}, ""), ({"graphql_reference": False}, "customerOrderReference")],
    ids=["no GraphQL", "no reference"],
)
def test_nothing_is_absent_where_it_cannot_be_asked(options: dict[str, object], lacks: str) -> None:
    settings = {"sign_in": "bearer", "look_up": "graphql"}
    stand = X3Stand(settings=settings, **options)
    with opened(stand.company) as session:
        failure = failed(session.order_search.find([OrderKey("magento:main:213", "000000213")]))
    assert failure.code is Code.UNKNOWN_ENDPOINT
    assert lacks in failure.text


def test_the_suite_bites_when_only_one_page_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "PAGE", 1)
    monkeypatch.setattr(graph, "MOST_PAGES", 1)
    stand = X3_GRAPHQL["x3-graphql-newer"]()
    with pytest.raises(AssertionError):
        orders.test_no_match_is_lost_beyond_one_page(stand)
    stand.close()
