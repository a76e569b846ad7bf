"""Every letter from every state: what the drawing allows happens, what it does not changes nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.ledger.making import (
    NOW,
    SECOND,
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
from tidegate.domain.states import TRANSITIONS, State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import chain, models, queue

LATER = NOW + timedelta(minutes=5)


@pytest.mark.parametrize("letter", sorted(TRANSITIONS))
def test_a_letter_starts_only_from_its_states(ledger: object, letter: str) -> None:
    held = take_lease()
    froms, to, _ = TRANSITIONS[letter]
    for state in State:
        (pk,) = in_state(state, [f"{letter}-{state.value}"], held)
        events = models.Event.objects.filter(delivery_id=pk).count()
        if letter == "b":
            done = pk in begin(held, open_batch(held), [pk])
        else:
            done = apply(Verdict(pk, letter, code=Code.REFUSED, text="said"), held=held, now=LATER) == []
        # without anything that the target may have, a review is never looked up (r)
        allowed = state in froms and letter != "r"
        assert done == allowed, (letter, state)
        assert state_of(pk) == (to if allowed else state)
        assert models.Event.objects.filter(delivery_id=pk).count() == events + allowed
        if allowed:
            event = models.Event.objects.filter(delivery_id=pk).latest("pk")
            assert (event.letter, event.before, event.after) == (letter, state.value, to.value)


def test_confirmed_keeps_everything_that_the_target_said(ledger: object) -> None:
    held = take_lease()
    (pk,) = captured(7)
    attempt = begin(held, open_batch(held), [pk])[pk]
    verdict = Verdict(
        pk,
        "c",
        attempt_id=attempt,
        target_id="42",
        target_number="0000042",
        target_status="Live",
        total=Decimal("1234567890123.4500"),
        links=(("sage-order", "42", "0000042"),),
    )
    assert apply(verdict, held=held, now=LATER) == []
    item = queue.get(pk)
    assert item is not None
    assert (item.state, item.target_id, item.target_number, item.target_status) == (
        State.CONFIRMED,
        "42",
        "0000042",
        "Live",
    )
    assert item.target_total == Decimal("1234567890123.45")
    assert not item.adopted
    row = models.Attempt.objects.get(pk=attempt)
    assert (row.outcome, row.ended_at) == ("accepted", LATER)
    assert [(link.kind, link.delivery_id) for link in chain.find("0000042")] == [("sage-order", pk)]


def test_a_refusal_is_counted_and_waits(ledger: object) -> None:
    held = take_lease()
    (pk,) = create("k")
    for number in (1, 2, 3):
        batch = open_batch(held, NOW + number * SECOND)
        begin(held, batch, [pk], now=LATER)
        verdict = Verdict(pk, "g", counted=True, code=Code.TRANSIENT, text="later", due_at=LATER)
        assert apply(verdict, held=held) == []
        item = queue.get(pk)
        assert item is not None
        assert (item.failures, item.reason_code, item.reason, item.due_at) == (
            number,
            "transient",
            "later",
            LATER,
        )
    assert list(models.Attempt.objects.order_by("number").values_list("number", "outcome", "code")) == [
        (1, "refused", "transient"),
        (2, "refused", "transient"),
        (3, "refused", "transient"),
    ]


def test_a_failure_before_any_attempt_is_counted_too(ledger: object) -> None:
    held = take_lease()
    (pk,) = create("k")
    batch = open_batch(held)
    assert apply(Verdict(pk, "g", counted=True, code=Code.RECORD_BUSY, text="busy"), held=held) == []
    item = queue.get(pk)
    assert item is not None
    assert (item.state, item.failures, item.batch_id) == (State.QUEUED, 1, batch)


def test_doubt_is_resolved_by_looking(ledger: object) -> None:
    held = take_lease()
    there, absent = in_state(State.IN_DOUBT, ["there", "absent"], held)
    found = Verdict(there, "e", target_id="9", target_number="S9", total=Decimal("1.00"))
    gone = Verdict(absent, "f", counted=True, code=Code.NO_ANSWER, text="not there")
    assert apply(found, gone, held=held, now=LATER) == []
    one, two = queue.get(there), queue.get(absent)
    assert one is not None
    assert two is not None
    assert (one.state, one.adopted, one.target_number) == (State.CONFIRMED, True, "S9")
    assert (two.state, two.failures, two.attempt_id) == (State.QUEUED, 1, None)
    outcomes = dict(models.Attempt.objects.values_list("delivery_id", "outcome"))
    assert outcomes == {there: "found", absent: "absent"}


def test_several_verdicts_on_one_delivery_act_in_their_order(ledger: object) -> None:
    held = take_lease()
    (pk,) = in_state(State.IN_DOUBT, ["k"], held)
    absent = Verdict(pk, "f", counted=True, code=Code.NO_ANSWER)
    assert apply(absent, Verdict(pk, "h", code=Code.REFUSED, text="third time"), held=held) == []
    assert state_of(pk) is State.REVIEW
    assert models.Attempt.objects.get(delivery_id=pk).outcome == "absent"
    letters = models.Event.objects.filter(delivery_id=pk).order_by("pk").values_list("letter", flat=True)
    assert list(letters) == ["", "b", "d", "f", "h"]


def test_what_is_refused_is_reported_and_the_rest_is_done(ledger: object) -> None:
    queued, held_row = create("q")[0], create("h", state=State.HELD)[0]
    verdicts = [Verdict(queued, "m", text="x"), Verdict(held_row, "q"), Verdict(987654, "m", text="nobody")]
    assert sorted(apply(*verdicts)) == sorted([held_row, 987654])
    assert (state_of(queued), state_of(held_row)) == (State.CANCELLED, State.HELD)


def test_an_answer_to_another_attempt_is_refused(ledger: object) -> None:
    held = take_lease()
    (pk,) = create("k")
    first = begin(held, open_batch(held), [pk])[pk]
    assert apply(Verdict(pk, "g", attempt_id=first, code=Code.TRANSIENT, text="later"), held=held) == []
    second = begin(held, open_batch(held), [pk])[pk]
    assert apply(Verdict(pk, "c", attempt_id=first, target_id="1"), held=held) == [pk]
    assert apply(Verdict(pk, "c", attempt_id=second, target_id="1"), held=held) == []


def test_the_target_has_it_but_the_total_is_wrong(ledger: object) -> None:
    """Letter h with a document in the target: it is remembered and can be neither cancelled nor sent again."""
    held = take_lease()
    (pk,) = create("k")
    attempt = begin(held, open_batch(held), [pk])[pk]
    wrong = Verdict(
        pk, "h", attempt_id=attempt, code=Code.TOTALS_DIFFER, text="12.01", target_id="5", target_number="S5"
    )
    assert apply(wrong, held=held) == []
    assert models.Attempt.objects.get(pk=attempt).outcome == "accepted"
    for letter in "lmn":
        assert apply(Verdict(pk, letter, text="no")) == [pk]
    assert apply(Verdict(pk, "r")) == []
    (item,) = queue.in_doubt("main-uk", "orders", "order", NOW, 10)
    assert (item.id, item.target_number) == (pk, "S5")
    assert apply(Verdict(pk, "f", text="somebody deleted it"), held=held) == []
    again = queue.get(pk)
    assert again is not None
    assert (again.state, again.target_id, again.target_number) == (State.QUEUED, "", "")


def test_a_confirmed_document_that_was_cancelled_is_never_queued_again(ledger: object) -> None:
    held = take_lease()
    (sent,) = in_state(State.CONFIRMED, ["sent"], held)
    (unsent,) = in_state(State.CANCELLED, ["unsent"], held)
    assert apply(Verdict(sent, "q", text="cancelled in Sage")) == []
    assert apply(Verdict(sent, "p"), Verdict(unsent, "p")) == [sent]
    assert (state_of(sent), state_of(unsent)) == (State.CANCELLED, State.QUEUED)


def test_hostile_texts_fit_both_databases(ledger: object) -> None:
    held = take_lease()
    (pk,) = captured(1, now=NOW)
    begin(held, open_batch(held), [pk])
    nasty = "nul \x00, half a pair \ud83d, long " + "ü" * 10_000
    verdict = Verdict(
        pk,
        "c",
        text=nasty,
        target_id=nasty[:50],
        target_number=nasty[:50],
        links=(("sage-order", nasty[:50], nasty[:50]),),
    )
    assert apply(verdict, held=held) == []
    item = queue.get(pk)
    assert item is not None
    assert "\x00" not in item.target_number
    assert len(models.Event.objects.filter(delivery_id=pk).latest("pk").text) <= 4100
