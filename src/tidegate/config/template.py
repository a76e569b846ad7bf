"""The commented `tidegate.toml` that `tidegate init` writes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib import resources

import msgspec
import tomlkit

from tidegate.config.store_rules import NEEDS

_PLACE = re.compile(r"\{\{(\w+)\}\}")


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What `tidegate init` has asked. `since` is aware: orders created before are never sent."""

    store_url: str
    since: datetime
    store: str = "main"
    auth: str = "oauth1"
    websites: tuple[str, ...] = ("base",)
    company: str = "uk"
    edition: str = "standard"
    base_url: str = ""  #: "" is the vendor's address for the edition
    sign_in_url: str = "https://id.sage.com"
    redirect_url: str = "http://127.0.0.1:8912/callback"
    site_id: str = ""
    company_id: str = ""
    subscription_key: bool = False
    public_client: bool = False
    company_time_zone: str = "Europe/London"
    currency: str = "GBP"
    connection: str = "web"
    every: str = "15m"
    unknown: str = "hold"
    guest_account: str = ""
    payments: tuple[str, ...] = ("*",)
    shipping_charge: str = "CARRIAGE"
    tax_codes: tuple[tuple[str, str], ...] = (("20", "1"), ("0", "0"))
    ledger: str = "sqlite:///tidegate.db"
    secrets_folder: str = (
        ""  #: absolute; secrets are files in it, named like the variables; "": the environment
    )


def render(answers: Answers) -> str:
    """The file's text; `reading.loads` takes it as it is. Secrets are references."""
    if answers.since.tzinfo is None:
        raise ValueError("since is an aware datetime")
    texts = {
        name: _text(value)
        for name, value in msgspec.structs.asdict(answers).items()
        if isinstance(value, str) and name not in ("store", "company", "connection", "secrets_folder")
    }
    texts |= {
        "store": _name(answers.store),
        "company": _name(answers.company),
        "connection": _name(answers.connection),
        "store_text": _text(answers.store),
        "company_text": _text(answers.company),
        "COMPANY": _upper(answers.company),
        "websites": _list(answers.websites),
        "since": answers.since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "store_secrets": _store_secrets(answers),
        "encryption_key": _reference(answers, "TIDEGATE_ENCRYPTION_KEY"),
        "client_id": _reference(answers, _variable(answers.company, "client_id")),
        "client_secret": _text("")
        if answers.public_client
        else _reference(answers, _variable(answers.company, "client_secret")),
        "subscription_key": ("" if answers.subscription_key else "#")
        + f"subscription_key = {_reference(answers, _variable(answers.company, 'subscription_key'))}",
        "tax_codes": "\n".join(f"{_text(rate)} = {_text(code)}" for rate, code in answers.tax_codes),
        "payments": _payments(answers),
    }
    template = (
        resources.files("tidegate.config").joinpath("tidegate.toml.template").read_text(encoding="utf-8")
    )
    return _PLACE.sub(lambda place: texts[place.group(1)], template)


def variables(answers: Answers) -> tuple[str, ...]:
    """The environment variables that the written file refers to, in its order."""
    company = ["client_id"]
    company += [] if answers.public_client else ["client_secret"]
    company += ["subscription_key"] if answers.subscription_key else []
    return (
        "TIDEGATE_ENCRYPTION_KEY",
        *(_variable(answers.store, key) for key in NEEDS[answers.auth]),
        *(_variable(answers.company, key) for key in company),
    )


def _store_secrets(answers: Answers) -> str:
    needed = NEEDS[answers.auth]
    lines = [f"{key} = {_reference(answers, _variable(answers.store, key))}" for key in needed]
    others = dict.fromkeys(key for keys in NEEDS.values() for key in keys if key not in needed)
    lines.append("# For the other ways to get in:")
    lines += [f'#{key} = "env:{_variable(answers.store, key)}"' for key in others]
    return "\n".join(lines)


def _payments(answers: Answers) -> str:
    blocks = []
    for number, method in enumerate(answers.payments):
        lines = [f"[connections.{_name(answers.connection)}.payments.{_name(method)}]"]
        if number == 0:
            lines += [
                "# The clearing account; payment terms for products whose orders carry them.",
                '#account = ""',
                '#terms = ""',
                "# Paid at checkout: a receipt is posted against the account, which is then needed.",
                "#prepaid = false",
            ]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _reference(answers: Answers, variable: str) -> str:
    if answers.secrets_folder:
        return _text(f"file:{answers.secrets_folder}/{variable}")
    return _text(f"env:{variable}")


def _variable(owner: str, key: str) -> str:
    return f"TIDEGATE_{_upper(owner)}_{key.upper()}"


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _text(value: str) -> str:
    return tomlkit.string(value).as_string()


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)
