"""Letting Tidegate in on a page: sign-in and passcode by the port, the shop's permissions, credentials, a test of alerts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.conf import settings

from integration.console.pages.browsing import Browsing
from integration.flows.stage import CONNECTION
from tidegate.conformance.memory.stand_door import Administrator
from tidegate.console import installed
from tidegate.console.models import Change
from tidegate.console.pages import closing
from tidegate.console.roles import Role
from tidegate.domain.errors import Code, Failure
from tidegate.engine import budgets
from tidegate.ledger import halts, marks, seats
from tidegate.ledger.database import transaction
from tidegate.sage.vault import Secret

CONNECT = f"/connections/{CONNECTION}/connect"


class Signs:
    """A company's sign-in, as the port has it; what it was told."""

    redirect_url = "http://127.0.0.1:8900/connect/back"

    def __init__(self) -> None:
        self.completed: list[str] = []
        self.refuses = False

    def ends_at(self) -> datetime | None:
        return None

    def warning(self) -> str | None:
        return "the sign-in to sage is missing"

    def authorization_url(self, state: str, verifier: str) -> str:
        return f"https://login.example/authorize?state={state}"

    def complete(self, callback_url: str, state: str, verifier: str) -> Failure | None:
        self.completed.append(callback_url)
        return Failure(Code.NOT_AUTHENTICATED, "the code was refused") if self.refuses else None


@pytest.fixture
def signs(browsing: Browsing, monkeypatch: pytest.MonkeyPatch) -> Signs:
    made = Signs()
    monkeypatch.setattr(browsing.stage.room, "entrance", made)
    browsing.sign_in("otto", Role.OPERATOR)
    return made


def halted(browsing: Browsing) -> None:
    with transaction("test"):
        halts.halt(CONNECTION, "signed out", Code.SIGN_IN_EXPIRED, browsing.stage.now)


def test_a_sign_in_is_begun_and_the_browser_comes_back_by_itself(browsing: Browsing, signs: Signs) -> None:
    halted(browsing)
    assert "the sign-in to sage is missing" in browsing.page(f"/connections/{CONNECTION}")
    text = browsing.post(CONNECT)
    link = re.search(r'href="(https://login\.example/authorize\?state=([^"]+))"', text)
    assert link is not None
    browsing.page("/connect/back?code=c&state=somebody-elses", 404)
    text = browsing.page(browsing.client.get(f"/connect/back?code=c&state={link[2]}")["Location"])
    assert "Signed in to sage" in text
    assert signs.completed == [f"{signs.redirect_url}?code=c&state={link[2]}"]
    assert halts.halted(CONNECTION) is None
    assert list(Change.objects.order_by("id").values_list("act", flat=True))[-2:] == [
        "sign-in begun",
        "signed in",
    ]
    browsing.page(f"/connect/back?code=c&state={link[2]}", 404)  # a state is good for once


def test_an_address_that_was_copied_is_taken_and_a_refusal_is_shown(browsing: Browsing, signs: Signs) -> None:
    assert "was started" in browsing.post(CONNECT, ended_at="c")
    browsing.post(CONNECT)
    signs.refuses = True
    assert "the code was refused" in browsing.post(CONNECT, ended_at="c")
    signs.refuses = False
    assert "Signed in" in browsing.post(CONNECT, ended_at="c")
    browsing.post(CONNECT)
    browsing.stage.pass_time(timedelta(minutes=31))
    assert "too long ago" in browsing.post(CONNECT, ended_at="c")


def test_a_viewer_and_a_stranger_let_nobody_in(browsing: Browsing, signs: Signs) -> None:
    state = browsing.post(CONNECT).partition("authorize?state=")[2].partition('"')[0]
    browsing.sign_in("vera", Role.VIEWER)
    browsing.page(CONNECT, 404)
    browsing.page(f"/connect/back?code=c&state={state}", 404)
    browsing.sign_in("olga", Role.OPERATOR, "elsewhere")
    browsing.page(f"/connect/back?code=c&state={state}", 404)
    assert signs.completed == []


