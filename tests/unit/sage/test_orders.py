"""Orders: prepare and send. Contract §5, §8, §9.6, §10."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.keys import payload_hash
from tidegate.sage.port.orders import OrderKey, Prepared
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage200 import orders
from unit.sage.scripted_api import (
    World,
    application_error,
    carriage,
    gateway_error,
    goods,
    make_world,
    ok,
    order,
    page,
    stored,
)


@pytest.fixture
def world() -> World:
    return make_world()


def prepare(world: World, *orders: Any) -> list[Prepared | Failure]:
    with world.company.session(Purpose.WRITING) as session:
        return session.orders.prepare(orders)


def send(world: World, number: int = 213) -> Outcome:
    with world.company.session(Purpose.WRITING) as session:
        [prepared] = session.orders.prepare([order(number)])
        assert isinstance(prepared, Prepared)
        [(key, outcome)] = session.orders.send([prepared])
        assert key == f"magento:main:{number}"
        return outcome


# Prepare


def test_a_prepared_order_shows_what_would_leave_and_changes_nothing(world: World) -> None:
    [prepared] = prepare(world, order())

    assert isinstance(prepared, Prepared)
    assert prepared.payload["lines"][0]["product_id"] == 3001
    assert prepared.payload_hash == payload_hash(prepared.payload)
    assert {request.method for request in world.api.requests} == {"GET"}


def test_reference_data_is_read_once(world: World) -> None:
    prepare(world, order(1), order(2))
    cold = world.company.calls
    assert cold == 8, "six lists, customers, products"

    prepare(world, order(3), order(4))

    assert world.company.calls == cold


def test_what_was_found_and_forgotten_within_a_session_is_read_again_and_not_missing(world: World) -> None:
    world.api.on("POST", "/sop_orders", application_error("The product does not exist."))
    with world.company.session(Purpose.WRITING) as session:
        [first] = session.orders.prepare([order(1, lines=(goods(account="4000"), carriage()))])
        assert isinstance(first, Prepared)
        [(_, refused)] = session.orders.send([first])
        assert isinstance(refused, Failure), "what it was made of is doubted from here on"
        assert isinstance(session.orders.prepare([order(2)])[0], Prepared)

        world.company.forget()
        [again] = session.orders.prepare([order(3, lines=(goods(account="4000"), carriage()))])
        assert isinstance(again, Prepared)


def test_what_is_missing_is_asked_once_in_a_session(world: World) -> None:
    wanting = order(1, account="NOBODY", lines=(goods(code="GONE", account="9999"),))
    with world.company.session(Purpose.WRITING) as session:
        session.orders.prepare([wanting])
        before = world.company.calls
        [failure] = session.orders.prepare([wanting])
        assert isinstance(failure, Failure)
        assert world.company.calls == before


@pytest.mark.parametrize(
    ("given", "code", "missing"),
    [
        (order(account="NOBODY"), Code.UNKNOWN_CUSTOMER, "customer:NOBODY"),
        (order(currency="EUR"), Code.UNMAPPED_CURRENCY, "currency:EUR"),
        (order(lines=(goods(code="GONE"),)), Code.UNKNOWN_SKU, "sku:GONE"),
        (order(lines=(goods(tax_code="99"),)), Code.UNMAPPED_TAX, "tax:99"),
        (order(lines=(goods(account="9999"),)), Code.UNKNOWN_REFERENCE, "account:9999"),
        (order(lines=(goods(account="4000/XYZ"),)), Code.UNKNOWN_REFERENCE, "account:4000/XYZ"),
        (order(lines=(goods(warehouse="MOON"),)), Code.UNKNOWN_REFERENCE, "warehouse:MOON"),
        (
            order(lines=(goods(), msgspec.structs.replace(carriage(), code="SLED"))),
            Code.UNKNOWN_REFERENCE,
            "charge:SLED",
        ),
    ],
)
def test_what_is_missing_holds_this_order_by_name_and_no_other(
    world: World, given: Any, code: Code, missing: str
) -> None:
    held, fine = prepare(world, given, order(999))

    assert isinstance(held, Failure)
    assert (held.code, held.missing, held.sent) == (code, missing, False)
    assert isinstance(fine, Prepared)


def test_everything_that_an_order_misses_is_named_at_once(world: World) -> None:
    lines = (goods(code="GONE"), goods(code="LOST", tax_code="99"), goods(account="9999"))
    (held,) = prepare(world, order(lines=lines))
    assert isinstance(held, Failure)
    assert held.missing == "sku:GONE"
    assert held.details["missing"] == "sku:GONE, sku:LOST, tax:99, account:9999"
    for name in ("GONE", "LOST", "99", "9999"):
        assert f"'{name}'" in held.text


def test_what_sage_lacks_of_an_order_that_cannot_be_prepared_yet(world: World) -> None:
    held = Named("NOBODY", "USD", (goods(code="GONE"), goods(code="LOST"), goods(account="9999")))
    sound = Named("", "", (goods(),))
    with world.company.session(Purpose.WRITING) as session:
        lacking, nothing = session.orders.lacking([held, sound])
        assert session.orders.lacking([]) == []
    assert lacking is not None
    assert lacking.details["missing"] == "customer:NOBODY, sku:GONE, sku:LOST, account:9999"
    assert nothing is None, "an account that is not known yet is not asked for"


def test_a_read_that_failed_says_nothing_about_what_sage_lacks(world: World) -> None:
    world.api.on("GET", "/products", gateway_error(503, "Service Unavailable"))
    with world.company.session(Purpose.WRITING) as session:
        assert session.orders.lacking([Named("", "", (goods(code="GONE"),))]) == [None]


def test_only_the_first_missing_thing_would_be_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug: the first failure hides the others."""
    monkeypatch.setattr(orders, "together", lambda failures: next(iter(failures), None))
    with pytest.raises((AssertionError, KeyError)):
        test_everything_that_an_order_misses_is_named_at_once(world)


