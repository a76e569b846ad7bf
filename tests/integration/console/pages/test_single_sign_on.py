"""Single sign-on against a real provider of OpenID Connect on loopback: it opens what exists, and makes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.core.cache import cache

from integration.console.pages.browsing import PASSWORD, Browsing
from tidegate.config.console import Console, OpenId
from tidegate.console import accounts, installed
from tidegate.console.models import User
from tidegate.console.roles import Role

#: Subject -> e-mail address, and whether the provider has verified it.
SUBJECTS = {
    "anna-at-the-office": ("Anna@example.com", True),
    "somebody-else": ("anna@example.com", False),
    "a-stranger": ("carl@example.com", True),
    "a-twin": ("twins@example.com", True),
}
SIGN_IN, BACK = "/account/oidc/single-sign-on/login/", "/account/oidc/single-sign-on/login/callback/"

#: The provider's own libraries warn each other of what is old.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore::DeprecationWarning:{module}")
    for module in ("authlib", "oidc_provider_mock")
] + [pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning")]


@pytest.fixture
def provider() -> Iterator[str]:
    """The address of a provider that knows our subjects; the console is configured for it."""
    from oidc_provider_mock import User as Subject
    from oidc_provider_mock import run_server_in_thread

    known = [
        Subject(sub=sub, claims={"email": email, "email_verified": verified})
        for sub, (email, verified) in SUBJECTS.items()
    ]
    before = settings.SOCIALACCOUNT_PROVIDERS
    with run_server_in_thread(user_claims=known) as server:
        address = f"http://localhost:{server.server_port}"
        console = Console(openid=OpenId(name="Office account", server_url=address))
        settings.SOCIALACCOUNT_PROVIDERS = installed.providers(console, "tidegate", "a-client-secret")
        cache.clear()
        yield address
        settings.SOCIALACCOUNT_PROVIDERS = before


def sign_in(browsing: Browsing, provider: str, subject: str) -> bool:
    """As a browser goes: to the provider, where somebody says who they are, and back; whether the console opens."""
    browsing.client.logout()
    began = browsing.client.post(SIGN_IN)
    assert began.status_code == 302
    assert began["Location"].startswith(f"{provider}/")
    answered = httpx.post(began["Location"], data={"sub": subject})
    back = urlsplit(answered.headers["Location"])
    assert back.path == BACK
    browsing.client.get(f"{back.path}?{back.query}")
    return bool(browsing.client.get("/").status_code == 200)


def test_a_provider_opens_the_account_of_its_verified_address_and_no_other(
    browsing: Browsing, provider: str
) -> None:
    for name, email in (
        ("anna", "anna@example.com"),
        ("t1", "twins@example.com"),
        ("t2", "twins@example.com"),
    ):
        accounts.add(
            name, [Role.VIEWER], [], now=browsing.stage.now, actor="test", email=email, password=PASSWORD
        )
    assert "Office account" in browsing.page("/account/login/")
    for _ in range(2):  # by the address, then by the subject that was learnt with it
        assert sign_in(browsing, provider, "anna-at-the-office")
        assert browsing.client.session["_auth_user_id"] == str(User.objects.get(username="anna").pk)
    assert not sign_in(browsing, provider, "somebody-else")
    assert not sign_in(browsing, provider, "a-stranger")
    assert not sign_in(
        browsing, provider, "a-twin"
    )  # two accounts have the address: nobody can say whose it is
    assert set(User.objects.values_list("username", flat=True)) == {"anna", "t1", "t2"}
    assert all(user.check_password(PASSWORD) for user in User.objects.all())  # beside passwords, not instead
    browsing.client.get(f"{BACK}?code=made-up&state=made-up")
    assert browsing.client.get("/").status_code == 302
