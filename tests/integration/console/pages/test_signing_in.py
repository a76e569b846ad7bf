"""Signing in: nobody signs up, wrong passwords are slowed down, second factors are sealed, links open once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache

from integration.console.pages.browsing import PASSWORD, Browsing
from tidegate.console import accounts
from tidegate.console.models import Change, Grant, User
from tidegate.console.roles import Role

LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def nobody_has_tried() -> None:
    cache.clear()


def test_without_a_session_there_is_the_entrance_alone(browsing: Browsing) -> None:
    answer = browsing.client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)
    assert "<script>" not in browsing.page(LOGIN)


def test_a_password_opens(browsing: Browsing) -> None:
    browsing.user()
    page = browsing.post(LOGIN, login="anna", password=PASSWORD)
    assert "Tide table" in page


def test_wrong_passwords_are_slowed_down_by_address(browsing: Browsing) -> None:
    browsing.user()
    for _ in range(10):
        browsing.post(LOGIN, 200, login="anna", password="wrong")
    assert "Too many" in browsing.post(LOGIN, 200, login="anna", password=PASSWORD)


@pytest.mark.parametrize(
    "address", ["signup/", "email/", "password/reset/", "password/set/", "login/code/confirm/"]
)
def test_nobody_signs_up_and_no_mail_is_promised(browsing: Browsing, address: str) -> None:
    assert browsing.client.get(f"/account/{address}").status_code == 404


def test_the_policy_allows_no_inline_script(browsing: Browsing) -> None:
    policy = browsing.client.get(LOGIN)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_second_factor_is_asked_for_and_lies_sealed(browsing: Browsing) -> None:
    browsing.user()
    browsing.post(LOGIN, login="anna", password=PASSWORD)
    ask_again = browsing.client.get("/account/2fa/totp/activate/")[
        "Location"
    ]  # a session alone does not suffice
    page = browsing.post(ask_again, password=PASSWORD)
    assert "<svg" in page
    assert "data:" not in page
    secret = re.search(r'id="authenticator_secret" value="(\w+)"', page)
    assert secret is not None
    code = code_of(secret[1])
    browsing.client.post("/account/2fa/totp/activate/", {"code": code})
    (kept,) = Authenticator.objects.filter(type="totp")
    assert secret[1] not in str(kept.data)
    browsing.client.post("/account/logout/")
    cache.clear()  # a code is good for once
    answer = browsing.client.post(LOGIN, {"login": "anna", "password": PASSWORD})
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert browsing.client.get("/").status_code == 302
    assert "Tide table" in browsing.post("/account/2fa/authenticate/", code=code_of(secret[1]))


def code_of(secret: str) -> str:
    """What an authenticator app would show now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_a_link_opens_once(browsing: Browsing) -> None:
    user = accounts.add("ben", [Role.VIEWER], [], now=browsing.stage.now, actor="test")
    link = f"/invitation/{accounts.invite(user, browsing.stage.now)}"
    assert "Welcome, ben" in browsing.page(link)
    assert "12 characters" in browsing.post(link, 200, password="short", again="short")
    assert "Sign in" in browsing.post(link, password=PASSWORD, again=PASSWORD)
    browsing.page(link, 404)
    assert "Tide table" in browsing.post(LOGIN, login="ben", password=PASSWORD)


def test_a_link_opens_nothing_after_a_day(browsing: Browsing) -> None:
    user = accounts.add("ben", [Role.VIEWER], [], now=browsing.stage.now, actor="test")
    link = f"/invitation/{accounts.invite(user, browsing.stage.now)}"
    browsing.stage.pass_time(timedelta(hours=25))
    browsing.page(link, 404)


def test_a_removed_user_is_out_at_once(browsing: Browsing) -> None:
    browsing.user("boss")
    browsing.sign_in("anna", Role.VIEWER)
    browsing.page("/")
    accounts.remove(User.objects.get(username="anna"), now=browsing.stage.now, actor="boss")
    assert browsing.client.get("/").status_code == 302
    assert Change.objects.filter(act="user removed", subject="anna", actor="boss").exists()


def test_the_last_administrator_stays(browsing: Browsing) -> None:
    user = browsing.user("boss")
    with pytest.raises(accounts.Refusal, match="at least one user must be"):
        accounts.revoke(user, Role.ADMINISTRATOR, "", now=browsing.stage.now, actor="boss")
    assert Grant.objects.filter(user=user).exists()
