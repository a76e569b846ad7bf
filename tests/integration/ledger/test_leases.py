"""Leases: one holder, a growing fence, and nothing committed by who has lost it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.ledger.making import (
    COMPANY,
    FLOW,
    NOW,
    SECOND,
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
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, delivery, lease, models, queue
from tidegate.ledger.faults import LeaseLost

TTL = 600
EXPIRED = NOW + timedelta(seconds=TTL)


@pytest.mark.parametrize("used_before", [False, True])
def test_of_eight_threads_one_gets_it(ledger: object, used_before: bool) -> None:
    if used_before:
        with database.transaction("test"):
            lease.release(take_lease_now(), NOW)

    def work(number: int) -> lease.Lease | None:
        with database.transaction("test"):
            return lease.acquire(COMPANY, FLOW, f"worker-{number}", TTL, NOW)

    got = [held for held in side_by_side(8, work) if held is not None]
    assert len(got) == 1
    assert got[0].fence == 1 + used_before


def take_lease_now() -> lease.Lease:
    held = lease.acquire(COMPANY, FLOW, "before", TTL, NOW)
    assert held is not None
    return held


def test_the_same_holder_may_not_take_it_twice(ledger: object) -> None:
    take_lease("me")
    with database.transaction("test"):
        assert lease.acquire(COMPANY, FLOW, "me", TTL, NOW) is None
        assert lease.acquire(COMPANY, "prices", "me", TTL, NOW) is not None


def test_the_fence_grows_for_ever(ledger: object) -> None:
    fences = []
    for _ in range(3):
        held = take_lease()
        fences.append(held.fence)
        with database.transaction("test"):
            assert lease.release(held, NOW)
            assert not lease.release(held, NOW)
    fences.append(take_lease().fence)
    fences.append(take_lease("other", EXPIRED).fence)
    assert fences == [1, 2, 3, 4, 5]


def test_renewing_prolongs_and_a_lost_one_cannot_be_renewed(ledger: object) -> None:
    held = take_lease("a")
    with database.transaction("test"):
        held = lease.renew(held, TTL, NOW + 500 * SECOND)
    with database.transaction("test"):
        assert lease.acquire(COMPANY, FLOW, "b", TTL, EXPIRED) is None
    taken = take_lease("b", EXPIRED + 500 * SECOND)
    with database.transaction("test"), pytest.raises(LeaseLost):
        lease.renew(held, TTL, EXPIRED + 501 * SECOND)
    assert [one.holder for one in lease.holders(EXPIRED + 501 * SECOND)] == ["b"]
    assert taken.fence == held.fence + 1


def test_who_lost_the_lease_commits_nothing(ledger: object) -> None:
    old = take_lease("old")
    ids = create("a", "b", "c")
    batch = open_batch(old)
    attempts = begin(old, batch, ids[:1])
    take_lease("new", EXPIRED)
    verdict = Verdict(ids[0], "c", attempt_id=attempts[ids[0]], target_id="1", target_number="S1")
    with pytest.raises(LeaseLost):
        apply(verdict, held=old, now=EXPIRED)
    with pytest.raises(LeaseLost):
        begin(old, batch, ids[1:], now=EXPIRED)
    with pytest.raises(LeaseLost), database.transaction("test"):
        delivery.reclaim(old, EXPIRED)
    with pytest.raises(LeaseLost):
        open_batch(old, EXPIRED)
    assert [state_of(pk) for pk in ids] == [State.SENDING, State.QUEUED, State.QUEUED]
    assert models.Attempt.objects.count() == 1


def test_a_process_that_took_its_own_lease_again_is_another_holder(ledger: object) -> None:
    """The same name after a long pause: the number tells, not the name."""
    before = take_lease("me")
    (pk,) = create("a")
    begin(before, open_batch(before), [pk])
    again = take_lease("me", EXPIRED)
    with pytest.raises(LeaseLost):
        apply(Verdict(pk, "c", target_id="1"), held=before, now=EXPIRED)
    with database.transaction("test"):
        assert not lease.release(before, EXPIRED)
        lease.check(again, EXPIRED)


def test_losing_the_lease_undoes_the_whole_commit(ledger: object) -> None:
    old = take_lease("old")
    (pk,) = create("a")
    take_lease("new", EXPIRED)

    def commit() -> None:
        with database.transaction("test"):
            delivery.create_many([new("another")], EXPIRED)
            delivery.apply([Verdict(pk, "h", text="x")], EXPIRED, lease=old)

    with pytest.raises(LeaseLost):
        commit()
    assert queue.by_key("another") is None


def test_a_slow_answer_counts_while_nobody_took_over(ledger: object) -> None:
    held = take_lease()
    (pk,) = create("k")
    batch = open_batch(held)
    attempt = begin(held, batch, [pk])[pk]
    late = EXPIRED + 5 * SECOND
    assert apply(Verdict(pk, "c", attempt_id=attempt, target_id="1"), held=held, now=late) == []
    (other,) = create("l")
    with pytest.raises(LeaseLost, match="expired"):
        begin(held, batch, [other], now=late)


def test_an_attempt_is_settled_only_under_the_lease_that_began_it(ledger: object) -> None:
    """Even before the new holder has reclaimed: it cannot know what became of somebody else's attempt."""
    old = take_lease("old")
    (pk,) = create("k")
    begin(old, open_batch(old), [pk])
    new = take_lease("new", EXPIRED)
    assert apply(Verdict(pk, "c", target_id="1"), held=new, now=EXPIRED) == [pk]
    with pytest.raises(LeaseLost), database.transaction("test"):
        delivery.apply([Verdict(pk, "c", target_id="1")], EXPIRED, lease=None)
    assert state_of(pk) is State.SENDING


def test_what_a_dead_worker_left_is_in_doubt(ledger: object) -> None:
    old = take_lease("old")
    ids = in_state(State.SENDING, [f"k{number}" for number in range(7)], old)
    with database.transaction("test"):
        assert delivery.reclaim(old, NOW) == 0  # its own are still on their way
    new = take_lease("new", EXPIRED)
    with database.transaction("test"):
        assert delivery.reclaim(new, EXPIRED) == 7
        assert delivery.reclaim(new, EXPIRED) == 0
    assert {state_of(pk) for pk in ids} == {State.IN_DOUBT}
    assert not models.Batch.objects.filter(ended_at=None).exists()
    assert models.Attempt.objects.filter(outcome="").count() == 7
    (batch,) = models.Batch.objects.all()
    assert (batch.sent, batch.in_doubt, batch.ended_at) == (7, 7, EXPIRED)


def test_reclaiming_leaves_other_flows_and_companies_alone(ledger: object) -> None:
    with database.transaction("test"):
        other = lease.acquire("fr", FLOW, "other", TTL, NOW)
    assert other is not None
    (pk,) = create("k")
    begin(other, open_batch(other), [pk])
    take_lease("old")
    new = take_lease("new", EXPIRED)
    with database.transaction("test"):
        assert delivery.reclaim(new, EXPIRED) == 0
    assert state_of(pk) is State.SENDING
