"""The suite bites at the door, too: seats, consent, doorbell, use and budget, with one fault each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from conformance.bugs import Bug, Question, assert_found
from tidegate.conformance import consent, doorbell, seats, usage, waiting
from tidegate.conformance.memory import door
from tidegate.conformance.memory.company import MemoryCompany
from tidegate.conformance.memory.door import KEY, MemoryBell, MemoryConsent
from tidegate.conformance.memory.stand import MemoryStand
from tidegate.sage.port.doorbell import Heard
from tidegate.sage.port.entrance import ConsentState, ConsentStatus, Passcode
from tidegate.sage.port.usage import Usage
from tidegate.sage.seats import SeatPool


def a_seat_is_kept(patch: pytest.MonkeyPatch) -> None:
    """Whoever fails does not give it back."""
    patch.setattr(SeatPool, "_rise", lambda self, sitting: None)


def seats_of_this_process_alone(patch: pytest.MonkeyPatch) -> None:
    """What other processes hold is not asked for."""
    init = SeatPool.__init__

    def without_registry(self: SeatPool, *given: Any, registry: object = None, **more: Any) -> None:
        init(self, *given, **more)

    patch.setattr(SeatPool, "__init__", without_registry)


def whoever_calls_is_trusted(patch: pytest.MonkeyPatch) -> None:
    """No signature is looked at."""
    patch.setattr(door, "signed", lambda body, secret, signature: True)


def any_signature_will_do(patch: pytest.MonkeyPatch) -> None:
    """It is there, so it is right."""
    patch.setattr(door, "signed", lambda body, secret, signature: bool(signature))


def nothing_is_hastened(patch: pytest.MonkeyPatch) -> None:
    """A genuine call is heard and forgotten."""
    patch.setattr(MemoryBell, "ring", lambda self, ring: Heard(200, note="thank you"))


def any_approval_will_do(patch: pytest.MonkeyPatch) -> None:
    """Whose passcode it answers is not looked at."""

    def approved(self: MemoryBell, content: dict[str, Any]) -> Heard:
        self._consent.granted(str(content.get("key", "")))
        return Heard(200)

    patch.setattr(MemoryBell, "_approval", approved)


def the_key_stays_in_the_process_that_heard_it(patch: pytest.MonkeyPatch) -> None:
    """It is not put into the vault."""
    heard: dict[int, str] = {}
    state = MemoryConsent.state

    def seen(self: MemoryConsent) -> ConsentState:
        return ConsentState(ConsentStatus.GRANTED) if id(self) in heard else state(self)

    patch.setattr(MemoryConsent, "granted", lambda self, key: heard.update({id(self): key}))
    patch.setattr(MemoryConsent, "state", seen)


def a_passcode_never_ends(patch: pytest.MonkeyPatch) -> None:
    """The hub waits for an answer for ever."""
    state = MemoryConsent.state

    def endless(self: MemoryConsent) -> ConsentState:
        kept = self._vault.load(self._company)
        passcode = kept.get("passcode")
        if passcode is None or passcode.expires_at is None:
            return state(self)
        return ConsentState(ConsentStatus.WAITING, Passcode(passcode.value, passcode.expires_at))

    patch.setattr(MemoryConsent, "state", endless)


def a_withdrawn_consent_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    """There is a key, so all is well."""
    shut = MemoryConsent.shut
    patch.setattr(
        MemoryConsent, "shut", lambda self: None if KEY in self._vault.load(self._company) else shut(self)
    )


def calls_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    """A budget that nobody counts is never spent."""
    patch.setattr(MemoryCompany, "usage", lambda self: Usage())


def the_agent_is_not_notified(patch: pytest.MonkeyPatch) -> None:
    """Sessions begin up to the last second before a window."""
    patch.setattr(MemoryCompany, "stand_down", lambda self, until: None)


CONSENT: dict[str, Any] = {"asks_consent": True}


def of_staff(question: Callable[..., None]) -> Callable[[MemoryStand], None]:
    """A question that also needs the people at the door."""
    return lambda stand: question(stand, stand.consents)


def of_bells(question: Callable[..., None]) -> Callable[[MemoryStand], None]:
    """A question that also needs the product that calls."""
    return lambda stand: question(stand, stand.bells)


def agent() -> dict[str, Any]:
    """A company with an agent in between."""
    return {"drains_for": timedelta(minutes=5)}


BUGS: list[tuple[Bug, dict[str, Any], Question]] = [
    (a_seat_is_kept, {}, waiting.test_a_seat_is_given_back_when_the_work_fails),
    (
        seats_of_this_process_alone,
        {},
        seats.test_three_parallel_pushes_never_take_a_seat_more_than_the_company_gives,
    ),
    (whoever_calls_is_trusted, CONSENT, of_bells(doorbell.test_without_proof_nothing_is_hastened)),
    (any_signature_will_do, CONSENT, of_bells(doorbell.test_without_proof_nothing_is_hastened)),
    (nothing_is_hastened, CONSENT, of_bells(doorbell.test_a_genuine_call_hastens_its_flows)),
    (
        any_approval_will_do,
        CONSENT,
        of_staff(consent.test_an_approval_of_a_passcode_that_we_do_not_have_is_refused),
    ),
    (
        the_key_stays_in_the_process_that_heard_it,
        CONSENT,
        of_staff(consent.test_an_approval_that_one_process_hears_opens_the_door_of_all),
    ),
    (a_passcode_never_ends, CONSENT, of_staff(consent.test_a_passcode_that_nobody_answers_ends_by_itself)),
    (
        a_withdrawn_consent_is_not_noticed,
        CONSENT,
        of_staff(consent.test_a_consent_that_was_withdrawn_halts_and_a_new_one_leads_on),
    ),
    (calls_are_not_counted, {}, usage.test_what_is_used_is_counted_and_never_less),
    (the_agent_is_not_notified, agent(), usage.test_who_stands_down_begins_nothing_new_and_ends_what_is_open),
]


@pytest.mark.parametrize(("bug", "switches", "question"), BUGS, ids=[each[0].__name__ for each in BUGS])
def test_the_suite_finds_a_door_with_a_fault(
    monkeypatch: pytest.MonkeyPatch,
    bug: Bug,
    switches: dict[str, Any],
    question: Question,
) -> None:
    assert_found(monkeypatch, bug, lambda: MemoryStand(**switches), question)
