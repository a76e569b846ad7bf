"""X3's orders created by GraphQL: the suite's questions about orders and lost answers, and what introspection does not find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.rooms import X3_CREATING
from conformance.x3_stand import X3Stand
from tidegate.conformance.lost_answers import *
from tidegate.conformance.opened import opened
from tidegate.conformance.orders import *
from tidegate.conformance.stand import Stand, accepted, failed, make_order, send
from tidegate.domain.errors import Code
from tidegate.sage.x3.writers import ByGraphQL


@pytest.fixture(params=["x3-creating-newer"])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A folder of the newer generation."""
    built = X3_CREATING[request.param]()
    yield built
    built.close()


def test_an_order_is_created_below_the_root_of_the_older_generation_too() -> None:
    stand = X3_CREATING["x3-creating-older"]()
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        made = accepted(send(session, order))
    assert [(one.number, one.gross) for one in stand.booked(order.key)] == [(made.number, order.gross)]
    stand.close()


@pytest.mark.parametrize(
    ("options", "lacks"),
    [
        ({"graphql": ""}, "the service does not exist"),
        ({"graphql_create": False}, "no mutation"),
        ({"graphql_reference": False}, "customerOrderReference (CUSORDREF)"),
    ],
    ids=["no GraphQL", "not mapped", "no field for our key"],
)
def test_a_folder_that_cannot_take_orders_refuses_all_and_the_check_says_so(
    options: dict[str, Any], lacks: str
) -> None:
    stand = X3Stand(settings={"sign_in": "bearer", "writer": ByGraphQL()}, **options)
    with opened(stand.company) as session:
        failure = failed(session.orders.prepare([make_order(stand, 213)])[0])
    assert failure.code is Code.UNKNOWN_ENDPOINT
    assert lacks in failure.text
    found = {one.subject: one for one in stand.company.examine()}
    assert found["mutation"].verdict == "fail"
    assert lacks in found["mutation"].text
    assert stand.erp.orders.table.first("external_key", "magento:main:213") is None
    stand.close()


def test_what_the_input_cannot_hold_is_not_left_out() -> None:
    stand = X3Stand(settings={"sign_in": "bearer", "writer": ByGraphQL(fields={"YMAGLIN": "magentoLine"})})
    with opened(stand.company) as session:
        failure = failed(session.orders.prepare([make_order(stand, 213)])[0])
    assert failure.missing == "setting:writer.fields"
    assert "YMAGKEY" in failure.text
    stand.close()


def test_an_order_with_shipping_is_refused_where_the_input_has_no_elements() -> None:
    stand = X3Stand(
        settings={
            "sign_in": "bearer",
            "writer": ByGraphQL(fields={"YMAGKEY": "magentoKey", "YMAGLIN": "magentoLine"}),
        },
        graphql_elements=False,
    )
    with opened(stand.company) as session:
        failure = failed(session.orders.prepare([make_order(stand, 213)])[0])
    assert "invoicing elements" in failure.text
    stand.close()