def test_a_missing_sku_is_asked_again_once_in_each_session(world: World) -> None:
    missing = order(lines=(goods(code="NEW-1"),))
    world.api.on("GET", "/products", ok([]))
    with world.company.session(Purpose.WRITING) as session:
        for _ in range(3):
            [answer] = session.orders.prepare([missing])
            assert isinstance(answer, Failure)
    assert len(world.api.called("GET", "/products")) == 1

    world.api.on("GET", "/products", ok([{"id": 9, "code": "NEW-1", "name": "New"}]))
    [found] = prepare(world, msgspec.structs.replace(missing, gross=Decimal("48.00")))
    assert isinstance(found, Prepared)
    assert len(world.api.called("GET", "/products")) == 2


def test_the_exact_spelling_of_a_sku_wins(world: World) -> None:
    rows = [{"id": 1, "code": "abc"}, {"id": 2, "code": "ABC"}]
    world.api.on("GET", "/products", ok(rows))
    lines = (goods(code="ABC"), goods(code="abc"))

    [prepared] = prepare(world, order(lines=lines, gross=Decimal("96.00")))

    assert isinstance(prepared, Prepared)
    assert [line["product_id"] for line in prepared.payload["lines"]] == [2, 1]

    [unclear] = prepare(world, order(lines=(goods(code="Abc"),), gross=Decimal("48.00")))
    assert isinstance(unclear, Failure)
    assert unclear.code is Code.UNKNOWN_SKU


def test_another_case_alone_is_the_same_sku(world: World) -> None:
    [prepared] = prepare(world, order(lines=(goods(code="hub-0001"),), gross=Decimal("48.00")))

    assert isinstance(prepared, Prepared)
    assert prepared.payload["lines"][0]["code"] == "HUB-0001"


def test_a_lock_while_reading_is_the_failure_of_every_order(world: World) -> None:
    world.api.on("GET", "/tax_codes", application_error("The database is locked for backup", 503))

    answers = prepare(world, order(1), order(2))

    for answer in answers:
        assert isinstance(answer, Failure)
        assert (answer.code, answer.sent) == (Code.LOCKED, False)
    assert len(world.api.called("GET", "/tax_codes")) == 1


def test_prices_with_tax_hold_everything_until_the_setting_is_changed(world: World) -> None:
    world.api.on("GET", "/sop_settings", ok({"id": 1, "are_prices_tax_inclusive": True}))

    [answer] = prepare(world, order())

    assert isinstance(answer, Failure)
    assert answer.missing == "setting:prices-without-tax"


def test_an_account_without_currency_is_in_the_companys_own(world: World) -> None:
    world.api.on("GET", "/customers", ok([{"id": 5, "reference": "WEB001", "name": "W"}]))

    [answer] = prepare(world, order())

    assert isinstance(answer, Prepared)


def test_several_warehouses_without_home_must_be_named(world: World) -> None:
    world.api.on("GET", "/warehouses", ok([{"id": 1, "name": "NORTH"}, {"id": 2, "name": "SOUTH"}]))

    [answer] = prepare(world, order())

    assert isinstance(answer, Failure)
    assert answer.missing == "warehouse:"


def test_the_cache_ages_and_can_be_dropped(world: World) -> None:
    prepare(world, order())
    calls = world.company.calls
    world.clock.advance(3601)
    prepare(world, order())
    assert world.company.calls == 2 * calls

    world.company.forget()
    prepare(world, order())
    assert world.company.calls == 3 * calls


# Send


