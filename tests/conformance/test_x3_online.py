"""X3 Online: tokens of five minutes, renewed with a new refresh token each time, which is kept before it is used."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.x3_stand import X3Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, make_order, send
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.session import Purpose

VERIFIER = "a-verifier-of-more-than-forty-three-characters-as-it-must-be"


@pytest.fixture
def stand() -> Any:
    made = X3Stand(
        basic=False,
        settings={
            "sign_in": "oauth",
            "oauth_url": "https://x3.sandbox",
            "redirect_url": "https://hub.example.com/done",
        },
    )
    made.face.sign_in.consents.add("CODE")
    yield made
    made.close()


def signed_in(stand: X3Stand) -> Any:
    sign_in = stand.company.entrance
    assert sign_in is not None
    failure = sign_in.complete("https://hub.example.com/done?code=CODE&state=S", "S", VERIFIER)  # type: ignore[union-attr]
    assert failure is None, failure
    return sign_in


def test_nobody_has_signed_in_yet(stand: X3Stand) -> None:
    with stand.company.session(Purpose.WRITING) as session:
        assert isinstance(session, Failure)
        assert session.code is Code.SIGN_IN_EXPIRED


def test_orders_go_on_over_many_renewals_and_each_refresh_token_is_used_once(stand: X3Stand) -> None:
    signed_in(stand)
    for number in range(213, 216):
        with opened(stand.company) as session:
            assert accepted(send(session, make_order(stand, number)))
        stand.advance(600)
    assert len(stand.face.sign_in.refreshing) == 1
    assert stand.face.sign_in.refusals == 0


def test_an_access_token_that_is_refused_before_its_time_is_renewed_once(stand: X3Stand) -> None:
    signed_in(stand)
    stand.face.sign_in.access.clear()
    with opened(stand.company) as session:
        assert accepted(send(session, make_order(stand, 213)))


def test_thirty_silent_days_are_warned_of(stand: X3Stand) -> None:
    sign_in = signed_in(stand)
    assert sign_in.warning() is None
    stand.advance(25 * 86_400)
    assert "ends on" in (sign_in.warning() or "")
