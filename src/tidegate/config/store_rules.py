"""Checks of `[stores.NAME]`, and those that stores and companies share."""

from __future__ import annotations

import re
from difflib import get_close_matches
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from tidegate.config.model import Store
from tidegate.config.problem import Report
from tidegate.http_library import httpx
from tidegate.trust import LOOPBACK, PUBLIC, Trust

PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?[A-Za-z0-9_./~-]*")
#: What each way to sign in needs.
NEEDS: dict[str, tuple[str, ...]] = {
    "oauth1": ("consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    "token": ("access_token",),
    "admin": ("username", "password"),
}


def check(store: Store, key: str, report: Report) -> None:
    """Check one store."""
    check_shop_url(store.url, f"{key}.url", report)
    _check_sign_in(store, key, report)
    check_time_zone(store.time_zone, f"{key}.time_zone", report)
    check_range(store.page_size, 1, 300, f"{key}.page_size", report)
    check_range(store.timeout, 1, 3600, f"{key}.timeout", report, "seconds")
    check_range(store.max_answer_mb, 1, 1024, f"{key}.max_answer_mb", report, "megabytes")


def _check_sign_in(store: Store, key: str, report: Report) -> None:
    needed = NEEDS[store.auth]
    for name in needed:
        if not getattr(store, name):
            remedy = f'auth = "{store.auth}" needs this key: env:NAME, file:/path or keyring:service/user'
            report.problem(f"{key}.{name}", "missing", remedy)
    for name in sorted({name for names in NEEDS.values() for name in names} - set(needed)):
        if getattr(store, name):
            report.warning(f"{key}.{name}", "not used", f'auth = "{store.auth}" needs {", ".join(needed)}')


def check_shop_url(url: str, key: str, report: Report) -> None:
    """An address under which Tidegate adds /rest itself."""
    before = len(report.problems)
    check_url(url, key, report)
    if len(report.problems) == before and "/rest" in urlsplit(url).path:
        report.problem(
            key, f'the address "{url}"', ("give the store's address without /rest; Tidegate adds it")
        )


def check_url(url: str, key: str, report: Report, *, trust: Trust = PUBLIC) -> None:
    """An https address of a host; http to this machine only, or where `trust` allows it."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is no number
        if not PLAIN_URL.fullmatch(url):  # what nobody doubts needs no library, which is slow to load
            httpx.URL(url)
        if not all(0 < len(part) < 64 for part in (parts.hostname or "x").removesuffix(".").split(".")):
            raise ValueError("a part of the host's name is empty or too long")
    except (ValueError, httpx.InvalidURL) as error:
        report.problem(key, f"not an address: {error}", "write it like https://shop.example")
        return
    if parts.username or parts.password:
        report.problem(
            key, "a user name or password in the address", "remove it; secrets have their own keys"
        )
    elif parts.scheme not in ("https", "http") or not parts.hostname:
        report.problem(key, f'the text "{url}"', "write an address like https://shop.example")
    elif parts.query or parts.fragment:
        report.problem(key, f'the address "{url}"', "leave out everything from ? or # on")
    elif parts.scheme == "http" and not (parts.hostname in LOOPBACK or trust.allows_plain(parts.hostname)):
        report.problem(
            key, f'plain http: "{url}"', "use https://; plain http is allowed only to this machine itself"
        )


def is_web_address(url: str) -> bool:
    """Whether it is http or https with a host, whoever shall reach it."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def check_time_zone(name: str, key: str, report: Report) -> None:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        close = get_close_matches(name, available_timezones(), n=1)
        remedy = f'did you mean "{close[0]}"?' if close else 'write a name such as "Europe/London"'
        report.problem(key, f'unknown time zone "{name}"', remedy)


def check_range(number: float, low: float, high: float, key: str, report: Report, unit: str = "") -> None:
    """`low <= number <= high`; not-a-number is outside."""
    if not low <= number <= high:
        report.problem(key, f"the number {number}", f"allowed is {low} to {high} {unit}".rstrip())
