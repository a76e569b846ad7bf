"""Parcels: opened with their attempts, one at a time where wanted, closed by the last of their records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.ledger.making import (
    COMPANY,
    CONNECTION,
    NOW,
    apply,
    create,
    open_batch,
    state_of,
    take_lease,
)
from tidegate.domain.orders.halving import Refused
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import account, database, delivery, models, parcels
from tidegate.ledger.faults import NotAllowed, ParcelOpen
from tidegate.ledger.lease import Lease

LATER = NOW + timedelta(hours=1)


def handed_over(held: Lease, *keys: str, single: bool = True) -> tuple[int, list[int]]:
    """Deliveries that lie in one parcel; its id and theirs."""
    ids = create(*keys)
    batch = open_batch(held)
    with database.transaction("test"):
        attempts = delivery.begin(held, batch, [(pk, "h1") for pk in ids], NOW)
        parcel = parcels.open_parcel(
            held,
            CONNECTION,
            COMPANY,
            "orders",
            "digest",
            {pk: (attempts[pk], key) for pk, key in zip(ids, keys, strict=True)},
            NOW,
            single=single,
        )
    assert apply(*(Verdict(pk, "s") for pk in ids), held=held) == []
    return parcel, ids


def test_the_database_itself_refuses_a_second_parcel(ledger: object, monkeypatch: pytest.MonkeyPatch) -> None:
    held = take_lease()
    handed_over(held, "a")
    with pytest.raises(ParcelOpen):
        handed_over(held, "b")
    monkeypatch.setattr(parcels, "is_open", lambda company, scope: False)
    with pytest.raises(Exception, match=r"parcel_single|UNIQUE"):
        handed_over(held, "c")


def test_where_the_product_takes_many_there_may_be_many(ledger: object) -> None:
    held = take_lease()
    handed_over(held, "a", single=False)
    handed_over(held, "b", single=False)
    assert len(parcels.open_parcels()) == 2


def test_it_is_closed_by_the_last_of_its_records_never_before(ledger: object) -> None:
    held = take_lease()
    parcel, (made, refused, left_out) = handed_over(held, "a", "b", "c")
    assert apply(Verdict(made, "t", target_id="1"), Verdict(refused, "v", code="refused"), held=held) == []
    (lying,) = parcels.open_parcels(CONNECTION, "orders")
    assert lying.keys == ("c",)
    assert parcels.in_open_parcels([made, refused, left_out]) == {left_out}
    assert apply(Verdict(left_out, "x"), held=held, now=LATER) == []
    assert parcels.open_parcels() == []
    row = models.Parcel.objects.get(pk=parcel)
    assert row.closed_at == LATER
    assert list(row.records.order_by("pk").values_list("key", "outcome")) == [
        ("a", "accepted"),
        ("b", "refused"),
        ("c", "missing"),
    ]


def test_nothing_but_result_and_look_up_leads_out_of_it(ledger: object) -> None:
    held = take_lease()
    _, (lying,) = handed_over(held, "a")
    held = take_lease("next", now=LATER)
    with database.transaction("test"):
        assert delivery.reclaim(held, LATER) == 0
    for act in (delivery.retry, delivery.release, delivery.hold, delivery.cancel):
        with pytest.raises(NotAllowed, match="the target works on it later"), database.transaction("test"):
            act(lying, actor="anna", now=LATER)
    with pytest.raises(NotAllowed), database.transaction("test"):
        delivery.skip(lying, actor="anna", now=LATER, text="a reason")
    with pytest.raises(NotAllowed), database.transaction("test"):
        delivery.link_to(lying, "1", "1", actor="anna", now=LATER)
    assert apply(Verdict(lying, "t")) == [lying]  # not without the flow's lease
    for letter in "bcdghijklmnopqr":
        assert apply(Verdict(lying, letter), held=held, now=LATER) == [lying], letter
    assert state_of(lying) is State.HANDED_OVER
    assert models.Delivery.objects.get(pk=lying).failures == 0


def test_absence_is_not_trusted_while_it_lies_in_an_open_parcel(ledger: object) -> None:
    held = take_lease()
    _, (lying,) = handed_over(held, "a")
    assert apply(Verdict(lying, "f"), held=held) == [lying]
    assert apply(Verdict(lying, "x"), Verdict(lying, "f"), held=held) == []
    assert state_of(lying) is State.QUEUED


def test_a_look_up_that_finds_it_settles_its_record_too(ledger: object) -> None:
    held = take_lease()
    _, (lying,) = handed_over(held, "a")
    assert apply(Verdict(lying, "e", target_id="7", target_number="7"), held=held) == []
    assert (state_of(lying), parcels.open_parcels()) == (State.CONFIRMED, [])


def test_records_whose_last_parcel_was_refused_as_a_whole_are_known(ledger: object) -> None:
    held = take_lease()
    parcel, (one, two) = handed_over(held, "a", "b")
    with database.transaction("test"):
        parcels.refuse(parcel, NOW)
    assert apply(Verdict(one, "u"), Verdict(two, "u"), held=held) == []
    assert parcels.refused_with([one, two]) == dict.fromkeys((one, two), Refused(parcel, 2))


def test_tracking_and_times_are_noted_and_asked_for(ledger: object) -> None:
    held = take_lease()
    parcel, (lying,) = handed_over(held, "a")
    with database.transaction("test"):
        parcels.note_tracking(parcel, "up-551", NOW, not_before=LATER, expires=LATER + timedelta(days=7))
    assert not parcels.any_open(CONNECTION, "orders", NOW)
    assert parcels.any_open(CONNECTION, "orders", LATER)
    (found,) = parcels.to_collect(CONNECTION, "orders", LATER)
    assert (found.tracking, found.expires) == ("up-551", LATER + timedelta(days=7))
    assert parcels.holding(lying) == found


def test_the_account_and_the_batch_have_a_column_of_their_own(ledger: object) -> None:
    held = take_lease()
    handed_over(held, "a", "b")
    counted = account.account(CONNECTION, "orders", "order")
    assert (counted.handed_over, counted.waiting, counted.in_doubt) == (2, 0, 0)
    batch = models.Batch.objects.get()
    with database.transaction("test"):
        delivery.close_batch(batch.pk, LATER)
    batch.refresh_from_db()
    assert (batch.sent, batch.handed_over, batch.in_doubt) == (2, 2, 0)
