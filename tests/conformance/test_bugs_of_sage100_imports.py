"""Faults of the way by import jobs that the questions find."""

from __future__ import annotations

import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.sage100_stand import Sage100Stand
from tidegate.conformance import handed_over as asked
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import DesktopStand, make_order, prepared
from tidegate.domain.errors import Failure
from tidegate.sage import import_folder, import_job
from tidegate.sage.import_folder import ImportFolder, Log
from tidegate.sage.import_job import ImportJob
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver


def make() -> Sage100Stand:
    return Sage100Stand(import_job=True)


def _of(desk: DesktopStand | None) -> DesktopStand:
    assert desk is not None
    return desk


def what_the_log_says_wrongly_is_not_trusted(stand: Sage100Stand) -> None:
    """It names an order that Sage has all the same."""
    order = make_order(stand, 300)
    with opened(stand.company) as session:
        lies = dict(session.orders.send([ready := prepared(session, order)]))[order.key]
        assert isinstance(lies, HandedOver)
        _of(stand.desktop).work()
        (stand.pick_up / f"{lies.parcel}.log").write_text(f"{lies.parcel}.csv record 1 {order.key}: Refused.")
        found = session.orders.collect([asked._parcel(stand, [ready], lies.parcel)])
    assert not isinstance(found, Failure)
    assert isinstance(found[order.key], Accepted)


def the_same_orders_again_are_another_file(stand: Sage100Stand) -> None:
    """The job has read the first one, and reads no file twice."""
    order, desk = make_order(stand, 300), _of(stand.desktop)
    desk.refuse_files_with(order.key)
    with opened(stand.company) as session:
        ready = prepared(session, order)
        list(session.orders.send([ready]))
        desk.work()
        assert stand.desktop is not None
        stand.desktop.read_all()
        lies = dict(session.orders.send([ready]))[order.key]
        desk.work()
        assert isinstance(lies, HandedOver)
        found = session.orders.collect([asked._parcel(stand, [ready], lies.parcel)])
    assert not isinstance(found, Failure)
    assert isinstance(found[order.key], Accepted)


def log_trusted_first(patch: pytest.MonkeyPatch) -> None:
    of = ImportJob._of

    def wrong(self: ImportJob, parcel, known):  # type: ignore[no-untyped-def]
        found = of(self, parcel, known)
        log = self.files.log(parcel.tracking, parcel.keys)
        return {**found, **import_job._logged(log, parcel.keys)} if isinstance(log, Log) else found

    patch.setattr(ImportJob, "_of", wrong)


def names_used_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ImportFolder, "new_name", lambda self, digest, now: digest[: import_folder.DIGEST])


def no_log_means_done(patch: pytest.MonkeyPatch) -> None:
    log = ImportFolder.log
    patch.setattr(
        ImportFolder, "log", lambda self, name, keys: log(self, name, keys) or (Log({}) if keys else None)
    )


def a_file_that_lies_there_is_sent_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ImportFolder, "has", lambda self, name: False)


def half_a_file_is_seen(patch: pytest.MonkeyPatch) -> None:
    put = ImportFolder.put

    def wrong(self: ImportFolder, name: str, content: bytes) -> Failure | None:
        return put(self, name, content[: len(content) // 2])

    patch.setattr(ImportFolder, "put", wrong)


def another_reference_than_was_given(patch: pytest.MonkeyPatch) -> None:
    reserve = ImportJob.reserve

    def wrong(self: ImportJob, batch: list[Prepared]) -> HandedOver:
        given = reserve(self, batch)
        return HandedOver(f"{given.parcel}-x", given.not_before)

    patch.setattr(ImportJob, "reserve", wrong)


def _asked(question):  # type: ignore[no-untyped-def]
    return lambda stand: question(stand, stand.desktop)


CASES: list[tuple[Bug, Question]] = [
    (log_trusted_first, what_the_log_says_wrongly_is_not_trusted),
    (names_used_again, the_same_orders_again_are_another_file),
    (
        no_log_means_done,
        _asked(asked.test_what_lies_there_is_not_booked_and_stays_handed_over_however_often_it_is_asked),
    ),
    (
        a_file_that_lies_there_is_sent_again,
        _asked(asked.test_what_lies_there_is_not_booked_and_stays_handed_over_however_often_it_is_asked),
    ),
    (half_a_file_is_seen, _asked(asked.test_a_late_result_is_read_record_by_record)),
    (
        another_reference_than_was_given,
        _asked(asked.test_a_reference_that_is_given_before_is_the_one_under_which_the_file_lies),
    ),
]


@pytest.mark.parametrize(("bug", "question"), CASES, ids=[bug.__name__ for bug, _ in CASES])
def test_a_fault_of_the_room_is_found(monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Question) -> None:
    assert_found(monkeypatch, bug, make, question, ValueError)
