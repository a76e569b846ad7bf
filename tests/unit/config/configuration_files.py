"""A small whole configuration, and ways to break it."""

from __future__ import annotations

from pathlib import Path

from tidegate.config.reading import ConfigurationError, Loaded, Problem, loads
from tidegate.sage.rooms import SETTINGS

WHOLE = """
[hub]
ledger = "sqlite:////srv/tidegate.db"
encryption_key = "keyring:tidegate/encryption"

[stores.main]
url = "https://shop.example"
auth = "token"
access_token = "env:TOKEN"

[companies.uk]
product = "sage200"
client_id = "client"
site_id = "site"
company_id = "1"

[connections.web]
store = "main"
company = "uk"
websites = ["base"]

[connections.web.capture]
since = 2026-03-02T00:00:00Z

[connections.web.flows.orders]
every = "15m"

[connections.web.customers]
guest_account = "WEB"

[connections.web.payments."*"]
account = "1200"

[connections.web.shipping."*"]
charge = "CARRIAGE"

[connections.web.tax.codes]
"20" = "1"
"0" = "0"
"""

ENVIRONMENT = {"TOKEN": "token-value-1"}


def read(text: str, **environment: str) -> Loaded:
    """Load a text as if it were `/etc/tidegate/tidegate.toml`."""
    known = {**ENVIRONMENT, **environment}
    return loads(text, path=Path("/etc/tidegate/tidegate.toml"), environment=known, settings=SETTINGS)


def whole(*changes: tuple[str, str], more: str = "") -> str:
    """The whole configuration with some texts replaced and more at the end."""
    text = WHOLE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return f"{text}\n{more}"


def problems(text: str, **environment: str) -> list[Problem]:
    """What `loads` refuses; empty when it loads."""
    try:
        read(text, **environment)
    except ConfigurationError as error:
        return error.problems
    return []


def warnings(text: str, **environment: str) -> dict[str, str]:
    """Key -> what was found, for every warning."""
    return {warning.key: warning.found for warning in read(text, **environment).warnings}
