"""The sign-in of the simulated product, by clients that others wrote."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import InvalidGrantError
from requests_oauthlib import OAuth2Session

from integration.sandbox.business_cloud.business_world import ORIGIN, World
from tidegate_sandbox.inprocess import InProcessTransport

PAGE, TOKEN = f"{ORIGIN}/oauth2/auth/central", f"{ORIGIN}/token"


def went_back(world: World, url: str) -> str:
    """A person follows the address and says yes: where the browser is sent."""
    answer = world.client.get(url)
    assert answer.status_code == 302
    return answer.headers["location"]


class Adapter(requests.adapters.BaseAdapter):
    """Lets requests speak to the wire."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._client = httpx.Client(transport=InProcessTransport(world.wire))

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        content = request.body.encode() if isinstance(request.body, str) else request.body
        answer = self._client.request(
            str(request.method), str(request.url), headers=dict(request.headers), content=content
        )
        made = requests.Response()
        made.status_code, made._content, made.url = answer.status_code, answer.content, str(request.url)
        made.headers.update(answer.headers)
        made.request = request
        return made

    def close(self) -> None:
        self._client.close()


def test_authlib_signs_in_refreshes_and_reads() -> None:
    world = World(access_seconds=300)
    known = world.face.credentials
    client = AuthlibSession(
        known.client_id,
        known.client_secret,
        scope="full_access",
        redirect_uri=known.redirect_uri,
        token_endpoint_auth_method="client_secret_post",
    )
    client.mount("https://", Adapter(world))
    url, state = client.create_authorization_url(PAGE, filter="apiv3.1")
    back = went_back(world, url)
    token = client.fetch_token(TOKEN, authorization_response=back, state=state)
    assert (token["expires_in"], token["refresh_token_expires_in"]) == (300, 31 * 86400)
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.fetch_token(TOKEN, authorization_response=back, state=state)  # a code works once

    renewed = client.refresh_token(TOKEN, refresh_token=token["refresh_token"])
    assert renewed["refresh_token"] != token["refresh_token"]
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(TOKEN, refresh_token=token["refresh_token"])
    client.token = renewed
    answer = client.get(f"{ORIGIN}/v3.1/contacts", headers={"X-Business": known.business_id})
    assert answer.status_code == 200


def test_requests_oauthlib_signs_in_and_is_refreshed_when_its_token_has_ended() -> None:
    world = World(access_seconds=300)
    known = world.face.credentials
    kept: list[dict[str, Any]] = []
    session = OAuth2Session(
        known.client_id,
        redirect_uri=known.redirect_uri,
        scope="full_access",
        auto_refresh_url=TOKEN,
        auto_refresh_kwargs={"client_id": known.client_id, "client_secret": known.client_secret},
        token_updater=kept.append,
    )
    session.mount("https://", Adapter(world))
    url, state = session.authorization_url(PAGE, filter="apiv3.1")
    back = went_back(world, url)
    assert parse_qs(urlsplit(back).query)["state"] == [state]
    token = session.fetch_token(
        TOKEN,
        code=parse_qs(urlsplit(back).query)["code"][0],  # it believes no address without TLS
        client_secret=known.client_secret,
        include_client_id=True,
    )
    session.token = {**token, "expires_at": 1}  # by its own clock it has ended
    answer = session.get(f"{ORIGIN}/v3.1/contacts", headers={"X-Business": known.business_id})
    assert answer.status_code == 200
    assert [one["refresh_token"] != token["refresh_token"] for one in kept] == [True]
    with pytest.raises(InvalidGrantError):
        session.refresh_token(
            TOKEN,
            refresh_token=token["refresh_token"],
            client_id=known.client_id,
            client_secret=known.client_secret,
        )


def test_tokens_end_by_the_clock_and_a_refresh_begins_their_days_anew() -> None:
    world = World(access_seconds=300)
    pair = world.face.sign_in()
    form = {
        "grant_type": "refresh_token",
        "client_id": world.face.credentials.client_id,
        "client_secret": world.face.credentials.client_secret,
    }
    world.token = pair.access_token
    world.clock.advance(301)
    stale = world.call("GET", "/contacts")
    assert (stale.status_code, stale.json()) == (401, {"error": "invalid_token"})
    world.clock.advance(30 * 86400)
    renewed = world.client.post("/token", data={**form, "refresh_token": pair.refresh_token}).json()
    world.clock.advance(30 * 86400)
    again = world.client.post("/token", data={**form, "refresh_token": renewed["refresh_token"]})
    assert again.status_code == 200
    world.clock.advance(32 * 86400)
    late = world.client.post("/token", data={**form, "refresh_token": again.json()["refresh_token"]})
    assert (late.status_code, late.json()) == (400, {"error": "invalid_grant"})
    wrong = world.client.post("/token", data={**form, "client_secret": "other", "refresh_token": "x"})
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})


def test_a_person_may_say_no_and_somebody_may_revoke() -> None:
    world = World(auto_consent=False)
    known = world.face.credentials
    query = {
        "filter": "apiv3.1",
        "response_type": "code",
        "client_id": known.client_id,
        "redirect_uri": known.redirect_uri,
        "scope": "full_access",
        "state": "s",
    }
    page = world.client.get(PAGE, params=query)
    assert page.status_code == 200
    assert "Deny" in page.text
    denied = world.client.get(PAGE, params={**query, "consent": "deny"})
    assert "error=access_denied" in denied.headers["location"]
    other = world.client.get(PAGE, params={**query, "redirect_uri": f"{known.redirect_uri}/"})
    assert other.status_code == 400, "to the letter"
    pair = world.face.sign_in()
    form = {"client_id": known.client_id, "client_secret": known.client_secret}
    world.client.post("/revoke", data={**form, "token": pair.refresh_token})
    refresh = {**form, "grant_type": "refresh_token", "refresh_token": pair.refresh_token}
    assert world.client.post("/token", data=refresh).json() == {"error": "invalid_grant"}
