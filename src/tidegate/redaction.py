"""Secrets never reach logs, payload copies or error pages: they are taken out here."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator

_known: set[str] = set()
_short: set[str] = set()
_lock = threading.Lock()

HIDDEN = "<hidden>"
SHORT = 6  #: characters from which a secret is hidden within words, too
#: What looks like a secret, behind words without which it cannot be there: those are looked for first, as
#: every payload copy and every line of the log comes through here.
_PATTERNS = (
    (("bearer",), re.compile(r"(?i)(bearer\s+)[A-Za-z0-9._~+/=-]{8,}")),
    (("oauth_",), re.compile(r'(?i)(oauth_(?:token|signature|consumer_key)=")[^"]+')),
    (("<password>", "<sessionid>"), re.compile(r"(?i)(<(?:password|sessionid)>)[^<]+")),
    (
        ("_token", "client_secret", "password", "subscription"),
        re.compile(
            r'(?i)("?(?:access_token|refresh_token|id_token|client_secret|password|subscription[-_]key)"?\s*[:=]\s*"?)[^"&\s,}]+'
        ),
    ),
)


def remember_secret(value: str) -> None:
    """From now on `value` is hidden wherever it would be shown; a short one where it stands by itself.

    Hidden in JSON, too, where a quote or an umlaut is spelt otherwise. Within longer words a short value hides nothing: half of every line would be gone.
    """
    if value:
        spellings = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
        with _lock:
            (_known if len(value) >= SHORT else _short).update(spellings)


def redact(text: str) -> str:
    """`text` without known secrets and without what looks like one.

    All are looked for in the text as it came: a password that reads `secret` must not hide the words by which
    another one is found.
    """
    shown, end = [], 0
    for start, stop in sorted([*_remembered(text), *_like_secrets(text)]):
        if start >= end:
            shown += [text[end:start], HIDDEN]
        end = max(end, stop)
    return "".join([*shown, text[end:]]) if shown else text


def _remembered(text: str) -> Iterator[tuple[int, int]]:
    """Where known secrets stand, as (start, end)."""
    for secret in tuple(_known):
        start = text.find(secret)
        while start >= 0:
            yield start, start + len(secret)
            start = text.find(secret, start + 1)
    for secret in tuple(_short):
        if secret in text:
            for found in re.finditer(rf"(?<!\w){re.escape(secret)}(?!\w)", text):
                yield found.span()


def _like_secrets(text: str) -> Iterator[tuple[int, int]]:
    lowered = text.lower()
    for words, pattern in _PATTERNS:
        if any(word in lowered for word in words):
            for found in pattern.finditer(text):
                yield found.end(1), found.end()
