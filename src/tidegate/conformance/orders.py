"""Orders: prepared without effect, sent once, found again, with the same total to the cent."""

from __future__ import annotations

import random
from decimal import Decimal

import msgspec
import pytest

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import (
    Stand,
    accepted,
    charge,
    failed,
    find,
    free_text,
    goods,
    make_order,
    prepared,
    send,
    stated,
)
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.orders.order import Address
from tidegate.sage.port.orders import OrderKey, Prepared, Tax
from tidegate.sage.port.outcomes import Accepted

JANE = Address(
    name="Zoë O’Brien-Müller",
    company="O'Brien & Söhne GmbH",
    street=("1 High Street", "Flat 2"),
    city="Leeds",
    region="West Yorkshire",
    postcode="LS1 1AA",
    country="GB",
    telephone="0113 496 0000",
    email="zoe.o'brien@example.com",
)


def test_preparing_changes_nothing_and_is_repeatable(stand: Stand) -> None:
    order = make_order(stand, 213, delivery=JANE, note="Leave with neighbour", po_number="PO 7")

    with opened(stand.company) as session:
        first, second = prepared(session, order), prepared(session, order)

    assert first.payload_hash == second.payload_hash
    assert first.payload == second.payload
    assert stand.booked(order.key) == []


def test_other_content_has_another_hash(stand: Stand) -> None:
    with opened(stand.company) as session:
        one = prepared(session, make_order(stand, 213))
        other = prepared(session, make_order(stand, 213, goods(stand, quantity=Decimal(3))))

    assert one.payload_hash != other.payload_hash


def test_before_the_first_send_nothing_is_found(stand: Stand) -> None:
    with opened(stand.company) as session:
        assert find(session, make_order(stand, 213)) == []


def test_a_sent_order_is_booked_once_and_found_by_its_key(stand: Stand) -> None:
    order = make_order(stand, 213, delivery=JANE, note="Leave with neighbour", po_number="PO 7")

    with opened(stand.company) as session:
        outcome = accepted(send(session, order))
        [found] = find(session, order)

    [booked] = stand.booked(order.key)
    assert (booked.id, booked.number) == (outcome.id, outcome.number)
    assert (found.id, found.number, found.ours) == (outcome.id, outcome.number, True)
    assert found.key == order.key
    assert found.reference == order.reference
    assert booked.gross == found.gross == order.gross
    assert outcome.gross == stated(stand, order)


def test_every_order_arrives_at_its_total_to_the_cent(stand: Stand) -> None:
    dice = random.Random(20260302)
    skus = stand.codes.skus
    finest = Decimal(1).scaleb(-stand.company.about.orders.arithmetic.price_decimals)
    with opened(stand.company) as session:
        for number in range(300, 340):
            lines = []
            for _ in range(dice.randint(1, 5)):
                price = Decimal(dice.randint(1, 9_999_999)).scaleb(-5).quantize(finest)
                discount = (price * dice.randint(0, 40)).scaleb(-2).quantize(finest)
                line = goods(
                    stand,
                    dice.choice(skus),
                    rate=dice.choice([20, 5, 0]),
                    quantity=Decimal(dice.randint(1, 12)),
                    unit_price=price,
                    unit_discount=discount,
                )
                lines.append(line)
            lines.append(charge(stand, str(Decimal(dice.randint(0, 999)).scaleb(-2))))
            if dice.random() < 0.3:
                lines.append(free_text(stand, "-0.01"))
            order = make_order(stand, number, *lines)

            outcome = accepted(send(session, order))

            assert outcome.gross == stated(stand, order)
            assert stand.booked(order.key)[0].gross == order.gross


