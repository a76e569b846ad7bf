"""Keys of Sage 50 that live minutes: renewed unnoticed by several processes, kept before they are used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from conformance.sage50_stand import HOST, Sage50Stand
from tidegate.conformance.at_once import at_once
from tidegate.conformance.stand import failed, make_order
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.entrance import Consent, ConsentStatus, Passcode
from tidegate.sage.port.outcomes import HandedOver
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage50.keys import CURRENT, INITIAL, PREVIOUS
from tidegate_sandbox.faults import Fault

HOUR = 3600


@pytest.fixture
def stand() -> Iterator[Sage50Stand]:
    """A company that was let in."""
    built = Sage50Stand()
    yield built
    built.close()


def read(stand: Sage50Stand, company: Any = None) -> Any:
    """One call with a key."""
    with (company or stand.company).session(Purpose.READING) as session:
        return session if isinstance(session, Failure) else session.products.read(None)  # type: ignore[union-attr]


def test_a_day_of_expiring_keys_is_noticed_by_nobody(stand: Sage50Stand) -> None:
    for _ in range(24):
        stand.advance(HOUR)
        assert not isinstance(read(stand), Failure)

    assert stand.face.platform.keys.rotations == 24


def test_the_initial_key_stays_whatever_is_renewed(stand: Sage50Stand) -> None:
    initial = stand.vault.load("acme")[INITIAL].value
    for _ in range(3):
        stand.advance(HOUR)
        assert not isinstance(read(stand), Failure)

    secrets = stand.vault.load("acme")
    assert secrets[INITIAL].value == initial
    assert len({secrets[name].value for name in (INITIAL, CURRENT, PREVIOUS)}) == 3


def test_a_key_that_expires_in_the_middle_of_a_batch_costs_no_order(stand: Sage50Stand) -> None:
    orders = [make_order(stand, 300 + number) for number in range(3)]
    with stand.company.session(Purpose.WRITING) as session:
        assert not isinstance(session, Failure)
        for order in orders:  # the key ends again and again
            stand.faults.add(Fault("key_expired", times=1))
            [ready] = session.orders.prepare([order])
            assert not isinstance(ready, Failure), ready
            stand.faults.add(Fault("key_expired", times=1))
            outcomes = [outcome for _, outcome in session.orders.send([ready])]
            assert isinstance(outcomes[0], HandedOver), outcomes


def test_two_processes_renew_one_after_the_other_and_once(stand: Sage50Stand) -> None:
    other = stand.open()
    assert not isinstance(read(stand, other), Failure)
    assert not isinstance(read(stand), Failure)
    stand.advance(HOUR)
    found: list[Any] = []
    companies = (stand.company, other, stand.company, other)
    at_once(*(lambda company=company: found.append(read(stand, company)) for company in companies))
    other.close()

    assert [one for one in found if isinstance(one, Failure)] == []
    assert stand.face.platform.keys.rotations == 1


def test_a_new_key_lies_in_the_vault_before_it_is_used(stand: Sage50Stand) -> None:
    used: list[bool] = []
    caller = stand.face.platform.keys.caller

    def watched(text: str) -> Any:
        connection = caller(text)
        used.append(text in {each.value for each in stand.vault.load("acme").values()})
        return connection

    stand.face.platform.keys.caller = watched  # type: ignore[method-assign]
    stand.advance(HOUR)
    assert not isinstance(read(stand), Failure)
    assert used
    assert all(used)


def test_a_lost_answer_to_a_renewal_is_asked_for_again(stand: Sage50Stand) -> None:
    stand.advance(HOUR)
    stand.faults.add(Fault("drop_after", times=1, method="PATCH"))

    assert not isinstance(read(stand), Failure)
    assert stand.face.platform.keys.rotations == 1


def test_where_that_loses_the_connection_a_person_must_consent_again() -> None:
    stand = Sage50Stand(rotation_replay="refuse")
    stand.advance(HOUR)
    stand.faults.add(Fault("drop_after", times=1, method="PATCH"))
    failure = failed(read(stand))
    assert failure.code is Code.SIGN_IN_EXPIRED
    assert "tidegate connect" in failure.text
    assert stand.company.entrance is not None
    assert stand.company.entrance.state().status is ConsentStatus.LOST  # type: ignore[union-attr]
    rotations = len(stand.face.platform.journal.entries("lost"))
    assert failed(read(stand)).code is Code.SIGN_IN_EXPIRED
    assert len(stand.face.platform.journal.entries("lost")) == rotations, "nobody knocks again"

    stand.desktop_on()
    stand.consent()
    assert not isinstance(read(stand), Failure)
    stand.close()


@pytest.mark.parametrize(
    ("kind", "options", "code"),
    [
        ("status", {"status": 401}, Code.NOT_AUTHENTICATED),
        ("status", {"status": 403}, Code.NOT_AUTHENTICATED),
        ("status", {"status": 503}, Code.SERVER_TROUBLE),
        ("status", {"status": 404}, Code.UNKNOWN_ENDPOINT),
        ("login_page", {}, Code.SERVER_TROUBLE),
        ("garbage", {"effect": False}, Code.SERVER_TROUBLE),
    ],
)
def test_a_renewal_that_is_refused_without_a_word_why_takes_no_consent_away(
    stand: Sage50Stand, kind: str, options: dict[str, Any], code: Code
) -> None:
    stand.advance(HOUR)
    stand.faults.add(Fault(kind, times=1, method="PATCH", options=options))
    assert failed(read(stand)).code is code
    assert not isinstance(read(stand), Failure)


def test_a_withdrawn_consent_halts(stand: Sage50Stand) -> None:
    stand.sim("consent", {"action": "withdraw"})
    stand.advance(HOUR)
    assert failed(read(stand)).code is Code.SIGN_IN_EXPIRED
    assert isinstance(stand.company.entrance, Consent)
    assert stand.company.entrance.state().status is ConsentStatus.REVOKED


def test_a_platform_that_is_away_while_a_key_ends_halts_nothing(stand: Sage50Stand) -> None:
    stand.advance(HOUR)
    stand.faults.add(Fault("refuse", times=None, method="PATCH"))
    assert failed(read(stand)).code is Code.UNREACHABLE
    stand.calm()
    assert not isinstance(read(stand), Failure)


def test_a_refused_key_is_not_used_again_while_its_renewal_fails() -> None:
    stand = Sage50Stand(expiry_given=False)
    stand.advance(HOUR)
    assert not isinstance(read(stand), Failure)  # a key whose end nobody knows
    stand.advance(HOUR)
    stand.faults.add(Fault("status", times=None, method="PATCH", options={"status": 503}))
    calls = []
    for _ in range(3):
        before = stand.company.calls
        assert failed(read(stand)).code is Code.SERVER_TROUBLE
        calls.append(stand.company.calls - before)
    stand.calm()
    assert not isinstance(read(stand), Failure)
    stand.close()

    assert calls == [2, 1, 1], "the call that was refused, and a renewal each time"


@pytest.mark.parametrize(
    "options",
    [
        {"early_rotation": "refuse"},
        {"expiry_given": False},
        {"rotation_secret": "required"},
        {"key_header": "X-Api-Key"},
        {"key_minutes": 0.5},
    ],
)
def test_other_rules_of_keys_change_nothing(options: dict[str, Any]) -> None:
    settings = {"key_header": options["key_header"]} if "key_header" in options else {}
    stand = Sage50Stand(settings=settings, **options)
    for _ in range(4):
        stand.advance(timedelta(minutes=19, seconds=30).total_seconds())
        assert not isinstance(read(stand), Failure)
    stand.close()


def test_the_key_goes_to_the_platforms_own_address_alone() -> None:
    stand = Sage50Stand(files_url="https://files.example")
    assert not isinstance(read(stand), Failure)
    with stand.company.session(Purpose.WRITING) as session:
        assert not isinstance(session, Failure)
        [ready] = session.orders.prepare([make_order(stand, 300)])
        assert not isinstance(ready, Failure), ready
        [(_, outcome)] = session.orders.send([ready])
        assert isinstance(outcome, HandedOver)
    assert stand.face.platform.journal.entries("key-sent-along") == []
    stand.close()


def test_an_address_of_somebody_else_gets_no_key(stand: Sage50Stand) -> None:
    with stand.company.session(Purpose.WRITING) as session:
        assert not isinstance(session, Failure)
        answer = stand.company._client.ask("GET", "https://elsewhere.example/api/files/tracking/1")  # type: ignore[attr-defined]
    assert failed(answer).code is Code.UNKNOWN_ENDPOINT
    assert HOST not in failed(answer).text


def test_a_key_that_a_person_types_in_works_as_well(stand: Sage50Stand) -> None:
    assert isinstance(stand.company.entrance, Consent)
    entrance = stand.company.entrance
    stand.call_backs.lost = True
    stand.desktop_on()
    passcode = entrance.ask()
    assert isinstance(passcode, Passcode)
    stand.sim("consent", {"action": "grant", "passcode": passcode.text})
    assert isinstance(read(stand), Failure), "the former consent has ended there"
    key = list(stand.face.platform.keys)[-1].initial.text
    assert entrance.enter(key) is None
    assert not isinstance(read(stand), Failure)
