"""What finished deliveries left behind, archived: still told, still found, still forgotten with a person; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integration.growth.meter import metered
from integration.ledger.conftest import Ledger
from integration.ledger.making import (
    CONNECTION,
    NOW,
    apply,
    begin,
    captured,
    create,
    new,
    open_batch,
    take_lease,
)
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.engine import reports
from tidegate.ledger import archive, copies, delivery, lease, lookups, models, personal, trace
from tidegate.ledger.database import transaction

LATER = NOW + timedelta(days=500)
YEAR_AGO = LATER - timedelta(days=365)
PAYLOAD = {"name": "Åsa Öberg", "total": "10.50"}


def settled(*entity_ids: int) -> list[int]:
    """Orders that were refused once, then sent and confirmed, with copies of what was sent."""
    held = take_lease()
    ids = captured(*entity_ids)
    for letter in ("g", "c"):
        attempts = begin(held, open_batch(held), ids)
        with transaction("test"):
            copies.keep(CONNECTION, dict.fromkeys(attempts.values(), PAYLOAD), NOW)
        apply(
            *(
                Verdict(pk, letter, attempt_id=attempts[pk], text="Åsa Öberg: no stock", code=Code.NO_SEAT)
                if letter == "g"
                else Verdict(pk, letter, attempt_id=attempts[pk], target_id=f"4{pk}", target_number=f"S4{pk}")
                for pk in ids
            ),
            held=held,
        )
    with transaction("test"):
        lease.release(held, NOW)
    return ids


def archived(before: datetime = YEAR_AGO) -> int:
    with transaction("test"):
        return archive.archive(CONNECTION, before, LATER)


def left() -> list[int]:
    return [
        model.objects.count() for model in (models.Attempt, models.Event, models.PayloadCopy, models.Archived)
    ]


def shown(identifier: str) -> reports.Report:
    report = reports.traced(identifier, LATER)
    reports.add_sent(report)
    return report


def test_it_is_shown_as_before_and_found_by_every_number(ledger: Ledger) -> None:
    (pk,) = settled(213)
    before = shown("000000213")
    assert [each["sent"] for each in before["orders"][0]["deliveries"][0]["attempts"]] == [PAYLOAD] * 2
    assert archived() == 1
    assert left() == [0, 0, 0, 1]
    assert shown("000000213") == before
    for identifier in ("213", f"S4{pk}", "magento:main:213/order"):
        assert shown(identifier)["orders"][0]["deliveries"] == before["orders"][0]["deliveries"]
    assert lookups.attempts_of(pk) == 2
    assert archived() == 0


def test_it_cannot_be_made_or_sent_a_second_time(ledger: Ledger) -> None:
    (pk,) = settled(213)
    archived()
    with transaction("test"):
        assert delivery.create_many([new("magento:main:213/order")], LATER) == {"magento:main:213/order": pk}
    assert models.Delivery.objects.count() == 1
    held = take_lease()
    assert begin(held, open_batch(held), [pk]) == {}


def test_what_is_young_open_or_in_doubt_stays(ledger: Ledger) -> None:
    settled(1)
    create("waiting"), create("review", state=State.REVIEW)
    held = take_lease()
    (doubtful,) = create("doubtful")
    begin(held, open_batch(held), [doubtful])
    with transaction("test"):
        delivery.reclaim(take_lease("another", NOW + timedelta(hours=1)), NOW + timedelta(hours=1))
    assert archived(NOW) == 0
    assert archived(LATER) == 1
    assert models.Attempt.objects.filter(delivery_id=doubtful).count() == 1


def test_a_confirmed_delivery_whose_attempt_is_in_doubt_keeps_it(ledger: Ledger) -> None:
    held = take_lease()
    (pk,) = create("doubtful")
    begin(held, open_batch(held), [pk])
    models.Delivery.objects.filter(pk=pk).update(state="confirmed")
    assert archived(LATER) == 1
    assert left() == [1, models.Event.objects.count(), 0, 0]
    assert archived(LATER) == 0


def test_what_happens_afterwards_is_shown_behind_it(ledger: Ledger) -> None:
    (pk,) = settled(213)
    archived()
    with transaction("test"):
        models.Event.objects.create(
            delivery_id=pk, at=LATER, before="confirmed", after="confirmed", actor="anna", text="looked at"
        )
    (found,) = trace.trace("000000213")
    assert [each.text for each in found.deliveries[0].events][-1] == "looked at"
    assert len(found.deliveries[0].events) > 4


def test_persons_and_copies_go_from_the_archive_too(ledger: Ledger) -> None:
    one, two = settled(1, 2)
    archived()
    with transaction("test"):
        count = personal.blank_texts([one], personal.Quotes({"Åsa Öberg"}))
        assert count["archived records"] == 1
        assert archive.forget_copies([one]) == 2
        assert archive.forget_copies([one]) == 0
    assert "Öberg" not in str(shown("000000001"))
    assert "Öberg" in str(shown("000000002"))
    with transaction("test"):
        words = personal.Quotes({"Åsa Öberg"}).out_of
        assert archive.rewrite_connection(CONNECTION, ["åsa öberg"], words) == 1
        assert archive.expire_copies(CONNECTION, NOW, 10) == 0
        assert archive.expire_copies(CONNECTION, LATER, 10) == 2
    assert "Öberg" not in str(shown("000000002"))
    assert archive.copies_of([one, two]) == {}


def test_the_next_part_is_found_without_reading_what_is_archived(ledger: Ledger) -> None:
    settled(*range(1, 41))
    assert archived() == 40
    with metered() as meter:
        assert archived() == 0
    (asked,) = [each for each in meter.statements if "SELECT" in each.sql]
    assert any("delivery_unarchived" in line for line in asked.plan)


@pytest.mark.parametrize("lost", ["attempts", "events", "copies"])
def test_an_archive_that_loses_something_is_noticed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """The deliberate bugs."""
    own = archive.Piece.pack

    def pack(piece: archive.Piece) -> bytes:
        setattr(piece, lost, {} if lost == "copies" else [])
        return own(piece)

    monkeypatch.setattr(archive.Piece, "pack", pack)
    with pytest.raises((AssertionError, LookupError)):
        test_it_is_shown_as_before_and_found_by_every_number(ledger)
