"""Signing in, tokens that rotate, die and expire, and the gateway's checks (contract §2 to §4)."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from integration.sandbox.sage200_world import HOST, STANDARD, Sage, sage

AUDIENCE = "s200ukipd/sage200"
SCOPE = "openid profile email offline_access"
DAY = 24 * 3600


def authorize(world: Sage, *, desktop: bool = False, **changes: str) -> httpx.Response:
    known = world.face.credentials
    query = {
        "audience": AUDIENCE,
        "response_type": "code",
        "client_id": known.desktop_client_id if desktop else known.client_id,
        "redirect_uri": known.desktop_redirect_uri if desktop else known.redirect_uri,
        "scope": SCOPE,
        "state": "s1",
        **changes,
    }
    return world.http.get(f"{HOST}/authorize", params=query)


def landed(answer: httpx.Response) -> dict[str, str]:
    """The query of the address that the browser is sent to."""
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def token(world: Sage, *, desktop: bool = False, **form: str) -> httpx.Response:
    known = world.face.credentials
    client = (
        {"client_id": known.desktop_client_id}
        if desktop
        else {"client_id": known.client_id, "client_secret": known.client_secret}
    )
    return world.http.post(f"{HOST}/oauth/token", data={**client, **form})


def exchange(world: Sage, code: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": world.face.credentials.redirect_uri,
        **changes,
    }
    return token(world, **form)


def refresh(world: Sage, refresh_token: str) -> httpx.Response:
    return token(world, grant_type="refresh_token", refresh_token=refresh_token)


def works(world: Sage, access_token: str) -> bool:
    answer = world.http.get(
        STANDARD + "sites",
        headers={"Authorization": f"Bearer {access_token}", "ocp-apim-subscription-key": "primary-key"},
    )
    return answer.status_code == 200


def refused(answer: httpx.Response) -> Any:
    assert answer.status_code in (400, 401, 403)
    return answer.json()["error"]


def test_a_web_application_signs_in_with_its_secret() -> None:
    world = sage()
    back = landed(authorize(world))
    assert back["state"] == "s1"
    pair = exchange(world, back["code"]).json()
    assert pair["expires_in"] == 28800
    assert pair["token_type"] == "Bearer"
    assert pair["scope"] == SCOPE
    assert {"access_token", "refresh_token", "id_token"} <= set(pair)
    assert works(world, pair["access_token"])


def test_a_desktop_application_signs_in_with_pkce() -> None:
    world = sage()
    verifier = "v" * 64
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"desktop": True, "code_challenge": challenge, "code_challenge_method": "S256"}
    form = {"grant_type": "authorization_code", "redirect_uri": world.face.credentials.desktop_redirect_uri}
    code = landed(authorize(world, **asked))["code"]  # type: ignore[arg-type]
    assert refused(token(world, desktop=True, code=code, code_verifier="wrong", **form)) == "invalid_grant"
    code = landed(authorize(world, **asked))["code"]  # type: ignore[arg-type]
    pair = token(world, desktop=True, code=code, code_verifier=verifier, **form).json()
    assert works(world, pair["access_token"])
    assert landed(authorize(world, desktop=True))["error"] == "invalid_request"


def test_a_code_works_once_and_for_ten_minutes() -> None:
    world = sage()
    code = landed(authorize(world))["code"]
    assert exchange(world, code).status_code == 200
    assert refused(exchange(world, code)) == "invalid_grant"
    code = landed(authorize(world))["code"]
    world.clock.advance(601)
    assert refused(exchange(world, code)) == "invalid_grant"


def test_what_does_not_fit_is_refused() -> None:
    world = sage()
    code = landed(authorize(world))["code"]
    assert refused(exchange(world, code, redirect_uri="https://other.example/")) == "invalid_grant"
    assert refused(exchange(world, "nonsense")) == "invalid_grant"
    assert refused(exchange(world, "x", client_secret="wrong")) == "invalid_client"
    assert refused(token(world, grant_type="password")) == "unsupported_grant_type"
    assert refused(refresh(world, "")) == "invalid_request"
    assert world.http.post(f"{HOST}/oauth/token", json={}).status_code == 400
    assert authorize(world, client_id="nobody").status_code == 400
    assert authorize(world, redirect_uri="https://evil.example/").status_code == 400
    assert landed(authorize(world, response_type="token"))["error"] == "unsupported_response_type"
    assert landed(authorize(world, audience="other"))["error"] == "access_denied"


def test_a_person_may_refuse() -> None:
    world = sage(auto_consent=False)
    page = authorize(world)
    assert page.status_code == 200
    allow, deny = re.findall(r'href="([^"]+)"', page.text)
    back = landed(world.http.get(HOST + deny.replace("&amp;", "&")))
    assert (back["error"], back["state"]) == ("access_denied", "s1")
    assert "code" in landed(world.http.get(HOST + allow.replace("&amp;", "&")))


def test_an_access_token_lives_eight_hours() -> None:
    world = sage()
    world.clock.advance(28799)
    assert works(world, world.tokens.access_token)
    world.clock.advance(1)
    answer = world.call("GET", "customers")
    assert answer.status_code == 401
    assert answer.json()["statusCode"] == 401


def test_each_refresh_gives_a_new_refresh_token_and_reuse_kills_the_family() -> None:
    world = sage()
    first = world.tokens.refresh_token or ""
    second = refresh(world, first).json()
    third = refresh(world, second["refresh_token"]).json()
    assert len({first, second["refresh_token"], third["refresh_token"]}) == 3
    assert works(world, third["access_token"])
    assert refused(refresh(world, first)) == "invalid_grant"
    assert refused(refresh(world, third["refresh_token"])) == "invalid_grant"
    assert not works(world, third["access_token"])
    other = world.face.sign_in()
    assert works(world, other.access_token)


def test_two_refreshes_at_once_burn_the_token() -> None:
    world = sage(reuse_kills_access=False)
    shared = world.tokens.refresh_token or ""
    first, second = refresh(world, shared), refresh(world, shared)
    assert (first.status_code, second.status_code) == (200, 403)
    assert works(world, first.json()["access_token"])
    assert refused(refresh(world, first.json()["refresh_token"])) == "invalid_grant"


def test_a_refresh_token_ends_ninety_days_after_the_interactive_sign_in() -> None:
    world = sage()
    pair = {"refresh_token": world.tokens.refresh_token}
    for _ in range(3):
        world.clock.advance(29.9 * DAY)
        pair = refresh(world, pair["refresh_token"] or "").json()
    world.clock.advance(0.31 * DAY)
    assert refused(refresh(world, pair["refresh_token"] or "")) == "invalid_grant"


def test_no_refresh_token_without_offline_access_or_with_a_life_of_nothing() -> None:
    assert sage().face.sign_in(scope="openid profile").refresh_token is None
    assert sage(refresh_days=0).tokens.refresh_token is None


def test_without_rotation_the_refresh_token_stays() -> None:
    world = sage(rotation=False)
    first = world.tokens.refresh_token or ""
    assert refresh(world, first).json()["refresh_token"] == first
    assert refresh(world, first).status_code == 200


def test_tokens_follow_from_the_seed_or_cannot_be_guessed() -> None:
    assert sage(token_seed=7).tokens == sage(token_seed=7).tokens
    assert sage(token_seed=7).tokens.access_token != sage(token_seed=8).tokens.access_token
    assert sage(token_seed=None).tokens.access_token != sage(token_seed=None).tokens.access_token


def test_a_revoked_token_stays_revoked_until_somebody_signs_in() -> None:
    world = sage()
    world.inject("token_revoked")
    assert world.call("GET", "customers").status_code == 401
    assert world.call("GET", "customers").status_code == 401
    assert refused(refresh(world, world.tokens.refresh_token or "")) == "invalid_grant"
    world.tokens = world.face.sign_in()
    assert world.call("GET", "customers").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic eDp5"},
        {"X-Site": ""},
        {"X-Site": "00000000-0000-0000-0000-000000000000"},
        {"X-Company": ""},
        {"X-Company": "124"},
        {"ocp-apim-subscription-key": ""},
        {"ocp-apim-subscription-key": "wrong"},
    ],
)
def test_every_call_needs_its_headers(headers: dict[str, str]) -> None:
    world = sage()
    world.headers = headers
    answer = world.call("POST", "sop_orders", json=world.order())
    assert answer.status_code == 401
    assert set(answer.json()) == {"statusCode", "message"}
    assert world.company.books()["counts"]["orders"] == 0


def test_subscription_keys() -> None:
    world = sage()
    world.headers = {"ocp-apim-subscription-key": "secondary-key"}
    assert world.call("GET", "customers").status_code == 200
    world.control("subscription-key", {})
    world.headers = {"ocp-apim-subscription-key": "primary-key"}
    assert world.call("GET", "customers").status_code == 401
    relaxed = sage(subscription_key="ignored")
    relaxed.headers = {"ocp-apim-subscription-key": ""}
    assert relaxed.call("GET", "customers").status_code == 200


def test_sites_need_neither_site_nor_company_and_are_empty_without_the_tunnel() -> None:
    world = sage()
    world.headers = {"X-Site": "", "X-Company": ""}
    (site,) = world.get("sites")
    assert site["company_id"] == 123
    assert site["site_id"] == world.face.credentials.site_id
    world.face.tunnel_up = False
    assert world.get("sites") == []
    world.headers = {}
    answer = world.call("GET", "customers")
    assert answer.status_code == 504
    assert answer.json()["statusCode"] == 504
    world.base = STANDARD  # hosted: it has no tunnel
    assert len(world.get("sites")) == 1
    assert world.call("GET", "customers").status_code == 200