def test_an_order_typed_in_with_the_same_number_is_shown_and_is_not_ours(stand: Stand) -> None:
    order = make_order(stand, 213)
    stand.typed_in(order.reference)
    stand.typed_in(order.reference, key="magento:other:213")

    with opened(stand.company) as session:
        found = find(session, order)
        assert [one.ours for one in found] == [False, False]
        assert {one.key for one in found} == {"", "magento:other:213"}
        accepted(send(session, order))
        assert sorted(one.ours for one in find(session, order)) == [False, False, True]


def test_two_orders_with_our_key_are_both_shown(stand: Stand) -> None:
    order = make_order(stand, 213)
    stand.typed_in(order.reference, key=order.key, times=2)

    with opened(stand.company) as session:
        assert [one.ours for one in find(session, order)] == [True, True]


def test_no_match_is_lost_beyond_one_page(stand: Stand) -> None:
    order = make_order(stand, 213)
    stand.typed_in(order.reference, times=500)
    with opened(stand.company) as session:
        assert len(find(session, order)) == 500, "exactly one page"
        accepted(send(session, order))
        found = find(session, order)

    assert len(found) == 501
    assert sum(one.ours for one in found) == 1


def test_a_pooled_look_up_answers_for_every_key(stand: Stand) -> None:
    with opened(stand.company) as session:
        sent = [make_order(stand, number) for number in range(400, 405)]
        for order in sent:
            accepted(send(session, order))
        keys = [OrderKey(f"magento:main:{number}", f"{number:09}") for number in range(390, 440)]
        found = session.order_search.find(keys)

    assert isinstance(found, dict)
    assert set(found) == {one.key for one in keys}
    assert {key for key, matches in found.items() if matches} == {order.key for order in sent}


@pytest.mark.parametrize(
    "reference", ["O'BRIEN", "a''b", "100%", "x&y=z", "50+1", "#7", "ÄÖ 1", "a' or 'a' eq 'a"]
)
def test_odd_numbers_are_sent_and_found_and_harm_nobody(stand: Stand, reference: str) -> None:
    odd = make_order(stand, 213, reference=reference)
    plain = make_order(stand, 214)
    with opened(stand.company) as session:
        accepted(send(session, odd))
        found = session.order_search.find(
            [OrderKey(odd.key, odd.reference), OrderKey(plain.key, plain.reference)]
        )

    assert isinstance(found, dict)
    assert [one.ours for one in found[odd.key]] == [True]
    assert found[plain.key] == []


def test_a_sku_with_a_quote_is_resolved(stand: Stand) -> None:
    stand.add_product('12\' CABLE & "PLUG"')
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213, goods(stand, '12\' CABLE & "PLUG"'))))


# What is missing, and what is refused


def test_what_is_missing_is_named_and_holds_nobody_else(stand: Stand) -> None:
    fine = make_order(stand, 214)
    missing = {
        "sku:NO-SUCH-SKU": make_order(stand, 1, goods(stand, "NO-SUCH-SKU"), charge(stand)),
        "customer:NOBODY": make_order(stand, 2, account="NOBODY"),
        "tax:77": make_order(stand, 3, msgspec.structs.replace(goods(stand), tax_code="77")),
        "account:9999": make_order(
            stand, 4, msgspec.structs.replace(free_text(stand, "1.00"), account="9999")
        ),
        "charge:SLED": make_order(
            stand, 5, goods(stand), msgspec.structs.replace(charge(stand), code="SLED")
        ),
        "warehouse:MOON": make_order(stand, 6, goods(stand, warehouse="MOON")),
    }
    with opened(stand.company) as session:
        answers = session.orders.prepare([*missing.values(), fine])

    for name, answer in zip(missing, answers, strict=False):
        failure = failed(answer)
        assert failure.missing == name
        assert failure.group is Group.HOLD_FOR_FIX
        assert failure.sent is False
    assert isinstance(answers[-1], Prepared)


def test_what_was_missing_is_seen_in_the_next_session(stand: Stand) -> None:
    order = make_order(stand, 213, goods(stand, "BRAND-NEW"))
    with opened(stand.company) as session:
        failed(session.orders.prepare([order])[0])
    stand.add_product("BRAND-NEW")
    stand.company.forget()
    with opened(stand.company) as session:
        accepted(send(session, order))


