"""The suite bites: a room in memory with one fault each, and the question of the suite that finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from conformance.bugs import Bug, Question, assert_found
from tidegate.conformance import doors, guards, handed_over, lengths, lost_answers
from tidegate.conformance.memory.calls import Calls
from tidegate.conformance.memory.company import MemoryCompany
from tidegate.conformance.memory.files import Platform
from tidegate.conformance.memory.handed_over import FiledOrders
from tidegate.conformance.memory.orders import Orders, Search
from tidegate.conformance.memory.stand import MemoryStand
from tidegate.domain.errors import Failure
from tidegate.sage.port.orders import Guard
from tidegate.sage.port.outcomes import Accepted, HandedOver
from tidegate.sage.port.session import Purpose


def partial_result_taken_for_all(patch: pytest.MonkeyPatch) -> None:
    result = FiledOrders._result

    def taken(self: FiledOrders, parcel: Any) -> Any:
        found = result(self, parcel)
        done = [one for one in found.values() if isinstance(one, Accepted)]
        return dict.fromkeys(found, done[0]) if done else found

    patch.setattr(FiledOrders, "_result", taken)


def left_out_taken_for_accepted(patch: pytest.MonkeyPatch) -> None:
    result = FiledOrders._result

    def filled(self: FiledOrders, parcel: Any) -> Any:
        return dict.fromkeys(parcel.keys, Accepted("1", "1")) | result(self, parcel)

    patch.setattr(FiledOrders, "_result", filled)


def lost_result_taken_for_accepted(patch: pytest.MonkeyPatch) -> None:
    result = FiledOrders._result

    def guessed(self: FiledOrders, parcel: Any) -> Any:
        found = result(self, parcel)
        return {key: Accepted("1", "1") if isinstance(one, HandedOver) else one for key, one in found.items()}

    patch.setattr(FiledOrders, "_result", guessed)


def file_known_by_its_reference_alone(patch: pytest.MonkeyPatch) -> None:
    def find(self: Platform, parcel: Any) -> Any:
        return next((one for one in self.files if one.tracking == parcel.tracking), None)

    patch.setattr(Platform, "find", find)


def refusal_taken_for_confirmation(patch: pytest.MonkeyPatch) -> None:
    enter = Orders._enter

    def confirmed(self: Orders, order: Any) -> Any:
        outcome = enter(self, order)
        return Accepted("1", "1") if isinstance(outcome, Failure) else outcome

    patch.setattr(Orders, "_enter", confirmed)


def nothing_is_replayed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Orders, "_replayed", lambda self, there: False)


def key_is_cut(patch: pytest.MonkeyPatch) -> None:
    enter = Orders._enter

    def cut(self: Orders, order: Any) -> Any:
        return enter(self, msgspec.structs.replace(order, key=order.key[:19]))

    patch.setattr(Orders, "_enter", cut)


def found_by_the_beginning_of_the_key(patch: pytest.MonkeyPatch) -> None:
    find = Search._found

    def alike(self: Search, keys: Any) -> Any:
        every = [each for each in self._company.books.orders.values() if each.key]
        found = find(self, keys)
        for one in keys:
            for each in every:
                if each.key != one.key and each.key[:19] == one.key[:19]:
                    found[one.key].append(each)
        return found

    patch.setattr(Search, "_found", alike)


def door_that_raises(patch: pytest.MonkeyPatch) -> None:
    session = MemoryCompany.session

    @contextmanager
    def raising(self: MemoryCompany, purpose: Purpose) -> Iterator[Any]:
        if self.shut is not None:
            raise LookupError(self.shut.text)
        with session(self, purpose) as opened:
            yield opened

    patch.setattr(MemoryCompany, "session", raising)


def failed_read_taken_for_nothing(patch: pytest.MonkeyPatch) -> None:
    read = Calls.read

    def quiet(self: Calls, kind: str, work: Any) -> Any:
        answer = read(self, kind, work)
        return {} if isinstance(answer, Failure) and kind == "look-up" else answer

    patch.setattr(Calls, "read", quiet)


FILES: dict[str, Any] = {"hands_over": True, "orders_per_call": 25}
LONG: dict[str, Any] = {"key_length": 20, "account_length": 20}


def of_files(question: Callable[..., None]) -> Callable[[Any], None]:
    """A question that also needs the desktop."""
    return lambda stand: question(stand, stand.desktop)


def of_doors(stand: Any) -> None:
    doors.test_a_door_that_does_not_open_is_a_failure_of_its_own_code(
        stand, stand.door, doors.REASONS[0], Purpose.WRITING
    )


def of_reads(stand: Any) -> None:
    lost_answers.test_a_read_that_fails_is_a_failure_and_never_an_empty_answer(
        stand, "drop_before", {}, "look-up"
    )


BUGS: list[tuple[Bug, dict[str, Any], Question]] = [
    (
        partial_result_taken_for_all,
        FILES,
        of_files(handed_over.test_a_partial_result_is_true_for_those_that_it_names_and_for_no_other),
    ),
    (
        left_out_taken_for_accepted,
        FILES,
        of_files(handed_over.test_what_a_result_leaves_out_has_no_outcome_and_is_found_by_the_look_up),
    ),
    (
        lost_result_taken_for_accepted,
        FILES,
        of_files(handed_over.test_a_lost_result_never_turns_into_one),
    ),
    (
        file_known_by_its_reference_alone,
        FILES,
        of_files(handed_over.test_a_process_that_died_before_it_kept_the_reference_finds_its_file_by_content),
    ),
    (
        refusal_taken_for_confirmation,
        {"guard": Guard.TARGET_REFUSES},
        guards.test_a_refused_second_order_is_in_doubt_and_never_confirmed,
    ),
    (
        nothing_is_replayed,
        {"guard": Guard.TARGET_REPLAYS, "guard_days": 7},
        guards.test_a_replayed_order_is_the_first_one_again,
    ),
    (key_is_cut, LONG, lengths.test_a_key_as_long_as_can_be_is_stored_and_found_whole),
    (
        found_by_the_beginning_of_the_key,
        LONG,
        lengths.test_a_key_as_long_as_can_be_is_stored_and_found_whole,
    ),
    (door_that_raises, {}, of_doors),
    (failed_read_taken_for_nothing, {}, of_reads),
]


@pytest.mark.parametrize(("bug", "switches", "question"), BUGS, ids=[each[0].__name__ for each in BUGS])
def test_the_suite_finds_a_room_with_a_fault(
    monkeypatch: pytest.MonkeyPatch,
    bug: Bug,
    switches: dict[str, Any],
    question: Question,
) -> None:
    assert_found(monkeypatch, bug, lambda: MemoryStand(**switches), question)
