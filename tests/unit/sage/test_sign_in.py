"""Sage ID: contract §3. One refresh at a time, stored before use, a token never offered twice."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.redaction import redact
from tidegate.sage.tokens import Tokens, keep_tokens
from tidegate.sage.vault import MemoryTurn, MemoryVault, Turn
from unit.sage.scripted_api import NOW, World, gateway_error, make_world, ok, page

STATE = "s" * 43
VERIFIER = "v" * 43
CALLBACK = f"http://127.0.0.1:8912/callback?code=the-code&state={STATE}"


@pytest.fixture
def world() -> World:
    return make_world()


def ask(world: World) -> Failure | None:
    """One harmless call."""
    found = world.company._reference.taxes()
    return found if isinstance(found, Failure) else None


def form(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


# A person signs in


def test_the_authorisation_address_of_a_confidential_client(world: World) -> None:
    address = urlsplit(world.company.entrance.authorization_url(STATE, VERIFIER))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}

    assert (address.netloc, address.path) == ("id.sage.com", "/authorize")
    assert query == {
        "audience": "s200ukipd/sage200",
        "response_type": "code",
        "client_id": "client",
        "redirect_uri": "http://127.0.0.1:8912/callback",
        "scope": "openid profile email offline_access",
        "state": STATE,
    }


def test_a_public_client_proves_itself_with_pkce() -> None:
    world = make_world(client_secret="")
    query = parse_qs(urlsplit(world.company.entrance.authorization_url(STATE, VERIFIER)).query)
    expected = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

    assert query["code_challenge"] == [expected]
    assert query["code_challenge_method"] == ["S256"]
    assert world.company.entrance.complete(CALLBACK, STATE, VERIFIER) is None
    sent = form(world.api.requests[-1])
    assert sent["code_verifier"] == VERIFIER
    assert "client_secret" not in sent


def test_the_code_is_exchanged_and_the_tokens_are_stored(world: World) -> None:
    world.vault.kept.clear()

    assert world.company.entrance.complete(CALLBACK, STATE, VERIFIER) is None

    assert form(world.api.requests[-1]) == {
        "grant_type": "authorization_code",
        "client_id": "client",
        "client_secret": "secret-of-client",
        "code": "the-code",
        "redirect_uri": "http://127.0.0.1:8912/callback",
    }
    pair = world.tokens
    assert (pair.access_token, pair.refresh_token) == ("access-1", "refresh-1")
    assert pair.signed_in_at == NOW
    assert pair.expires_at == NOW + timedelta(hours=8)


@pytest.mark.parametrize(
    ("callback", "text"),
    [
        (CALLBACK.replace(STATE, "x" * 43), "state parameter differs"),
        ("http://127.0.0.1:8912/callback", "state parameter differs"),
        (f"http://x/?error=access_denied&error_description=No+thanks&state={STATE}", "No thanks"),
        (f"http://x/?state={STATE}", "no code"),
    ],
)
def test_a_callback_that_is_not_ours_or_a_refusal_stores_nothing(
    world: World, callback: str, text: str
) -> None:
    before = dict(world.vault.kept)

    failure = world.company.entrance.complete(callback, STATE, VERIFIER)

    assert failure is not None
    assert failure.code is Code.SIGN_IN_EXPIRED
    assert text in failure.text
    assert world.vault.kept == before
    assert world.api.requests == []


def test_without_a_sign_in_nothing_is_called(world: World) -> None:
    world.vault.kept.clear()

    failure = ask(world)

    assert failure is not None
    assert failure.code is Code.SIGN_IN_EXPIRED
    assert world.api.requests == []


# Refresh


def test_the_token_is_renewed_ten_minutes_ahead_and_the_sign_in_time_stays(world: World) -> None:
    world.clock.advance(8 * 3600 - 601)
    assert ask(world) is None
    assert world.api.refreshed == []

    world.clock.advance(2)
    assert ask(world) is None

    assert world.api.refreshed == ["refresh-0"]
    pair = world.tokens
    assert (pair.access_token, pair.refresh_token) == ("access-1", "refresh-1")
    assert pair.signed_in_at == NOW
    assert world.api.requests[-1].headers["Authorization"] == "Bearer access-1"


def test_the_new_pair_is_stored_before_it_is_used(world: World) -> None:
    stored: list[str] = []

    def taxes(_: httpx.Request) -> httpx.Response:
        stored.append(world.tokens.refresh_token)
        return ok([])

    world.api.on("GET", "/tax_codes", taxes)
    world.clock.advance(8 * 3600)

    assert ask(world) is None
    assert stored == ["refresh-1"]


def test_a_refused_token_is_renewed_once(world: World) -> None:
    world.api.on("GET", "/tax_codes", gateway_error(401, "Unauthorized"), ok([]))

    assert ask(world) is None
    assert world.api.refreshed == ["refresh-0"]
    assert [one.headers["Authorization"] for one in world.api.called("GET", "/tax_codes")] == [
        "Bearer access-0",
        "Bearer access-1",
    ]


def test_a_refused_token_is_not_offered_again_while_its_renewal_fails(world: World) -> None:
    world.api.on("GET", "/tax_codes", gateway_error(401, "Unauthorized"), ok([]))
    lost = httpx.ReadTimeout("timed out")
    world.api.token_routes = [lambda _: lost, lambda _: page(418), lambda _: page(504)]

    codes = [failure.code for failure in (ask(world) for _ in range(3)) if failure is not None]

    assert codes == [Code.UNREACHABLE, Code.SERVER_TROUBLE, Code.SERVER_TROUBLE]
    assert len(world.api.called("GET", "/tax_codes")) == 1
    assert ask(world) is None
    assert len(world.api.called("GET", "/tax_codes")) == 2


def test_many_threads_make_one_refresh(world: World) -> None:
    world.clock.advance(8 * 3600)
    failures: list[Failure | None] = []
    threads = [threading.Thread(target=lambda: failures.append(ask(world))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == [None] * 8
    assert world.api.refreshed == ["refresh-0"]


def test_what_another_process_renewed_is_taken_over(world: World) -> None:
    assert ask(world) is None
    elsewhere = Tokens("from-elsewhere", "refresh-elsewhere", NOW, NOW + timedelta(hours=9), signed_in_at=NOW)
    keep_tokens(world.vault, "acme", elsewhere)
    world.api.on("GET", "/tax_codes", gateway_error(401, "Unauthorized"), ok([]))

    assert ask(world) is None
    assert world.api.refreshed == []
    assert world.api.requests[-1].headers["Authorization"] == "Bearer from-elsewhere"


def test_an_ended_sign_in_is_asked_about_once_and_then_never_again(world: World) -> None:
    gone = ok({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."}, 403)
    world.api.token_routes = [lambda _: gone]
    world.clock.advance(8 * 3600)

    first, second = ask(world), ask(world)

    assert first is not None
    assert second is not None
    assert first.code is second.code is Code.SIGN_IN_EXPIRED
    assert "tidegate sign-in acme" in first.text
    assert len(world.api.called("POST", "/oauth/token")) == 1
    assert world.api.called("GET", "/tax_codes") == []


def test_a_new_sign_in_revives_the_company(world: World) -> None:
    world.api.token_routes = [lambda _: ok({"error": "invalid_grant"}, 400)]
    world.clock.advance(8 * 3600)
    assert ask(world) is not None

    assert world.company.entrance.complete(CALLBACK, STATE, VERIFIER) is None
    assert ask(world) is None


def test_while_the_token_works_an_absent_sign_in_server_stops_nothing(world: World) -> None:
    def refused(_: httpx.Request) -> Exception:
        return httpx.ConnectError("refused")

    world.clock.advance(8 * 3600 - 300)
    world.api.token_routes = [refused, refused, refused]

    assert ask(world) is None
    assert ask(world) is None
    assert len(world.api.called("POST", "/oauth/token")) == 1, "no second attempt within the minute"
    world.clock.advance(400)
    failure = ask(world)
    assert failure is not None
    assert failure.code is Code.UNREACHABLE
    assert failure.sent is False


def test_a_lost_answer_to_a_refresh_is_tried_again(world: World) -> None:
    world.api.token_routes = [lambda _: httpx.ReadTimeout("timed out")]
    world.clock.advance(8 * 3600)

    assert ask(world) is not None
    assert ask(world) is None


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (ok({"error": "invalid_client", "error_description": "Unauthorized"}, 401), Code.NOT_AUTHENTICATED),
        (gateway_error(429, "slow down", **{"Retry-After": "30"}), Code.THROTTLED),
        (page(503, "maintenance"), Code.SERVER_TROUBLE),
        (page(200), Code.SERVER_TROUBLE),
        (ok({}), Code.SERVER_TROUBLE),
    ],
)
def test_what_the_sign_in_server_answers(world: World, reply: httpx.Response, code: Code) -> None:
    world.api.token_routes = [lambda _: reply]
    world.clock.advance(8 * 3600)

    failure = ask(world)

    assert failure is not None
    assert failure.code is code


def test_a_server_that_does_not_rotate_keeps_its_refresh_token(world: World) -> None:
    world.api.token_routes = [lambda _: ok({"access_token": "access-9", "expires_in": 60})]
    world.clock.advance(8 * 3600)

    assert ask(world) is None
    pair = world.tokens
    assert pair.refresh_token == "refresh-0"
    assert pair.expires_at == world.clock.now() + timedelta(seconds=60)


def test_without_a_refresh_token_the_end_of_the_access_token_is_the_end(world: World) -> None:
    keep_tokens(
        world.vault, "acme", Tokens("only-access", "", NOW, NOW + timedelta(minutes=5), signed_in_at=NOW)
    )
    assert ask(world) is None, "it still works"
    assert world.company.entrance.ends_at() == NOW + timedelta(minutes=5)
    world.clock.advance(301)

    failure = ask(world)

    assert failure is not None
    assert failure.code is Code.SIGN_IN_EXPIRED
    assert world.api.called("POST", "/oauth/token") == []


# The absolute end


def test_the_end_is_announced_ten_days_before(world: World) -> None:
    sign_in = world.company.entrance
    assert sign_in.ends_at() == NOW + timedelta(days=90)
    assert sign_in.warning() is None

    world.clock.advance(timedelta(days=80, seconds=1).total_seconds())
    warning = sign_in.warning()
    assert warning is not None
    assert "2026-05-31" in warning
    assert "in 9 days" in warning

    world.clock.advance(timedelta(days=10).total_seconds())
    warning = sign_in.warning()
    assert warning is not None
    assert "ended" in warning


def test_secrets_are_hidden_from_every_text(world: World) -> None:
    world.clock.advance(8 * 3600)
    assert ask(world) is None

    shown = redact("access-1 refresh-1 secret-of-client primary-key secondary-key")

    assert shown == " ".join(["<hidden>"] * 5)


# These tests bite


def test_a_token_that_is_used_before_it_is_kept_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryTurn, "keep", lambda self, new, forget=(): dict(new))
    with pytest.raises(AssertionError):
        test_the_new_pair_is_stored_before_it_is_used(world)


def test_a_room_that_does_not_look_what_another_has_renewed_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = world.vault.load("acme")
    rotating = MemoryVault.rotating

    @contextmanager
    def blind(self: MemoryVault, company: str) -> Iterator[Turn]:
        with rotating(self, company):
            yield MemoryTurn(self, company, seen)

    monkeypatch.setattr(MemoryVault, "rotating", blind)
    with pytest.raises(AssertionError):
        test_what_another_process_renewed_is_taken_over(world)