def test_an_order_in_another_currency_than_its_account_is_held(stand: Stand) -> None:
    stand.open_account("ABROAD", "Abroad", foreign=True)
    with opened(stand.company) as session:
        failure = failed(session.orders.prepare([make_order(stand, 213, account="ABROAD")])[0])

    assert failure.code is Code.UNMAPPED_CURRENCY


def test_another_total_than_the_order_s_is_seen_before_anything_is_stored(stand: Stand) -> None:
    order = make_order(stand, 213)
    wrong = msgspec.structs.replace(order, gross=order.gross + 1)
    with opened(stand.company) as session:
        if stand.company.about.orders.tax is Tax.BY_SCHEDULE:  # whose total the product alone knows
            assert failed(send(session, wrong)).code is Code.TOTALS_DIFFER
        else:
            assert failed(session.orders.prepare([wrong])[0]).code is Code.TOTALS_DIFFER

    assert stand.booked(order.key) == []


def test_codes_are_never_cut(stand: Stand) -> None:
    length = stand.company.about.orders.reference_length
    fits, long = (
        make_order(stand, 1, reference="9" * length),
        make_order(stand, 2, reference="9" * (length + 1)),
    )
    with opened(stand.company) as session:
        assert failed(session.orders.prepare([long])[0]).code is Code.TOO_LONG
        accepted(send(session, fits))


def test_one_poisoned_record_harms_only_itself(stand: Stand) -> None:
    # Sage refuses it, whatever we send: the others of the batch go out.
    orders = [make_order(stand, number) for number in range(500, 510)]
    bad = orders[4]
    stand.inject("status", "send", times=None, body=bad.key, status=400, body_text="The order is cursed.")
    with opened(stand.company) as session:
        ready = [one for one in session.orders.prepare(orders) if isinstance(one, Prepared)]
        outcomes = dict(next(iter(session.orders.send([one]))) for one in ready)

    assert [key for key, outcome in outcomes.items() if isinstance(outcome, Failure)] == [bad.key]
    failure = failed(outcomes[bad.key])
    assert failure.group is Group.REVIEW
    assert "cursed" in failure.text
    assert stand.booked(bad.key) == []
    assert all(len(stand.booked(order.key)) == 1 for order in orders if order is not bad)


def test_a_closed_period_has_a_code_of_its_own(stand: Stand) -> None:
    stand.close_period(make_order(stand, 1).date)
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        assert failed(send(session, order)).code is Code.PERIOD_CLOSED

    assert stand.booked(order.key) == []


def test_what_the_user_may_not_do_halts(stand: Stand) -> None:
    stand.forbid("send")
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        failure = failed(send(session, order))

    assert failure.code is Code.NOT_PERMITTED
    assert failure.group is Group.HALT_AND_ALERT
    assert stand.booked(order.key) == []


# Counted


def test_a_batch_of_new_orders_costs_little_more_than_the_calls_of_each_order(stand: Stand) -> None:
    with opened(stand.company) as session:
        prepared(session, make_order(stand, 1))  # reference data is known from earlier cycles
    orders = [make_order(stand, number) for number in range(600, 625)]
    before = stand.company.calls

    with opened(stand.company) as session:
        ready = [one for one in session.orders.prepare(orders) if isinstance(one, Prepared)]
        found = session.order_search.find([OrderKey(one.key, one.reference) for one in orders])
        assert isinstance(found, dict)
        size = stand.company.about.orders.orders_per_call
        for start in range(0, len(ready), size):
            for _, outcome in session.orders.send(ready[start : start + size]):
                assert isinstance(outcome, Accepted)

    assert len(ready) == 25
    assert (stand.company.calls - before) / len(orders) <= stand.codes.order_calls * 1.1