def test_an_accepted_order_brings_its_number_and_total(world: World) -> None:
    world.api.on("POST", "/sop_orders", stored)

    outcome = send(world)

    assert isinstance(outcome, Accepted)
    assert (outcome.id, outcome.number, outcome.status) == (
        "16976",
        "0000000002",
        "live",
    )
    assert outcome.gross == Decimal(54)
    assert outcome.details["key"] == "magento:main:213"
    [request] = world.api.called("POST", "/sop_orders")
    assert request.headers["Content-Type"] == "application/json"
    assert not request.url.query
    assert b'"selling_unit_price":10.00' in request.content
    assert json.loads(request.content)["spare_text_1"] == "magento:main:213"


@pytest.mark.parametrize(
    ("reply", "code", "may_have_effect"),
    [
        (httpx.ReadTimeout("timed out"), Code.NO_ANSWER, True),
        (httpx.RemoteProtocolError("gone"), Code.NO_ANSWER, True),
        (httpx.ConnectError("refused"), Code.UNREACHABLE, False),
        (page(200, "Sign in"), Code.UNCLEAR_ANSWER, True),
        (httpx.Response(200, content=b'{"id": 16'), Code.UNCLEAR_ANSWER, True),
        (httpx.Response(204), Code.UNCLEAR_ANSWER, True),
        (ok({"document_no": "1"}), Code.UNCLEAR_ANSWER, True),
        (ok([]), Code.UNCLEAR_ANSWER, True),
        (ok({"id": 1, "spare_text_1": "magento:main:999"}), Code.UNCLEAR_ANSWER, True),
        (application_error("The quantity is wrong."), Code.REFUSED, False),
        (application_error("The period is closed."), Code.PERIOD_CLOSED, False),
        (gateway_error(429, "slow down"), Code.THROTTLED, False),
        (gateway_error(504, "timeout"), Code.GATEWAY_TIMEOUT, True),
        (application_error("The database is locked", 503), Code.LOCKED, True),
    ],
)
def test_what_is_not_clearly_refused_stays_in_doubt(
    world: World, reply: Any, code: Code, may_have_effect: bool
) -> None:
    world.api.on("POST", "/sop_orders", reply)

    outcome = send(world)

    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.sent) == (code, may_have_effect)
    assert len(world.api.called("POST", "/sop_orders")) == 1, "never sent again by itself"


def test_201_is_success_and_the_order_number_is_proof_where_our_field_is_not_echoed(world: World) -> None:
    echo = {"id": 5, "document_no": "5", "spare_text_1": None, "customer_document_no": "000000213"}
    world.api.on("POST", "/sop_orders", ok(echo, 201))

    outcome = send(world)

    assert isinstance(outcome, Accepted)
    assert outcome.gross is None
    assert "key" not in outcome.details


@pytest.mark.parametrize(
    "echo",
    [
        {"id": 5, "document_no": "5"},
        {"id": 5, "document_no": "5", "customer_document_no": "000000214"},
        {"id": 5, "spare_text_1": "magento:main:214", "customer_document_no": "000000213"},
    ],
)
def test_an_answer_that_is_not_about_this_order_leaves_it_in_doubt(world: World, echo: Any) -> None:
    world.api.on("POST", "/sop_orders", ok(echo))

    outcome = send(world)

    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.sent) == (Code.UNCLEAR_ANSWER, True)


def test_after_a_refusal_the_order_s_ids_are_read_anew(world: World) -> None:
    world.api.on("POST", "/sop_orders", application_error("Invalid product"), stored)
    assert isinstance(send(world), Failure)
    before = len(world.api.called("GET", "/products"))

    assert isinstance(send(world), Accepted)
    assert len(world.api.called("GET", "/products")) == before + 1


def test_one_order_a_call(world: World) -> None:
    first, second = prepare(world, order(1), order(2))
    assert isinstance(first, Prepared)
    assert isinstance(second, Prepared)

    with (
        world.company.session(Purpose.WRITING) as session,
        pytest.raises(ValueError, match="orders_per_call"),
    ):
        list(session.orders.send([first, second]))


def test_a_batch_of_25_costs_two_look_ups_and_25_calls() -> None:
    world = make_world()
    prepare(world, order())
    world.api.on("GET", "/sop_orders", ok([]))
    world.api.on("POST", "/sop_orders", stored)
    orders = [order(100_000 + number) for number in range(25)]
    before = world.company.calls

    with world.company.session(Purpose.WRITING) as session:
        prepared = [one for one in session.orders.prepare(orders) if isinstance(one, Prepared)]
        found = session.order_search.find([OrderKey(one.key, one.reference) for one in orders])
        assert isinstance(found, dict)
        for one in prepared:
            list(session.orders.send([one]))

    assert len(prepared) == 25
    assert world.company.calls - before == 27
