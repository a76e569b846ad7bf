"""Looking for orders: contract §6, §9.6, §10."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.orders import OrderKey
from tidegate.sage.port.session import Purpose
from unit.sage.scripted_api import World, application_error, gateway_error, make_world, ok, order, page, where


@pytest.fixture
def world() -> World:
    return make_world()


def row(number: int, key: str, reference: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "document_no": f"{number:010}",
        "document_status": "EnumDocumentStatusLive",
        "customer_document_no": reference,
        "spare_text_1": key,
        "total_gross_value": 54.10,
        "customer_id": 27825,
        **more,
    }


KEYS = [OrderKey("magento:main:1", "000000001"), OrderKey("magento:main:2", "000000002")]


def test_a_look_up_asks_for_key_and_number_in_one_call(world: World) -> None:
    world.api.on("GET", "/sop_orders", ok([row(7, "magento:main:1", "000000001")]))
    with world.company.session(Purpose.WRITING) as session:
        session.orders.prepare([order()])

    with world.company.session(Purpose.WRITING) as session:
        found = session.order_search.find(KEYS)

    assert isinstance(found, dict)
    [one] = found["magento:main:1"]
    assert (one.id, one.number, one.ours, one.account) == ("7", "0000000007", True, "WEB001")
    assert one.gross == Decimal("54.10")
    assert found["magento:main:2"] == []
    [request] = world.api.called("GET", "/sop_orders")
    assert where(request) == (
        "customer_document_no eq '000000001' or spare_text_1 eq 'magento:main:1' or "
        "customer_document_no eq '000000002' or spare_text_1 eq 'magento:main:2'"
    )
    assert "%27" in str(request.url)
    assert " " not in str(request.url)


def test_ours_is_exactly_our_key_whatever_the_number_says(world: World) -> None:
    rows = [
        row(1, "", "000000001"),  # typed in by hand
        row(2, "magento:main:1", "renumbered by hand"),
        row(3, "MAGENTO:MAIN:1", "000000001"),
        row(4, "magento:other:1", "000000001"),
        row(5, "magento:main:1", "000000001"),
        row(6, None, " 000000002 "),  # type: ignore[arg-type]
    ]
    world.api.on("GET", "/sop_orders", ok(rows))

    with world.company.session(Purpose.WRITING) as session:
        found = session.order_search.find(KEYS)

    assert isinstance(found, dict)
    assert [(one.id, one.ours) for one in found["magento:main:1"]] == [
        ("1", False),
        ("2", True),
        ("3", False),
        ("4", False),
        ("5", True),
    ]
    assert [(one.id, one.ours) for one in found["magento:main:2"]] == [("6", False)]


def test_a_number_with_odd_characters_is_looked_for_by_key_alone(world: World) -> None:
    world.api.on("GET", "/sop_orders", ok([]))

    with world.company.session(Purpose.WRITING) as session:
        session.order_search.find([OrderKey("magento:main:1", "O'Brien")])

    assert where(world.api.called("GET", "/sop_orders")[0]) == "spare_text_1 eq 'magento:main:1'"


def test_fifty_keys_take_few_calls_below_what_hosting_takes_and_no_keys_none(world: World) -> None:
    world.api.on("GET", "/sop_orders", ok([]))
    with world.company.session(Purpose.WRITING) as session:
        assert session.order_search.find([]) == {}
        found = session.order_search.find([OrderKey(f"magento:main:{n}", f"{n:09}") for n in range(50)])

    assert isinstance(found, dict)
    assert len(found) == 50
    calls = world.api.called("GET", "/sop_orders")
    assert len(calls) == 4
    assert all(len(one.url.query) < 1900 for one in calls)
    assert all(where(one).count(" eq ") <= 45 for one in calls)


def test_fifty_long_keys_are_parted_for_the_length_of_the_address(world: World) -> None:
    world.api.on("GET", "/sop_orders", ok([]))
    with world.company.session(Purpose.WRITING) as session:
        found = session.order_search.find(
            [OrderKey(f"magento:a-webshop-far-away:{n}", f"{n:09}") for n in range(1_000_000, 1_000_050)]
        )

    assert isinstance(found, dict)
    assert len(found) == 50
    calls = world.api.called("GET", "/sop_orders")
    assert len(calls) == 4
    assert all(len(one.url.query) < 1900 for one in calls)


def test_every_match_comes_back_beyond_one_page(world: World) -> None:
    first = ok([row(number, "", "000000001") for number in range(1, 501)])
    world.api.on("GET", "/sop_orders", first, ok([row(501, "magento:main:1", "000000001")]))

    with world.company.session(Purpose.WRITING) as session:
        found = session.order_search.find(KEYS[:1])

    assert isinstance(found, dict)
    assert len(found["magento:main:1"]) == 501
    assert found["magento:main:1"][-1].ours


def test_a_look_up_that_fails_is_no_empty_look_up(world: World) -> None:
    for reply, code in (
        (gateway_error(504, "timeout"), Code.SERVER_TROUBLE),
        (page(200, "Sign in"), Code.SERVER_TROUBLE),
        (application_error("The database is locked", 503), Code.LOCKED),
        (gateway_error(404, "Resource not found"), Code.UNKNOWN_ENDPOINT),
        (application_error("Could not find a property named 'spare_text_1'"), Code.UNKNOWN_ENDPOINT),
        (httpx.ReadTimeout("timed out"), Code.UNREACHABLE),
    ):
        world.api.on("GET", "/sop_orders", reply)
        with world.company.session(Purpose.WRITING) as session:
            found = session.order_search.find(KEYS)
        assert isinstance(found, Failure), reply
        assert found.code is code
