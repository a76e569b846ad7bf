"""Secrets never reach logs, payload copies or error pages: they are taken out here."""

from __future__ import annotations

import re
import threading

_known: set[str] = set()
_short: set[str] = set()
_lock = threading.Lock()

HIDDEN = "<hidden>"
SHORT = 6  #: characters from which a secret is hidden within words, too
_PATTERNS = (
    re.compile(r"(?i)(bearer\s+)[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r'(?i)(oauth_(?:token|signature|consumer_key)=")[^"]+'),
    re.compile(r"(?i)(<(?:password|sessionid)>)[^<]+"),
    re.compile(
        r'(?i)("?(?:access_token|refresh_token|id_token|client_secret|password|subscription[-_]key)"?\s*[:=]\s*"?)[^"&\s,}]+'
    ),
)


def remember_secret(value: str) -> None:
    """From now on `value` is hidden wherever it would be shown; a short one where it stands by itself.

    Within longer words a short value hides nothing: half of every line would be gone.
    """
    if value:
        with _lock:
            (_known if len(value) >= SHORT else _short).add(value)


def redact(text: str) -> str:
    """`text` without known secrets and without what looks like one."""
    for secret in sorted(_known, key=len, reverse=True):  # one may be part of another
        if secret in text:
            text = text.replace(secret, HIDDEN)
    for secret in tuple(_short):
        if secret in text:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, text)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda match: match.group(1) + HIDDEN, text)
    return text
