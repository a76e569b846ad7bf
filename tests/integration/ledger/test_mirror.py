"""What the store was told last: compared, coalesced, sent write-ahead, read back, folded, counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counted_calls import counted
from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, SECOND, open_batch, take_lease
from tidegate.domain.flow_account import Account
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, lease, mirror, models
from tidegate.ledger.faults import LeaseLost
from tidegate.ledger.lease import Lease
from tidegate.ledger.mirror import MirrorItem

FLOW = "orders"  # the flow of the lease that `making` takes


def want(gone: Iterable[str] = (), now=NOW, **values: str) -> int:
    with database.transaction("test"):
        return mirror.want(CONNECTION, FLOW, values, now, gone)


def due() -> list[MirrorItem]:
    return mirror.due(CONNECTION, FLOW, NOW, 100)


def begin(held: Lease, batch: int, *keys: str) -> set[str]:
    with database.transaction("test"):
        return mirror.begin(held, batch, keys, NOW)


def settle(held: Lease, letter: str, *items: MirrorItem, now=NOW, **more: object) -> list[int]:
    with database.transaction("test"):
        return mirror.settle(held, [Verdict(item.id, letter, **more) for item in items], now)  # type: ignore[arg-type]


def observe(held: Lease, now=NOW, **values: str) -> list[str]:
    with database.transaction("test"):
        return mirror.observe(held, CONNECTION, values, now)


def fold() -> int:
    with database.transaction("test"):
        return mirror.fold(CONNECTION, FLOW, NOW, always=True)


def settled() -> dict[str, str]:
    return dict(mirror.settled(CONNECTION, FLOW).iter_rows())


def account() -> Account:
    return mirror.account(CONNECTION, FLOW)


def states() -> dict[str, str]:
    return {item.key: item.state.value for item in mirror.listing(CONNECTION, FLOW, states=list(State))}


def tell(held: Lease, **values: str) -> None:
    """Want it, send it, hear yes."""
    want(**values)
    batch = open_batch(held)
    items = due()
    begin(held, batch, *(item.key for item in items))
    assert settle(held, "c", *items) == []


def test_only_what_differs_is_sent_and_only_the_newest_value(ledger: Ledger) -> None:
    held = take_lease()
    assert want(a="1", b="2") == 2
    assert want(a="3", b="2") == 0  # a waits already; only its newest value will go
    assert [(item.key, item.wanted, item.sent) for item in due()] == [("a", "3", ""), ("b", "2", "")]
    tell(held, a="3", b="2")
    assert settled() == {"a": "3", "b": "2"}
    assert want(a="3", b="2") == 0
    assert want(a="4", b="2") == 1
    assert want(a="3", b="2") == 0  # the store has 3 already
    assert due() == []
    assert account() == Account(read=2, confirmed=2)


def test_unchanged_items_of_a_folded_snapshot_write_no_row(ledger: Ledger) -> None:
    held = take_lease()
    tell(held, a="1", b="2")
    assert fold() == 2
    assert models.MirrorRow.objects.count() == 0
    assert want(a="1", b="2") == 0
    assert models.MirrorRow.objects.count() == 0
    assert want(a="1", b="9", c="1") == 2
    assert [(item.key, item.sent) for item in due()] == [("b", "2"), ("c", "")]
    assert account() == Account(read=3, confirmed=1, waiting=2)
    tell(held, b="9", c="1")
    assert account() == Account(read=3, confirmed=3)
    fold()
    assert settled() == {"a": "1", "b": "9", "c": "1"}
    assert account() == Account(read=3, confirmed=3)


def test_a_few_rows_do_not_write_the_snapshot_anew(ledger: Ledger) -> None:
    held = take_lease()
    tell(held, a="1")
    with database.transaction("test"):
        assert mirror.fold(CONNECTION, FLOW, NOW) == 0
    assert settled() == {"a": "1"}


def test_what_leaves_is_on_disk_before_and_under_the_lease(ledger: Ledger) -> None:
    held = take_lease()
    want(a="1", b="1")
    batch = open_batch(held)
    (first, second) = due()
    assert begin(held, batch, "a", "b", "unknown") == {"a", "b"}
    assert begin(held, batch, "a") == set()
    assert due() == []
    want(a="2", b="1")  # while it is on its way
    assert settle(held, "c", first) == []
    assert settle(held, "g", second, counted=True, code="transient") == []
    assert [(item.key, item.wanted, item.sent, item.failures) for item in due()] == [
        ("a", "2", "1", 0),
        ("b", "1", "", 1),
    ]
    assert begin(held, batch, "a", "b") == {"a"}  # what failed is not tried again within the cycle
    take_lease("another", NOW + timedelta(hours=2))
    with pytest.raises(LeaseLost):
        settle(held, "c", first)


def test_a_worker_that_died_leaves_doubt_and_reading_back_ends_it(ledger: Ledger) -> None:
    held = take_lease()
    want(a="1", b="1", c="1")
    begin(held, open_batch(held), "a", "b")
    later = NOW + timedelta(hours=1)
    heir = take_lease("heir", later)
    with database.transaction("test"):
        assert mirror.reclaim(heir, later) == 2
    assert account() == Account(read=3, waiting=1, in_doubt=2)
    assert mirror.doubtful(CONNECTION, FLOW, later) == []  # the write may still take effect
    after = later + mirror.SETTLE
    assert [item.key for item in mirror.doubtful(CONNECTION, FLOW, after)] == ["a", "b"]
    heir = take_lease("heir 2", after + timedelta(hours=1))
    assert observe(heir, after, a="1", b="7") == ["b"]
    assert states() == {"a": "confirmed", "b": "queued", "c": "queued"}
    (b, _) = due()
    assert (b.sent, b.failures) == ("7", 1)


def test_doubt_that_is_confirmed_while_more_is_wanted_is_queued(ledger: Ledger) -> None:
    held = take_lease()
    want(a="1")
    (item,) = due()
    begin(held, open_batch(held), "a")
    settle(held, "d", item, code="no-answer")
    want(a="2")
    assert states() == {"a": "in doubt"}
    assert observe(held, a="1") == ["a"]
    assert [(item.wanted, item.sent, item.failures) for item in due()] == [("2", "1", 0)]


def test_held_review_and_skipped(ledger: Ledger) -> None:
    held = take_lease()
    want(a="1", b="1", c="1", d="1")
    a, b, c, d = due()
    assert settle(held, "i", a, code="unknown-sku", waits_for="sku:A") == []
    assert settle(held, "n", c, text="a composite product") == []
    begin(held, open_batch(held), "b", "d")
    assert settle(held, "h", b, d, code="refused", text="no") == []
    assert account() == Account(read=4, held=1, review=2, skipped=1)
    assert want(a="2", b="1", c="2", d="2") == 1  # a review is about a value; another one is tried
    assert states() == {"a": "held", "b": "review", "c": "skipped", "d": "queued"}
    with database.transaction("test"):
        assert mirror.release(CONNECTION, ["sku:A", "sku:Z"], NOW) == 1
        assert mirror.retry(CONNECTION, FLOW, ["b", "c"], NOW) == 2
    assert [item.wanted for item in due()] == ["2", "1", "2", "2"]


def test_an_outcome_for_what_is_not_on_its_way_is_left_alone(ledger: Ledger) -> None:
    held = take_lease()
    want(a="1")
    (item,) = due()
    assert settle(held, "c", item) == [item.id]
    assert settle(held, "b", item) == [item.id]
    assert states() == {"a": "queued"}


def test_drift_queues_the_owners_value_again(ledger: Ledger) -> None:
    held = take_lease()
    tell(held, a="1", b="2")
    fold()
    tell(held, c="3")
    assert observe(held, a="1", b="8", c="9", unknown="5") == ["b", "c"]
    assert [(item.key, item.wanted, item.sent) for item in due()] == [("b", "2", "8"), ("c", "3", "9")]
    assert account() == Account(read=3, confirmed=1, waiting=2)


def test_a_baseline_makes_no_storm(ledger: Ledger) -> None:
    want(a="1", b="2")
    with database.transaction("test"):
        mirror.baseline(CONNECTION, FLOW, {"a": "1", "b": "7", "c": "3"}, NOW)
    assert settled() == {"a": "1", "b": "7", "c": "3"}
    assert [(item.key, item.sent) for item in due()] == [("b", "7")]
    assert want(a="1", b="7", c="3") == 0
    assert due() == []
    assert account() == Account(read=3, confirmed=3)


def test_what_is_gone_is_dropped_wherever_it_stands(ledger: Ledger) -> None:
    held = take_lease()
    tell(held, a="1", b="2", c="3")
    fold()
    assert want(b="9") == 1
    assert want(gone=["a", "b", "zzz"], d="4") == 1
    assert settled() == {"c": "3"}
    assert account() == Account(read=2, confirmed=1, waiting=1)
    begin(held, open_batch(held), "d")
    assert want(gone=["d"]) == 0
    assert states() == {"d": "sending"}


def test_an_empty_value_is_a_programmers_mistake(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        want(a="")


def test_texts_that_a_database_refuses(ledger: Ledger) -> None:
    held = take_lease()
    with database.transaction("test"):
        assert mirror.want(CONNECTION, FLOW, {"a\x00": "1\x00"}, NOW) == 1
        assert mirror.want(CONNECTION, FLOW, {"a\x00": "1\x00"}, NOW) == 0
    items = due()
    begin(held, open_batch(held), *(item.key for item in items))
    settle(held, "c", *items)
    fold()
    with database.transaction("test"):
        assert mirror.want(CONNECTION, FLOW, {"a\x00": "1\x00"}, NOW) == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["want", "send", "lose", "observe", "fold", "drift"]), st.integers(0, 2**16 - 1)
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_the_store_ends_with_what_is_wanted(
    sqlite: Ledger, steps: list[tuple[str, int]]
) -> None:
    """A model of a store that loses writes, is edited by hand, and answers or does not."""
    models.MirrorRow.objects.all().delete()
    models.MirrorSnapshot.objects.all().delete()
    keys = "abcd"
    store: dict[str, str] = {}
    wanted: dict[str, str] = {}
    now = NOW
    for step, seed in [*steps, ("observe", 0), ("send", 0)]:
        now += mirror.SETTLE + SECOND
        with database.transaction("test"):
            held = lease.acquire("uk", FLOW, "w", 60, now, again=True)
            assert held is not None
            mirror.reclaim(held, now)
        if step == "want":
            wanted = {key: str(seed >> place * 4 & 3) for place, key in enumerate(keys)}
            with database.transaction("test"):
                mirror.want(CONNECTION, FLOW, wanted, now)
        elif step in ("send", "lose"):
            batch = open_batch(held, now)
            items = mirror.due(CONNECTION, FLOW, now, 10)
            with database.transaction("test"):
                begun = mirror.begin(held, batch, [item.key for item in items], now)
            for place, item in enumerate(each for each in items if each.key in begun):
                if step == "send" or seed >> place & 1:
                    store[item.key] = item.wanted
                letter = "c" if step == "send" else "d"
                if not (step == "lose" and seed >> place + 8 & 1):  # or the worker dies
                    with database.transaction("test"):
                        assert mirror.settle(held, [Verdict(item.id, letter)], now) == []
        elif step == "observe":
            with database.transaction("test"):
                mirror.observe(held, CONNECTION, {key: store.get(key, "") for key in wanted}, now)
        elif step == "fold":
            with database.transaction("test"):
                mirror.fold(CONNECTION, FLOW, now, always=True)
        else:
            store |= {key: "edited" for place, key in enumerate(keys) if seed >> place & 1 and key in store}
        counted = mirror.account(CONNECTION, FLOW)
        assert counted.unexplained == 0
        assert counted.read == len(wanted)
    assert store == wanted
    assert settled() == wanted


@pytest.mark.campaign
def test_a_million_items_are_compared_without_a_call_for_each(sqlite: Ledger) -> None:
    keys = pl.DataFrame({"key": [f"SKU-{number:07}@wh_london" for number in range(1_000_000)]})
    first = keys.with_columns(value=pl.lit("77;1"))
    with database.transaction("test"):
        mirror.baseline(CONNECTION, FLOW, first, NOW)
    with database.transaction("test"):
        effort, changed = counted(lambda: mirror.want(CONNECTION, FLOW, first, NOW))
    assert (changed, effort < 50_000) == (0, True), "not row by row"
    assert models.MirrorRow.objects.count() == 0
    other = first.with_columns(
        value=pl.when(pl.int_range(pl.len()) % 1000 == 0).then(pl.lit("1;1")).otherwise("value")
    )
    with database.transaction("test"):
        assert mirror.want(CONNECTION, FLOW, other, NOW) == 1000
    assert account() == Account(read=1_000_000, confirmed=999_000, waiting=1000)
