"""A sign-in that ends unless it is used is used once a day, also while nothing is carried."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.engine import sign_ins
from tidegate.sage.business_cloud.sign_in import server
from tidegate.sage.oauth2 import OAuthSignIn, Registration, Server
from tidegate.sage.port.entrance import EndsUnused
from tidegate.sage.tokens import Tokens, keep_tokens, tokens_of
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY, LIFE = timedelta(days=1), timedelta(days=31)
NAME = "shop"


class Stand:
    """A sign-in with a token server that takes each refresh token once, for 31 days."""

    def __init__(self, settings: Server | None = None) -> None:
        self.clock = VirtualClock(NOW)
        self.vault = MemoryVault()
        self.good, self.ends, self.asked = "r0", NOW + LIFE, 0
        self.down = False
        keep_tokens(self.vault, NAME, Tokens("a0", "r0", NOW, NOW + timedelta(minutes=5), NOW, self.ends))
        http = ClientFactory(transport=httpx.MockTransport(self.answer), clock=self.clock).client(
            "https://tokens.example", timeout=5, max_bytes=1 << 16, connections=1
        )
        known = Registration(client_id="id", client_secret="secret", redirect_url="https://hub.example/back")
        made = settings or server("https://sign-in.example")
        self.sign_in = OAuthSignIn(NAME, http, self.vault, self.clock, known, made)
        company = SimpleNamespace(entrance=self.sign_in)
        self.hub: Any = SimpleNamespace(clock=self.clock, companies={NAME: company}, watched={})

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.down:
            return httpx.Response(503)
        if (
            f"refresh_token={self.good}&" not in request.content.decode() + "&"
            or self.clock.now() > self.ends
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.good, self.ends = f"r{self.asked}", self.clock.now() + LIFE
        given = {"access_token": f"a{self.asked}", "expires_in": 300, "refresh_token": self.good}
        return httpx.Response(200, content=json.dumps({**given, "refresh_token_expires_in": 2678400}))

    def live(self, days: int) -> None:
        """The hub stands there and looks, and no flow makes a call."""
        for _ in range(days * 24):
            self.clock.advance(3600)
            sign_ins.keep_alive(self.hub)


def test_a_halted_connection_is_still_signed_in_after_two_months() -> None:
    stand = Stand()
    stand.live(60)
    assert isinstance(stand.sign_in, EndsUnused)
    assert isinstance(stand.sign_in.token(), str)
    assert stand.sign_in.warning() is None
    assert 55 <= stand.asked <= 62, "once a day"


def test_without_it_the_same_connection_has_to_be_signed_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OAuthSignIn, "keep_alive", lambda self: None)
    stand = Stand()
    stand.live(32)
    token = stand.sign_in.token()
    assert isinstance(token, Failure)
    assert token.code is Code.SIGN_IN_EXPIRED


def test_a_sign_in_that_is_used_is_left_alone() -> None:
    stand = Stand()
    for _ in range(48):
        stand.clock.advance(3600)
        assert isinstance(stand.sign_in.token(), str)
        calls = stand.asked
        sign_ins.keep_alive(stand.hub)
        assert stand.asked == calls


def test_a_server_that_is_down_is_asked_once_an_hour_and_costs_nothing_else() -> None:
    stand = Stand()
    stand.live(1)
    stand.down, stand.asked = True, 100
    stand.clock.advance(DAY.total_seconds())
    for _ in range(120):
        stand.clock.advance(60)
        sign_ins.keep_alive(stand.hub)
    assert stand.asked - 100 <= 3
    stand.down = False
    stand.live(1)
    assert stand.sign_in.warning() is None


def test_a_sign_in_that_was_withdrawn_is_said_at_once() -> None:
    stand = Stand()
    stand.good = "another"
    stand.live(2)
    warning = stand.sign_in.warning()
    assert warning is not None
    assert "has ended or was revoked" in warning
    assert stand.asked == 1, "a dead token is never offered again"


def test_where_use_moves_no_end_nothing_is_called() -> None:
    fixed = Server(authorize_path="/a", token_path="/token", scope="x", access_seconds=300)
    stand = Stand(fixed)
    stand.live(3)
    assert stand.asked == 0
    assert tokens_of(stand.vault.load(NAME)) is not None
