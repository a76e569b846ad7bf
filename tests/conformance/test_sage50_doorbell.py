"""What the platform calls: approvals that fit, notifications that only hasten, and everything that is forged."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.sage50_stand import SECRET, TOKEN, Sage50Stand
from tidegate.domain.errors import Failure
from tidegate.sage.port.doorbell import Heard, Ring
from tidegate.sage.port.entrance import Consent, ConsentStatus, Passcode
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage50.keys import INITIAL
from tidegate_sandbox.faults import Fault

PRODUCTS = {"inventory", "prices", "products"}


@pytest.fixture
def stand() -> Iterator[Sage50Stand]:
    built = Sage50Stand(is_on=True)
    yield built
    built.close()


def ring(stand: Sage50Stand, what: str, message: Any, *, token: str = TOKEN, **headers: str) -> Heard:
    assert stand.company.doorbell is not None
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return stand.company.doorbell.ring(Ring("POST", f"{token}/{what}", headers, body))


def signature(message: Any, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), json.dumps(message).encode(), hashlib.sha256).hexdigest()


NOTE = {"event": "fileUpdated", "id": "ntf-1", "domain": "ecommerce", "scope": "products", "version": 9}


# Notifications


def test_a_signed_notification_hastens_what_reads_the_file(stand: Sage50Stand) -> None:
    heard = ring(stand, "notify", NOTE, hmac_sha256=signature(NOTE))
    assert (heard.status, set(heard.hasten)) == (200, PRODUCTS)


def test_a_forged_signature_hastens_nothing(stand: Sage50Stand) -> None:
    heard = ring(stand, "notify", NOTE, hmac_sha256=signature(NOTE, "guessed"))
    assert (heard.status, set(heard.hasten)) == (401, set())
    changed = ring(stand, "notify", {**NOTE, "scope": "customers"}, hmac_sha256=signature(NOTE))
    assert changed.status == 401


def test_where_a_server_has_dropped_the_header_the_token_counts(stand: Sage50Stand) -> None:
    assert set(ring(stand, "notify", NOTE).hasten) == PRODUCTS
    hyphen = {"hmac-sha256": signature(NOTE, "guessed")}
    assert ring(stand, "notify", NOTE, **hyphen).status == 401, "another spelling is looked at as well"


def test_unsigned_ones_are_refused_where_the_settings_say_so() -> None:
    stand = Sage50Stand(settings={"signed_only": True}, is_on=True)
    assert ring(stand, "notify", NOTE).status == 401
    assert ring(stand, "notify", NOTE, hmac_sha256=signature(NOTE)).status == 200
    stand.close()


@pytest.mark.parametrize("token", ["", "guessed", TOKEN[:-1], TOKEN + "x"])
def test_another_address_is_nobodys(stand: Sage50Stand, token: str) -> None:
    assert ring(stand, "notify", NOTE, token=token).status == 404
    assert ring(stand, "other", NOTE).status == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"scope": 7}', b'{"scope": "ledgers"}', b"\xff"])
def test_nonsense_is_answered_and_does_nothing(stand: Sage50Stand, body: bytes) -> None:
    assert ring(stand, "notify", body).hasten == frozenset()
    assert ring(stand, "approval", body).hasten == frozenset()


def test_the_platforms_own_notifications_are_heard_with_and_without_their_header(stand: Sage50Stand) -> None:
    stand.call_backs.heard.clear()
    stand.desktop.upload()
    stand.call_backs.drops_underscores = True
    stand.desktop.upload()
    assert set(stand.call_backs.heard) == {("notify", 200)}
    stand.sim("forge", {"kind": "notification"})


# Approvals


def asked(stand: Sage50Stand) -> Passcode:
    assert isinstance(stand.company.entrance, Consent)
    passcode = stand.company.entrance.ask()
    assert isinstance(passcode, Passcode)
    return passcode


def status(stand: Sage50Stand) -> ConsentStatus:
    assert isinstance(stand.company.entrance, Consent)
    return stand.company.entrance.state().status


def test_an_approval_that_comes_twice_changes_nothing(stand: Sage50Stand) -> None:
    before = stand.vault.load("acme")
    stand.sim("again", {"kind": "approval"})
    assert stand.call_backs.heard[-1] == ("approval", 200)
    assert stand.vault.load("acme") == before


@pytest.mark.parametrize(
    "changes",
    [
        {"passcode": "AAAA-AAAA"},
        {"passcode": ""},
        {"applicationId": "app-999"},
        {"domain": "payroll"},
        {"apikey": ""},
    ],
)
def test_a_forged_approval_stores_nothing(stand: Sage50Stand, changes: dict[str, str]) -> None:
    passcode = asked(stand)
    message = {
        "event": "approved",
        "applicationId": stand.settings.application_id,
        "domain": "ecommerce",
        "passcode": passcode.text,
        "apikey": "ak_forged",
        **changes,
    }
    before = stand.vault.load("acme")[INITIAL]
    assert ring(stand, "approval", message).status == 404
    assert stand.vault.load("acme")[INITIAL] == before


def test_an_approval_for_a_passcode_that_is_over_is_taken_for_an_hour_more(stand: Sage50Stand) -> None:
    passcode = asked(stand)
    message = {"event": "approved", "passcode": passcode.text, "apikey": "ak_late"}
    stand.advance(16 * 60)
    assert ring(stand, "approval", message).status == 200
    passcode = asked(stand)
    stand.advance(76 * 60)
    assert (
        ring(stand, "approval", {**message, "passcode": passcode.text, "apikey": "ak_too_late"}).status == 404
    )


def test_an_approval_that_comes_before_the_answer_to_the_passcode_is_delivered_again() -> None:
    stand = Sage50Stand(is_on=True)
    stand.faults.add(Fault("early_approval", times=1))
    asked(stand)
    assert stand.call_backs.heard[-1] == ("approval", 404)
    for _ in range(3):
        stand.advance(15 * 60)
    assert ("approval", 200) in stand.call_backs.heard[-4:]
    with stand.company.session(Purpose.READING) as session:
        assert not isinstance(session, Failure)
        assert not isinstance(session.products.read(None), Failure) if session.products else None
    stand.close()


def test_a_denial_ends_the_passcode_with_a_call_back_or_without(stand: Sage50Stand) -> None:
    asked(stand)
    assert status(stand) is ConsentStatus.WAITING
    stand.sim("consent", {"action": "deny"})
    assert status(stand) is ConsentStatus.DENIED
    asked(stand)
    stand.sim("consent", {"action": "deny", "silently": True})
    assert status(stand) is ConsentStatus.WAITING, "nobody said anything"
    stand.advance(15 * 60 + 1)
    assert status(stand) is ConsentStatus.GRANTED, "the consent before stands still"
