"""What is due, in doubt, waited for and listed, and in which order."""

from __future__ import annotations

from datetime import timedelta

from integration.ledger.making import (
    CONNECTION,
    FLOW,
    NOW,
    SECOND,
    STEP,
    apply,
    begin,
    captured,
    create,
    in_state,
    open_batch,
    side_by_side,
    take_lease,
)
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, delivery, models, queue

LATER = NOW + timedelta(hours=1)


def due(now: object = LATER, **options: object) -> list[int]:
    return [item.id for item in queue.due(CONNECTION, FLOW, STEP, 100, now, **options)]  # type: ignore[arg-type]


def test_due_is_what_is_queued_and_whose_time_has_come(ledger: object) -> None:
    (plain,) = create("plain")
    (timed,) = create("timed", due_at=NOW + SECOND)
    create("held", state=State.HELD)
    create("other", connection="main-fr")
    (waiting,) = create("captured", state=State.CAPTURED)
    assert due(NOW) == [plain]
    assert due() == [plain, timed]
    assert due(state=State.CAPTURED) == [waiting]


def test_items_carry_the_document(ledger: object) -> None:
    captured(5, subject='{"step": 1}')
    (item,) = queue.due(CONNECTION, FLOW, STEP, 1, NOW)
    assert (item.document, item.subject, item.entity_id, item.store, item.label) == (
        '{"entity_id": 1}',
        '{"step": 1}',
        5,
        "main",
        "000000005",
    )
    assert queue.by_key(item.key) == item
    assert queue.get(4711) is None
    assert queue.by_key("nobody") is None


def test_the_longest_waiting_goes_first_and_the_refused_to_the_back(ledger: object) -> None:
    """A record that ends every cycle it heads must not head every cycle."""
    first, second, third = create("1", "2", "3")
    held = take_lease()
    begin(held, open_batch(held), [first], now=NOW + SECOND)
    apply(Verdict(first, "g", code=Code.TRANSIENT, text="busy"), held=held, now=NOW + 2 * SECOND)
    open_batch(held, NOW + 3 * SECOND)
    assert due() == [second, third, first]


def test_a_cycle_walks_the_queue_once(ledger: object) -> None:
    ids = create(*(f"k{number}" for number in range(7)))
    seen: list[int] = []
    last = None
    while page := queue.due(CONNECTION, FLOW, STEP, 3, NOW, after=last):
        seen += [item.id for item in page]
        last = page[-1]
    assert seen == ids


def test_what_failed_before_its_attempt_is_not_met_again_in_the_cycle(ledger: object) -> None:
    (pk,) = create("k")
    held = take_lease()
    open_batch(held)
    apply(Verdict(pk, "g", counted=True, code=Code.RECORD_BUSY, text="busy"), held=held)
    assert due() == []
    open_batch(held, NOW + SECOND)
    assert due() == [pk]


def test_a_doubt_is_shown_when_it_has_settled(ledger: object) -> None:
    held = take_lease()
    (pk,) = in_state(State.IN_DOUBT, ["k"], held)
    assert queue.in_doubt(CONNECTION, FLOW, STEP, NOW - SECOND, 10) == []
    (item,) = queue.in_doubt(CONNECTION, FLOW, STEP, NOW, 10)
    assert (item.id, item.attempt_started_at, item.payload_hash) == (pk, NOW, "h1")
    assert item.attempt_id is not None
    assert queue.in_doubt(CONNECTION, FLOW, STEP, NOW, 10, after=item) == []


def test_held_ones_go_together_when_what_was_missing_is_there(ledger: object) -> None:
    create("a", "b", state=State.HELD, waits_for="sku:A")
    create("c", state=State.HELD, waits_for="payment:cash")
    create("d", state=State.HELD, waits_for="sku:A", connection="main-fr")
    assert queue.waiting_for(CONNECTION) == {"payment:cash": 1, "sku:A": 2}
    with database.transaction("test"):
        assert delivery.release_waiting(CONNECTION, ["sku:A", "sku:B"], LATER) == 2
    assert queue.waiting_for(CONNECTION) == {"payment:cash": 1}
    assert queue.waiting_for("main-fr") == {"sku:A": 1}
    assert len(due()) == 2


def test_releasing_six_hundred_at_once(sqlite: object) -> None:
    create(*(f"k{number}" for number in range(600)), state=State.HELD, waits_for="sku:A")
    with database.transaction("test"):
        assert delivery.release_waiting(CONNECTION, ["sku:A"], LATER) == 600


def test_two_releasers_release_once(ledger: object) -> None:
    create(*(f"k{number}" for number in range(20)), state=State.HELD, waits_for="sku:A")

    def work(_: int) -> int:
        with database.transaction("test"):
            return delivery.release_waiting(CONNECTION, ["sku:A"], LATER)

    assert sum(side_by_side(3, work)) == 20
    assert models.Event.objects.filter(letter="j").count() == 20


def test_listing_filters_and_pages(ledger: object) -> None:
    ids = create(*(f"k{number}" for number in range(5)))
    (old,) = create("old", now=NOW - timedelta(days=2))
    (review,) = create("r", state=State.REVIEW, reason_code="refused")
    first = queue.listing(connection=CONNECTION, limit=3)
    rest = queue.listing(connection=CONNECTION, after=first[-1].id, limit=100)
    assert [item.id for item in first + rest] == [*ids, old, review]
    assert [item.id for item in queue.listing(state=State.REVIEW)] == [review]
    assert [item.id for item in queue.listing(state=[State.REVIEW, State.QUEUED], code="refused")] == [review]
    assert [item.id for item in queue.listing(older_than=NOW)] == [old]
    assert [item.id for item in queue.listing(label="k2", flow=FLOW, step=STEP)] == [ids[2]]
    assert queue.listing(connection="nobody") == []


def test_depth_and_age(ledger: object) -> None:
    assert queue.oldest_waiting(CONNECTION) is None
    held = take_lease()
    in_state(State.CONFIRMED, ["done"], held)
    assert queue.oldest_waiting(CONNECTION) is None
    create("h", state=State.HELD, now=NOW)
    create("q", "r", now=NOW + SECOND)
    assert (queue.depth(CONNECTION), queue.depth(CONNECTION, FLOW, "note")) == (2, 0)
    assert queue.oldest_waiting(CONNECTION) == NOW


def test_a_changed_document_is_renewed_where_it_is_not_too_late(ledger: object) -> None:
    held = take_lease()
    ids = {state: in_state(state, [state.value], held)[0] for state in State}
    with database.transaction("test"):
        changed = delivery.refresh_subject(dict.fromkeys(ids.values(), "new"), LATER)
    assert changed == {ids[state] for state in (State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW)}
    assert {state for state, pk in ids.items() if models.Delivery.objects.get(pk=pk).subject == "new"} == {
        State.CAPTURED,
        State.QUEUED,
        State.HELD,
        State.REVIEW,
    }


def test_a_document_that_the_target_may_have_is_not_renewed(ledger: object) -> None:
    held = take_lease()
    (pk,) = in_state(State.IN_DOUBT, ["k"], held)
    apply(Verdict(pk, "h", code=Code.OTHER_CONTENT, text="other"), held=held)
    with database.transaction("test"):
        assert delivery.refresh_subject({pk: "new"}, LATER) == set()