def test_a_passcode_is_shown_with_the_time_that_is_left_and_ends_with_the_approval(
    browsing_of: Callable[..., Browsing],
) -> None:
    browsing = browsing_of(asks_consent=True)
    browsing.sign_in("otto", Role.OPERATOR)
    assert "not asked" in browsing.page(CONNECT)
    text = browsing.post(CONNECT, wish="ask")
    shown = re.search(r'class="passcode">([^<]+)<', text)
    assert shown is not None
    assert re.search(r"valid for \d+ (min|s)", text)
    people = Administrator(browsing.stage.room)
    people.allow(shown[1], browsing.stage.room)
    assert "granted" in browsing.page(CONNECT)
    text = browsing.page(f"/connections/{CONNECTION}")
    assert "with a passcode" in text


def test_a_company_whose_credentials_are_configured_has_no_such_page(browsing: Browsing) -> None:
    browsing.sign_in()
    browsing.page(CONNECT, 404)
    assert "are in the configuration" in browsing.page(f"/connections/{CONNECTION}")


def test_the_age_and_the_end_of_credentials_are_shown_and_never_the_secret(browsing: Browsing) -> None:
    browsing.sign_in("vera", Role.VIEWER)
    now = browsing.stage.now
    secret = Secret(
        "never-to-be-shown", now - timedelta(days=3), now - timedelta(hours=1), now - timedelta(days=9)
    )
    browsing.stage.hub.vault.keep("sage", {"refresh-token": secret})
    text = browsing.page(f"/connections/{CONNECTION}")
    assert "refresh token" in text
    assert "3 d 0 h ago" in text
    assert "ended" in text
    assert "never-to-be-shown" not in text


def test_the_shop_is_asked_whether_it_allows_all_that_is_needed(browsing: Browsing) -> None:
    browsing.sign_in("otto", Role.OPERATOR)
    assert "Integrations" in browsing.page(f"/connections/{CONNECTION}/shop")
    text = browsing.post(f"/connections/{CONNECTION}/shop", 200)
    assert "Magento_Sales::actions_view" in text


def test_a_test_message_goes_to_every_target_and_says_who_took_it(
    browsing: Browsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsing.sign_in("otto", Role.OPERATOR)
    assert "no such target" in browsing.post("/alerts/test")
    browsing.stage.hub.addresses = {"team": "json://nowhere.invalid", "boss": "json://nowhere.invalid"}

    def took(addresses: dict[str, str], *_: Any, **__: Any) -> dict[str, str]:
        return {name: "" if name == "team" else "no such host" for name in addresses}

    monkeypatch.setattr(closing, "send_test", took)
    assert "Send a test to" in browsing.page("/alerts")
    text = browsing.post("/alerts/test")
    assert "sent to team" in text
    assert "not sent to boss: no such host" in text
    assert Change.objects.get(act="alerts tested").after == "team: sent, boss: not sent"
    browsing.sign_in("olga", Role.OPERATOR, CONNECTION)
    browsing.post("/alerts/test", 404)


def test_two_hubs_of_one_host_have_cookies_of_their_own(
    browsing: Browsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"):
        monkeypatch.setattr(settings, name, getattr(settings, name))  # as it was, behind the test
    names = []
    for key in ("one", "two"):
        installed.adapt(browsing.stage.hub.configuration.console, key)
        names += [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME]
    assert len(set(names)) == 4


def test_seats_are_shown_with_who_has_them(browsing: Browsing) -> None:
    stage = browsing.stage
    two = budgets.Known(pool="sage", seats=2)
    with transaction("test"):
        company = stage.connection.settings.company
        marks.write(budgets.LIMITS + company, msgspec.json.encode(two).decode(), stage.now)
        seats.take("sage", 2, stage.hub.holder, stage.now)
    browsing.sign_in("vera", Role.VIEWER)
    page = browsing.page(f"/connections/{CONNECTION}")
    assert "1 of 2" in page
    assert "(this hub)" in page
