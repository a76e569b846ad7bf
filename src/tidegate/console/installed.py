"""Adds the console to Django in this process: apps, settings, and the key of its cookies.

Django is set up for the ledger alone when the ledger is imported, and most commands need no more. The console's
parts double the time that a process takes to start, so they are added where they are used: before the ledger is
opened, so that its tables are brought up to date together with the ledger's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings

from tidegate.config.console import Console
from tidegate.console import settings as wanted
from tidegate.ledger.configured import configure

_KEPT = ("DATABASES",)  # the ledger has put its own in place
_before: dict[str, Any] = {}  #: what the settings were without the console


def install() -> bool:
    """Let this process know the console's tables and pages; false when it does already."""
    configure()
    if apps.is_installed("tidegate.console"):
        return False
    for name, value in vars(wanted).items():
        if name.isupper() and name not in _KEPT:
            _before.setdefault(name, getattr(settings, name, None))
            setattr(settings, name, value)
    apps.set_installed_apps(settings.INSTALLED_APPS)
    return True


def uninstall() -> None:
    """Forget the console again: who calls commands in one process goes on with ledgers that have none of its tables."""
    apps.unset_installed_apps()
    for name, value in _before.items():
        setattr(settings, name, value)


def adapt(console: Console, encryption_key: str, client_secret: str = "", client_id: str = "") -> None:
    """What depends on the configuration: cookies, names of this host, single sign-on."""
    settings.SECRET_KEY = key_of(encryption_key)
    # browsers give cookies to a host, whatever the port: another hub of this machine has cookies of its own
    settings.SESSION_COOKIE_NAME = f"tidegate-{settings.SECRET_KEY[:8]}"
    settings.CSRF_COOKIE_NAME = f"tidegate-csrf-{settings.SECRET_KEY[:8]}"
    secure = console.public.startswith("https://")
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = secure
    settings.ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if secure else "http"
    settings.ALLOWED_HOSTS = hosts_of(console)
    if secure:
        settings.CSRF_TRUSTED_ORIGINS = [console.public]
        settings.SECURE_HSTS_SECONDS = 365 * 86_400
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SOCIALACCOUNT_PROVIDERS = providers(console, client_id, client_secret)
    settings.CONTENT_SECURITY_POLICY = policy(console if settings.SOCIALACCOUNT_PROVIDERS else Console())


def policy(console: Console) -> dict[str, Any]:
    """The content security policy; the button of single sign-on is a form, and leads to the provider."""
    directives = {name: list(values) for name, values in wanted.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()}
    parts = urlsplit(console.openid.server_url)
    if parts.netloc:
        directives["form-action"].append(f"{parts.scheme}://{parts.netloc}")
    return {"DIRECTIVES": directives}


def hosts_of(console: Console) -> list[str]:
    """The names under which the console answers: a page on another name is somebody's trick."""
    host = console.listen.rpartition(":")[0]
    named = urlsplit(console.public).hostname or ""
    anywhere = host in ("0.0.0.0", "[::]")  # noqa: S104 - compared, not bound
    return ["*"] if anywhere and not console.url else sorted({host, named, "localhost", "127.0.0.1", "[::1]"})


def key_of(encryption_key: str) -> str:
    """The key of sessions and links, derived from the hub's: a new one signs everybody out, and no more."""
    return hmac.new(encryption_key.encode(), b"tidegate console", hashlib.sha256).hexdigest()


def sealing_key() -> bytes:
    """The Fernet key for second factors at rest."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"mfa {settings.SECRET_KEY}".encode()).digest())


def providers(console: Console, client_id: str, client_secret: str) -> dict[str, Any]:
    """allauth's settings of the one provider that may be configured."""
    openid = console.openid
    if not (openid.server_url and client_id and client_secret):
        return {}
    app = {
        "provider_id": "single-sign-on",
        "name": openid.name,
        "client_id": client_id,
        "secret": client_secret,
        "settings": {"server_url": openid.server_url, "fetch_userinfo": True},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True, "VERIFIED_EMAIL": False}}
