"""Careless writing ahead and careless parcels are found by the tests beside this one. Each docstring is the bug."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integration.flows import test_handed_over, test_late_numbers, test_other_parcels
from integration.flows.conftest import InMemory
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.orders import cancellations, new_accounts, orders
from tidegate.flows.payments import receipts
from tidegate.flows.status import late_numbers, notes
from tidegate.flows.writing import results, sending
from tidegate.ledger import delivery, models, parcels, verdicts
from tidegate.sage.port.outcomes import Kind
from tidegate.sage.port.session import Session

files, others, unnumbering = test_handed_over.stage, test_other_parcels.stage, test_late_numbers.unnumbering
Bug = Callable[[pytest.MonkeyPatch], None]


def a_parcel_is_closed_without_a_result(patch: pytest.MonkeyPatch) -> None:
    """One record's outcome closes it, the others are never asked for again."""
    settle = parcels.settle

    def careless(outcomes: Sequence[tuple[int, str]], now: Any) -> None:
        settle(outcomes, now)
        told = models.ParcelRecord.objects.filter(pk__in=[pk for pk, _ in outcomes])
        models.Parcel.objects.filter(pk__in=told.values("parcel_id")).update(closed_at=now)

    patch.setattr(verdicts.parcels, "settle", careless)


def a_second_parcel_is_opened(patch: pytest.MonkeyPatch) -> None:
    """Whether one lies there already is asked by nobody."""
    opened = parcels.open_parcel

    def another(*given: Any, single: bool = True) -> int:
        return opened(*given, single=False)

    patch.setattr(sending, "must_wait", lambda cycle, writing: False)
    patch.setattr(sending.parcels, "open_parcel", another)


def what_lies_there_is_reclaimed(patch: pytest.MonkeyPatch) -> None:
    """As if a worker had left it; a look-up does not find it, so it goes again."""
    reclaim = delivery.reclaim

    def greedy(lease: Any, now: Any) -> int:
        lying = models.Delivery.objects.filter(state=State.HANDED_OVER.value).values_list("pk", flat=True)
        for pk in list(lying):
            models.ParcelRecord.objects.filter(delivery_id=pk).update(outcome="missing")
            delivery.apply([Verdict(pk, "x"), Verdict(pk, "f")], now, lease=lease)
        models.Parcel.objects.filter(closed_at=None).update(closed_at=now)
        return reclaim(lease, now)

    patch.setattr(orders.delivery, "reclaim", greedy)


def an_attempt_is_committed_after_its_call(patch: pytest.MonkeyPatch) -> None:
    """It leaves first and is written down then."""
    ahead = sending.send

    def send(cycle: Any, writing: Any, records: Sequence[Any], call: Any) -> None:
        answers = list(call(records))
        ahead(cycle, writing, records, lambda _: answers)

    patch.setattr(sending, "send", send)


def a_reference_is_not_noted(patch: pytest.MonkeyPatch) -> None:
    """Nobody can say which file it was."""
    patch.setattr(sending.parcels, "note_tracking", lambda *given, **how: None)


def a_name_is_asked_for_and_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The reference that was given before is not kept before."""

    def named(cycle: Any, writing: Any, chunk: Any) -> bool:
        return not writing.reserve or bool(writing.reserve(chunk.leaving))

    patch.setattr(sending, "named", named)


def halving_loses_a_record(patch: pytest.MonkeyPatch) -> None:
    """The odd one out goes with neither half."""
    split = sending.parcels_of

    def lossy(ids: Sequence[int], suspects: Mapping[int, Any], most: int) -> list[list[int]]:
        return [each[:-1] if suspects and len(each) > 1 else each for each in split(ids, suspects, most)]

    patch.setattr(sending, "parcels_of", lossy)


def a_whole_refusal_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The same records go together again and again."""
    patch.setattr(sending.parcels, "refuse", lambda *given: None)


def absence_proves_all(patch: pytest.MonkeyPatch) -> None:
    """What a look-up does not find in time has expired."""
    settle = results.settle_late

    def hasty(cycle: Any, writing: Any, parcel: Any, *given: Any) -> None:
        settle(cycle, writing, replace(parcel, expires=cycle.now() - timedelta(1)), *given)

    patch.setattr(results, "settle_late", hasty)


def a_sleeping_machine_sends(patch: pytest.MonkeyPatch) -> None:
    """However long ago the attempt was written down."""
    patch.setattr(sending, "is_too_late", lambda *given: False)


def any_hand_over_is_trusted(patch: pytest.MonkeyPatch) -> None:
    """Though nothing will ever read what became of it."""
    judge = sending.verdicts_on

    def credulous(cycle: Any, writing: Any, *given: Any) -> Any:
        return judge(cycle, replace(writing, in_parcels=True), *given)

    patch.setattr(sending, "verdicts_on", credulous)


def accounts_are_never_collected(patch: pytest.MonkeyPatch) -> None:
    """Only orders are asked for."""
    patch.setattr(new_accounts, "collect", lambda cycle, session: None)


