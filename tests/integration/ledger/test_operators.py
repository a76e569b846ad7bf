"""What people can do, and what they are told when it is not possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from integration.ledger.making import (
    NOW,
    apply,
    begin,
    captured,
    create,
    in_state,
    open_batch,
    state_of,
    take_lease,
)
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import chain, database, delivery, models, queue
from tidegate.ledger.delivery import Done
from tidegate.ledger.faults import NotAllowed, NotFound

LATER = NOW + timedelta(hours=1)
Act = Callable[[int], Done]

ACTS: dict[str, Act] = {
    "retry": partial(delivery.retry, actor="ann", now=LATER),
    "release": partial(delivery.release, actor="ann", now=LATER),
    "hold": partial(delivery.hold, actor="ann", now=LATER),
    "cancel": partial(delivery.cancel, actor="ann", now=LATER),
    "skip": partial(delivery.skip, actor="ann", now=LATER, text="a test order"),
    "link": lambda pk: delivery.link_to(pk, "77", "S77", actor="ann", now=LATER),
}
ALLOWED = {
    "retry": {State.REVIEW: "l", State.HELD: "l", State.SKIPPED: "p", State.CANCELLED: "p"},
    "release": {State.HELD: "l"},
    "hold": {State.QUEUED: "k", State.CAPTURED: "k", State.HELD: "k"},
    "cancel": {State.QUEUED: "m", State.CAPTURED: "m", State.HELD: "m", State.REVIEW: "m"},
    "skip": {State.QUEUED: "n", State.CAPTURED: "n", State.HELD: "n", State.REVIEW: "n"},
    "link": {State.REVIEW: "o", State.HELD: "o"},
}


def act(name: str, delivery_id: int) -> Done:
    with database.transaction("test"):
        return ACTS[name](delivery_id)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_each_act_in_each_state(ledger: object, name: str) -> None:
    held = take_lease()
    for state in State:
        (pk,) = in_state(state, [f"{name} {state.value}"], held)
        letter = ALLOWED[name].get(state)
        if letter is None:
            with pytest.raises(NotAllowed, match=state.value):
                act(name, pk)
            assert state_of(pk) is state
            continue
        done = act(name, pk)
        assert (done.before, done.after) == (state, state_of(pk))
        event = models.Event.objects.filter(delivery_id=pk).latest("pk")
        assert (event.letter, event.actor, event.at) == (letter, "ann", LATER)


def test_retry_pressed_twice_does_nothing_more(ledger: object) -> None:
    (pk,) = create("k", state=State.REVIEW)
    act("retry", pk)
    with pytest.raises(NotAllowed, match="is sent by itself with the next cycle"):
        act("retry", pk)
    assert models.Event.objects.filter(delivery_id=pk).count() == 2


def test_nobody(ledger: object) -> None:
    with pytest.raises(NotFound, match="no delivery has the id 4711"):
        act("retry", 4711)


def doubtful_review() -> int:
    """In doubt, then given to a person: the target may have it."""
    held = take_lease()
    (pk,) = in_state(State.IN_DOUBT, ["k"], held)
    assert apply(Verdict(pk, "h", code=Code.DUPLICATE_FOUND, text="two there"), held=held) == []
    assert models.Attempt.objects.get(delivery_id=pk).outcome == ""
    return pk


def test_a_doubtful_review_is_looked_up_and_never_forgotten(ledger: object) -> None:
    pk = doubtful_review()
    for name in ("cancel", "skip"):
        with pytest.raises(NotAllowed, match="looked up first"):
            act(name, pk)
    assert act("retry", pk).after is State.IN_DOUBT
    assert [item.id for item in queue.in_doubt("main-uk", "orders", "order", LATER, 10)] == [pk]


def test_a_doubtful_review_can_be_linked(ledger: object) -> None:
    pk = doubtful_review()
    assert act("link", pk).after is State.CONFIRMED
    assert models.Attempt.objects.get(delivery_id=pk).outcome == "linked"
    item = queue.get(pk)
    assert item is not None
    assert (item.target_id, item.target_number, item.adopted) == ("77", "S77", True)


def test_what_the_target_has_with_a_wrong_total_can_be_accepted_as_it_is(ledger: object) -> None:
    held = take_lease()
    (pk,) = create("k")
    begin(held, open_batch(held), [pk])
    apply(
        Verdict(pk, "h", code=Code.TOTALS_DIFFER, text="1.01", target_id="5", target_number="S5"), held=held
    )
    with pytest.raises(NotAllowed, match="the target has it as S5"):
        act("cancel", pk)
    with database.transaction("test"):
        delivery.link_to(pk, "", "", actor="ann", now=LATER)
    item = queue.get(pk)
    assert item is not None
    assert (item.state, item.target_number) == (State.CONFIRMED, "S5")


def test_linking_needs_a_document_and_ties_the_chain(ledger: object) -> None:
    (pk,) = captured(1, state=State.REVIEW, reason="typed in by hand")
    with pytest.raises(NotAllowed, match="id or number"), database.transaction("test"):
        delivery.link_to(pk, " ", "", actor="ann", now=LATER)
    act("link", pk)
    assert [(link.kind, link.delivery_id) for link in chain.find("S77")] == [("sage-order", pk)]


def test_skipping_needs_a_reason(ledger: object) -> None:
    (pk,) = create("k")
    with pytest.raises(NotAllowed, match="reason"), database.transaction("test"):
        delivery.skip(pk, actor="ann", now=LATER, text=" ")


def test_a_person_starts_afresh(ledger: object) -> None:
    held = take_lease()
    (pk,) = create("k")
    begin(held, open_batch(held), [pk])
    apply(
        Verdict(pk, "g", counted=True, code=Code.TRANSIENT, text="x"),
        Verdict(pk, "h", counted=True, code=Code.REFUSED, text="no"),
        held=held,
    )
    act("retry", pk)
    item = queue.get(pk)
    assert item is not None
    assert (item.failures, item.reason, item.reason_code) == (0, "", "")


def test_overruling_is_remembered(ledger: object) -> None:
    (pk,) = create("k", state=State.REVIEW, reason_code="duplicate-found")
    with database.transaction("test"):
        delivery.retry(pk, actor="ann", now=LATER, overrule=True)
    item = queue.get(pk)
    assert item is not None
    assert item.overruled == {"duplicate-found"}


def test_what_a_person_holds_is_not_released_by_itself(ledger: object) -> None:
    (pk,) = create("k", state=State.HELD, waits_for="sku:A")
    act("hold", pk)
    with database.transaction("test"):
        assert delivery.release_waiting("main-uk", ["sku:A", ""], LATER) == 0
    assert act("release", pk).after is State.QUEUED
