"""Files of orders on the platform: every end that they can have, with a full, partial, late and missing result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from conformance.sage50_stand import Sage50Stand
from tidegate.conformance.stand import accepted, failed, goods, make_order
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.sales_order import Buyer, SalesOrder
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.sage.asking_again import next_question
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome
from tidegate.sage.port.session import Purpose
from tidegate_sandbox.faults import Fault

TRACKING = r"/api/files/tracking/"


@pytest.fixture
def stand() -> Iterator[Sage50Stand]:
    built = Sage50Stand()
    yield built
    built.close()


def desk(stand: Sage50Stand) -> Any:
    with stand.company.session(Purpose.WRITING) as session:
        assert not isinstance(session, Failure)
        return session.orders


def orders(stand: Sage50Stand, count: int = 4) -> list[SalesOrder]:
    return [make_order(stand, 300 + number) for number in range(count)]


def prepared(stand: Sage50Stand, batch: Sequence[SalesOrder]) -> list[Prepared]:
    ready = desk(stand).prepare(batch)
    assert not [one for one in ready if isinstance(one, Failure)], ready
    return [one for one in ready if isinstance(one, Prepared)]


def parcel_of(stand: Sage50Stand, ready: Sequence[Prepared], tracking: str) -> Parcel:
    digest = digest_of((one.order.key, one.payload_hash) for one in ready)
    keys = tuple(one.order.key for one in ready)
    return Parcel(1, "web", "acme", "orders", digest, tracking, keys, stand.clock.now())


def handed_over(stand: Sage50Stand, batch: Sequence[SalesOrder]) -> Parcel:
    """As the flow does it: the reference first, then the file."""
    ready = prepared(stand, batch)
    named = desk(stand).reserve(ready)
    assert isinstance(named, HandedOver), named
    for _, outcome in desk(stand).send(ready):
        assert isinstance(outcome, HandedOver), outcome
        assert outcome.parcel == named.parcel
    return parcel_of(stand, ready, named.parcel)


def collected(stand: Sage50Stand, parcel: Parcel) -> dict[str, Outcome]:
    found = desk(stand).collect([parcel])
    assert not isinstance(found, Failure), found
    return dict(found)


def codes(found: dict[str, Outcome]) -> set[Code | None]:
    return {one.code if isinstance(one, Failure) else None for one in found.values()}


def test_a_file_is_named_before_its_bytes_leave(stand: Sage50Stand) -> None:
    ready = prepared(stand, orders(stand))
    named = desk(stand).reserve(ready)
    assert isinstance(named, HandedOver)
    assert {one["status"] for one in stand.sim("uploads")} == {"pending"}
    early = collected(stand, parcel_of(stand, ready, named.parcel))
    assert all(isinstance(one, HandedOver) for one in early.values()), "the bytes may still come"


def test_bytes_that_never_came_are_sent_again_after_the_address_has_ended(stand: Sage50Stand) -> None:
    ready = prepared(stand, orders(stand))
    named = desk(stand).reserve(ready)
    assert isinstance(named, HandedOver)
    parcel = parcel_of(stand, ready, named.parcel)
    stand.advance(15 * 60)
    assert codes(collected(stand, parcel)) == {Code.TRANSIENT}


def test_the_same_orders_again_are_another_file(stand: Sage50Stand) -> None:
    batch = orders(stand, 2)
    first, second = handed_over(stand, batch), handed_over(stand, batch)
    assert first.digest == second.digest
    assert first.tracking != second.tracking
    stand.desktop.work()
    assert [len(stand.booked(one.key)) for one in batch] == [1, 1], "and Sage 50 tells them by their ids"


def test_failed_with_a_result_confirms_what_it_names_and_sends_the_rest_again(stand: Sage50Stand) -> None:
    batch = orders(stand)
    parcel = handed_over(stand, batch)
    stand.faults.add(Fault("processing_fails", times=1, options={"after": 2}))
    stand.desktop.work()
    found = collected(stand, parcel)
    assert [isinstance(found[one.key], Accepted) for one in batch] == [True, True, False, False]
    assert codes(found) == {None, Code.TRANSIENT}


def test_bad_request_with_a_result_names_the_bad_one(stand: Sage50Stand) -> None:
    batch = orders(stand)
    stand.sim("options", {"refusal": "file"})
    stand.desktop.refuse(batch[1].key)
    parcel = handed_over(stand, batch)
    stand.desktop.work()
    found = collected(stand, parcel)
    assert failed(found[batch[1].key]).code is Code.REFUSED
    assert "not wanted" in failed(found[batch[1].key]).text
    assert {failed(found[one.key]).code for one in batch if one is not batch[1]} == {Code.TRANSIENT}


@pytest.mark.parametrize("details", [True, False])
def test_a_missing_result_is_waited_for_half_an_hour(details: bool) -> None:
    stand = Sage50Stand(result="none", tracking_details=details)
    batch = orders(stand, 2)
    parcel = handed_over(stand, batch)
    stand.desktop.work()
    assert all(isinstance(one, HandedOver) for one in collected(stand, parcel).values())
    stand.advance(29 * 60)
    assert all(isinstance(one, HandedOver) for one in collected(stand, parcel).values())
    stand.advance(2 * 60)
    found = collected(stand, parcel)
    assert {accepted(one).number for one in found.values()} == {""}, "accepted by the vendor's own word"
    stand.close()


def test_a_late_result_comes_in_time(stand: Sage50Stand) -> None:
    stand.sim("options", {"result": "late"})
    batch = orders(stand, 2)
    parcel = handed_over(stand, batch)
    stand.desktop.work()
    assert all(isinstance(one, HandedOver) for one in collected(stand, parcel).values())
    stand.advance(21 * 60)
    assert all(accepted(one).number for one in collected(stand, parcel).values())


def test_a_file_that_breaks_the_schema_names_its_order(stand: Sage50Stand) -> None:
    batch = orders(stand, 3)
    stand.sim("options", {"customer_id_number": "required"})
    buyer = Buyer(website="base", name="Ana", email="ana@example.com", vat_number="00000017Z")
    batch = [batch[0], *(msgspec.structs.replace(one, buyer=buyer) for one in batch[1:])]
    parcel = handed_over(stand, batch)
    stand.advance(1)
    found = collected(stand, parcel)
    assert failed(found[batch[0].key]).code is Code.REFUSED
    assert {failed(found[one.key]).code for one in batch[1:]} == {Code.TRANSIENT}


def test_where_a_tax_id_is_required_an_order_without_one_is_a_persons() -> None:
    stand = Sage50Stand(settings={"customer_id_number": "required"}, customer_id_number="required")
    [refused] = desk(stand).prepare([make_order(stand, 300)])
    assert failed(refused).code is Code.MALFORMED
    stand.reopen(anonymous_id_number="00000000T")
    handed_over(stand, [make_order(stand, 300)])
    stand.desktop.work()
    assert len(stand.booked("magento:main:300")) == 1
    stand.close()


def test_what_nobody_fetched_in_its_days_goes_again(stand: Sage50Stand) -> None:
    parcel = handed_over(stand, orders(stand, 2))
    stand.advance(timedelta(days=7, seconds=1).total_seconds())
    assert codes(collected(stand, parcel)) == {Code.TRANSIENT}


def test_a_file_that_the_platform_forgot_waits_until_it_must_be_gone(stand: Sage50Stand) -> None:
    parcel = handed_over(stand, orders(stand, 2))
    stand.faults.add(Fault("status", times=None, path=TRACKING, options={"status": 404}))
    assert collected(stand, parcel) == {}
    stand.advance(timedelta(days=7, seconds=1).total_seconds())
    assert codes(collected(stand, parcel)) == {Code.TRANSIENT}


def test_an_order_that_comes_again_with_other_content_is_one_with_the_new_content(stand: Sage50Stand) -> None:
    first = make_order(stand, 300)
    second = make_order(stand, 300, goods(stand, quantity=Decimal(3)))
    for order in (first, second):
        parcel = handed_over(stand, [order])
        stand.desktop.work()
        accepted(collected(stand, parcel)[order.key])
    [booked] = stand.booked(first.key)
    assert booked.gross == second.gross


def test_every_total_arrives_to_the_cent(stand: Sage50Stand) -> None:
    batch = []
    for number in range(40):
        lines = [
            goods(
                stand,
                stand.codes.skus[each % 4],
                rate=(20, 10, 5)[each % 3],
                quantity=Decimal(1 + each + number % 3),
                unit_price=Decimal(101 + 37 * number + 13 * each).scaleb(-2),
                item_id=each + 1,
            )
            for each in range(1 + number % 4)
        ]
        order = make_order(stand, 400 + number, *lines)
        cents = Decimal(number % 5 - 2).scaleb(-2)
        batch.append(msgspec.structs.replace(order, gross=order.gross + cents, adjustment=cents))
    parcel = handed_over(stand, batch)
    stand.desktop.work()
    found = collected(stand, parcel)
    assert [one for one in found.values() if not isinstance(one, Accepted)] == []
    ready = {one.order.key: one for one in prepared(stand, batch)}
    differences = [stand.booked(one.key)[0].gross - one.gross for one in batch]
    assert [stand.booked(one.key)[0].gross for one in batch] == [ready[one.key].gross for one in batch]
    assert max(abs(each) for each in differences) <= Decimal("0.01"), "what cannot be reached is a cent away"
    assert differences.count(Decimal(0)) >= 35


def test_the_same_guest_is_one_customer_in_every_file(stand: Sage50Stand) -> None:
    for number in (300, 301):
        handed_over(stand, [make_order(stand, number)])
        stand.desktop.work()
    guests = [one.external_key for one in stand.erp.customers.table if one.external_key.startswith("g-")]
    assert len(guests) == 1


def test_a_payment_method_without_a_text_and_another_currency_wait(stand: Sage50Stand) -> None:
    order = make_order(stand, 300)
    answers = desk(stand).prepare(
        [
            msgspec.structs.replace(order, payment_method="klarna"),
            msgspec.structs.replace(order, currency="USD"),
        ]
    )
    assert [failed(one).missing for one in answers] == ["payment:klarna", "currency:USD"]


def test_a_file_is_asked_for_after_1_2_5_10_and_then_every_15_minutes(stand: Sage50Stand) -> None:
    opened, minutes = stand.clock.now(), []
    now = opened
    for _ in range(7):
        now = next_question(opened, now)
        minutes.append((now - opened) // timedelta(minutes=1))
    assert minutes == [1, 3, 8, 18, 33, 48, 63]
    days = opened + timedelta(days=3, minutes=7)
    assert timedelta(0) < next_question(opened, days) - days <= timedelta(minutes=15)


def test_no_secret_reaches_a_failure(stand: Sage50Stand) -> None:
    stand.faults.add(Fault("status", times=None, method="PUT", path="/u/", options={"status": 403}))
    ready = prepared(stand, orders(stand, 1))
    [(_, outcome)] = desk(stand).send(ready)
    text = str(failed(outcome))
    for secret in stand.vault.load("acme").values():
        assert not secret.value or secret.value not in text