def receipts_are_never_collected(patch: pytest.MonkeyPatch) -> None:
    """Only orders are asked for."""
    patch.setattr(receipts, "collect", lambda cycle, session, desk: None)


def a_cancellation_counts_when_it_is_handed_over(patch: pytest.MonkeyPatch) -> None:
    """The order is cancelled here before the company has cancelled it."""
    cancel = cancellations.cancel

    def hasty(cycle: Any, session: Session, item: Any, order: Any) -> None:
        cancel(cycle, session, item, order)
        cycle.apply([Verdict(order.id, "q")])

    patch.setattr(cancellations, "cancel", hasty)


def a_late_number_is_dropped(patch: pytest.MonkeyPatch) -> None:
    """The steps that wait get it; the order itself does not."""
    patch.setattr(late_numbers.ledger, "give", lambda numbers, now: set())


def everything_is_called_an_order(patch: pytest.MonkeyPatch) -> None:
    """A draft, too."""
    patch.setattr(notes, "Kind", lambda kind: Kind.ORDER)


OF_FILES: list[tuple[Bug, Callable[..., None]]] = [
    (
        a_parcel_is_closed_without_a_result,
        test_handed_over.test_a_result_that_names_some_says_nothing_of_the_others,
    ),
    (a_second_parcel_is_opened, test_handed_over.test_one_file_at_a_time_and_the_next_with_the_next_result),
    (
        what_lies_there_is_reclaimed,
        test_handed_over.test_what_is_handed_over_lies_there_and_is_sent_once_however_many_cycles_pass,
    ),
    (absence_proves_all, test_handed_over.test_absence_proves_nothing_before_the_parcel_has_expired),
    (
        halving_loses_a_record,
        test_handed_over.test_a_file_refused_whole_is_halved_until_the_bad_one_stands_alone,
    ),
    (
        a_whole_refusal_is_forgotten,
        test_handed_over.test_a_file_refused_whole_is_halved_until_the_bad_one_stands_alone,
    ),
]
WATCHED: list[tuple[Bug, Callable[..., None]]] = [
    (
        an_attempt_is_committed_after_its_call,
        test_handed_over.test_an_attempt_is_on_disk_when_its_call_leaves,
    ),
    (
        a_name_is_asked_for_and_forgotten,
        test_handed_over.test_a_parcel_that_is_named_before_it_leaves_is_known_by_its_name_when_it_does,
    ),
    (
        a_sleeping_machine_sends,
        test_handed_over.test_a_machine_that_sleeps_between_attempt_and_call_sends_nothing,
    ),
]
OF_OTHERS: list[tuple[Bug, Callable[..., None]]] = [
    (
        accounts_are_never_collected,
        test_other_parcels.test_an_account_that_is_handed_over_lies_there_once_and_its_order_waits,
    ),
    (
        accounts_are_never_collected,
        test_other_parcels.test_the_account_of_a_registration_is_collected_by_its_own_flow,
    ),
    (receipts_are_never_collected, test_other_parcels.test_a_receipt_that_is_handed_over_is_posted_once),
    (
        a_cancellation_counts_when_it_is_handed_over,
        test_other_parcels.test_a_cancellation_that_is_handed_over_is_carried_out_with_its_result,
    ),
]


def named(bugs: Sequence[tuple[Bug, Callable[..., None]]]) -> list[str]:
    """The bugs' names."""
    return [bug.__name__ for bug, _ in bugs]


@pytest.mark.parametrize(("bug", "question"), OF_FILES, ids=named(OF_FILES))
def test_a_bug_of_files(
    files: Any, monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Callable[..., None]
) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        question(files)


@pytest.mark.parametrize(("bug", "question"), WATCHED, ids=named(WATCHED))
def test_a_bug_between_the_attempt_and_its_call(
    files: Any, monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Callable[..., None]
) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        question(files, monkeypatch)


@pytest.mark.parametrize(("bug", "question"), OF_OTHERS, ids=named(OF_OTHERS))
def test_a_bug_of_other_parcels(
    others: Any, monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Callable[..., None]
) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        question(others)


def test_a_bug_of_references(
    files: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_reference_is_not_noted(monkeypatch)
    with pytest.raises(AssertionError):
        test_handed_over.test_status_shows_open_parcels(files, capsys)


def test_a_bug_of_belief(in_memory: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    any_hand_over_is_trusted(monkeypatch)
    with pytest.raises(AssertionError):
        test_handed_over.test_an_order_desk_that_hands_over_without_saying_so_leaves_its_orders_in_doubt(
            in_memory, monkeypatch
        )


def test_a_bug_of_late_numbers(unnumbering: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a_late_number_is_dropped(monkeypatch)
    with pytest.raises(AssertionError):
        test_late_numbers.test_the_number_reaches_the_order_itself_its_chain_and_the_search_though_nobody_waits(
            unnumbering
        )


def test_a_bug_of_kinds(
    unnumbering: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    everything_is_called_an_order(monkeypatch)
    with pytest.raises(AssertionError):
        test_late_numbers.test_what_the_company_made_of_an_order_is_kept_reported_and_shown(
            unnumbering, capsys, Kind.DRAFT
        )
