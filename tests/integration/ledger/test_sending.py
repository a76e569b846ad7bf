"""Exactly once: one delivery a key, one unresolved attempt a delivery, no second try in a cycle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from integration.ledger.making import (
    CONNECTION,
    FLOW,
    NOW,
    STEP,
    apply,
    begin,
    create,
    in_state,
    new,
    open_batch,
    side_by_side,
    state_of,
    take_lease,
)
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, delivery, models, queue
from tidegate.ledger.faults import KeyReuse

LATER = NOW + timedelta(minutes=1)


def test_one_delivery_a_key_with_eight_threads_racing(ledger: object) -> None:
    keys = [f"k{number}" for number in range(20)]

    def work(number: int) -> dict[str, int]:
        mine = keys if number % 2 else keys[::-1]
        with database.transaction("test"):
            return delivery.create_many([new(key) for key in mine], NOW)

    answers = side_by_side(8, work)
    assert all(answer == answers[0] for answer in answers)
    assert models.Delivery.objects.count() == len(keys)
    assert models.Event.objects.count() == len(keys)


def test_an_existing_delivery_is_left_alone(ledger: object) -> None:
    (pk,) = create("k", subject="first")
    apply(Verdict(pk, "m", text="cancelled"))
    assert create("k", subject="second") == [pk]
    item = queue.get(pk)
    assert item is not None
    assert (item.state, item.subject) == (State.CANCELLED, "first")


def test_ids_follow_the_order_given(ledger: object) -> None:
    keys = [f"{number * 7919 % 1000:04}" for number in range(700)]
    ids = create(*keys)
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    "spec",
    [
        new(""),
        new("x" * 121),
        new("nul\x00"),
        new("k", state=State.SENDING),
        new("k", state=State.CONFIRMED),
        delivery.NewDelivery(connection="c", flow=FLOW, step=STEP, key="k", state=State.SKIPPED),
    ],
    ids=["no key", "long key", "unprintable key", "sending", "confirmed", "skipped in silence"],
)
def test_what_no_delivery_may_be(sqlite: object, spec: delivery.NewDelivery) -> None:
    with pytest.raises(ValueError), database.transaction("test"):
        delivery.create_many([new("good"), spec], NOW)
    assert queue.by_key("good") is None


def test_eight_threads_begin_each_delivery_once(ledger: object) -> None:
    held = take_lease()
    batch = open_batch(held)
    ids = create(*(f"k{number}" for number in range(10)))

    def work(_: int) -> dict[int, int]:
        return begin(held, batch, ids)

    begun = [pk for answer in side_by_side(8, work) for pk in answer]
    assert sorted(begun) == sorted(ids)
    assert models.Attempt.objects.count() == len(ids)


def test_the_attempt_is_recorded_before_it_leaves(ledger: object) -> None:
    held = take_lease()
    (pk,) = create("k")
    batch = open_batch(held)
    attempt = models.Attempt.objects.get(pk=begin(held, batch, [pk], "hash")[pk])
    assert (attempt.key, attempt.payload_hash, attempt.number, attempt.outcome, attempt.batch_id) == (
        "k",
        "hash",
        1,
        "",
        batch,
    )
    row = models.Delivery.objects.get(pk=pk)
    assert (row.state, row.scope, row.fence, row.batch_id) == ("sending", "uk", held.fence, batch)


def test_only_what_is_queued_due_and_of_the_batch_is_begun(ledger: object) -> None:
    held = take_lease()
    batch = open_batch(held)
    good, later = create("good")[0], create("later", due_at=LATER)[0]
    others = [
        create("held", state=State.HELD)[0],
        create("other-connection", connection="main-fr")[0],
        create("other-flow", flow="prices")[0],
        987654,
    ]
    assert list(begin(held, batch, [good, later, *others])) == [good]
    assert list(begin(held, batch, [good, later, *others], now=LATER)) == [later]


def test_nothing_is_begun_twice_in_one_batch(ledger: object) -> None:
    held = take_lease()
    batch = open_batch(held)
    (pk,) = create("k")
    begin(held, batch, [pk])
    assert apply(Verdict(pk, "g", code=Code.TRANSIENT, text="later"), held=held) == []
    assert queue.due(CONNECTION, FLOW, STEP, 10, LATER) == []
    assert begin(held, batch, [pk], now=LATER) == {}
    with database.transaction("test"):
        delivery.close_batch(batch, LATER, calls=3, note="done")
    assert [item.id for item in queue.due(CONNECTION, FLOW, STEP, 10, LATER)] == [pk]
    assert list(begin(held, open_batch(held, LATER), [pk], now=LATER)) == [pk]


def test_nor_after_a_doubt_was_resolved_in_it(ledger: object) -> None:
    held = take_lease()
    batch = open_batch(held)
    (pk,) = create("k")
    begin(held, batch, [pk])
    apply(Verdict(pk, "d", code=Code.NO_ANSWER), Verdict(pk, "f", text="absent"), held=held)
    assert state_of(pk) is State.QUEUED
    assert begin(held, batch, [pk], now=LATER) == {}


def test_a_crash_needs_no_clean_up_for_the_next_batch(ledger: object) -> None:
    """The batch of a dead worker never ended; the next one closes it and meets its records again."""
    old = take_lease("old")
    (pk,) = create("k")
    batch = open_batch(old)
    begin(old, batch, [pk])
    apply(Verdict(pk, "g", code=Code.TRANSIENT, text="later"), held=old)
    much_later = NOW + timedelta(hours=1)
    fresh = take_lease("new", much_later)
    second = open_batch(fresh, much_later)
    assert [item.id for item in queue.due(CONNECTION, FLOW, STEP, 10, much_later)] == [pk]
    assert list(begin(fresh, second, [pk], now=much_later)) == [pk]


def test_a_batch_is_used_only_under_its_lease_and_before_its_end(ledger: object) -> None:
    held = take_lease()
    (pk,) = create("k")
    batch = open_batch(held)
    with database.transaction("test"):
        delivery.close_batch(batch, NOW)
    with pytest.raises(ValueError, match="batch"):
        begin(held, batch, [pk])


def test_a_batch_counts_from_its_attempts(ledger: object) -> None:
    held = take_lease()
    batch = open_batch(held)
    ids = create("a", "b", "c", "d")
    begin(held, batch, ids)
    apply(
        Verdict(ids[0], "c", target_id="1"),
        Verdict(ids[1], "g", code=Code.TRANSIENT),
        Verdict(ids[2], "h", code=Code.REFUSED, text="no"),
        Verdict(ids[3], "d", code=Code.NO_ANSWER),
        held=held,
    )
    with database.transaction("test"):
        delivery.close_batch(batch, LATER, calls=9, note="a note")
    row = models.Batch.objects.get(pk=batch)
    assert (row.sent, row.confirmed, row.failed, row.in_doubt, row.calls) == (4, 1, 2, 1, 9)


@pytest.mark.parametrize(("payload", "said"), [("h1", "sent again although"), ("h2", "another payload")])
def test_a_key_never_goes_out_again_while_an_attempt_is_unresolved(
    ledger: object, payload: str, said: str
) -> None:
    """Only a hand in the tables can bring this about; the ledger stops all the same."""
    held = take_lease()
    (pk,) = in_state(State.IN_DOUBT, ["k"], held)
    models.Delivery.objects.filter(pk=pk).update(state="queued")
    with pytest.raises(KeyReuse, match=said):
        begin(held, open_batch(held), [pk], payload)
    assert models.Attempt.objects.count() == 1


def test_the_database_itself_refuses_a_second_unresolved_attempt(ledger: object) -> None:
    held = take_lease()
    (pk,) = in_state(State.IN_DOUBT, ["k"], held)
    with pytest.raises(IntegrityError), database.transaction("test"):
        models.Attempt.objects.create(delivery_id=pk, number=2, key="k", payload_hash="h", started_at=NOW)


def test_after_a_look_up_a_changed_payload_may_go(ledger: object) -> None:
    held = take_lease()
    (pk,) = in_state(State.IN_DOUBT, ["k"], held)
    apply(Verdict(pk, "f", text="absent"), held=held)
    attempts = begin(held, open_batch(held), [pk], "h2")
    assert models.Attempt.objects.get(pk=attempts[pk]).number == 2


def test_seven_hundred_at_once(ledger: object) -> None:
    held = take_lease()
    batch = open_batch(held)
    ids = create(*(f"k{number}" for number in range(700)))
    attempts = begin(held, batch, ids)
    assert list(attempts) == ids
    verdicts = [Verdict(pk, "c", attempt_id=attempts[pk], target_id=str(pk)) for pk in ids]
    assert apply(*verdicts, held=held) == []
    assert models.Delivery.objects.filter(state="confirmed").count() == 700
