"""The commented `tidegate.toml` that `tidegate init` writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources

import msgspec

from tidegate.config import toml_text
from tidegate.config.question import AUTHORITY, FINGERPRINT, PLAIN_HTTP, PUBLIC
from tidegate.config.sage_product import SageProduct
from tidegate.config.store_rules import NEEDS
from tidegate.config.toml_text import key as toml_key
from tidegate.config.toml_text import text, text_list

LISTEN = "127.0.0.1:8090"  #: where a hub hears the call-backs of a product that asks for consent


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What `tidegate init` has asked. `since` is aware: orders created before are never sent."""

    store_url: str
    since: datetime
    product: SageProduct
    room: Mapping[str, str]  #: answers to the questions of the product's room, by question id
    known: Mapping[
        str, str
    ] = {}  #: what nobody asks for: further keys of the company, as TOML writes their values
    store: str = "main"
    auth: str = "oauth1"
    websites: tuple[str, ...] = ("base",)
    company: str = "uk"
    network: str = PUBLIC
    ca_file: str = ""
    pinned_certificate: str = ""
    company_time_zone: str = "Europe/London"
    currency: str = "GBP"
    connection: str = "web"
    every: str = "15m"
    unknown: str = "hold"
    guest_account: str = ""
    payments: tuple[str, ...] = ("*",)
    shipping_charge: str = "CARRIAGE"
    tax_codes: tuple[tuple[str, str], ...] = (("20", "1"), ("0", "0"))
    tax_destinations: tuple[tuple[str, str, str], ...] = ()  #: country, region, schedule
    rounding_tax_code: str = ""
    rounding_account: str = ""
    ledger: str = "sqlite:///tidegate.db"
    secrets_folder: str = (
        ""  #: absolute; secrets are files in it, named like the variables; "": the environment
    )


def render(answers: Answers) -> str:
    """The file's text; `reading.loads` takes it as it is. Secrets are references."""
    if answers.since.tzinfo is None:
        raise ValueError("since is an aware datetime")
    texts = {
        name: text(value)
        for name, value in msgspec.structs.asdict(answers).items()
        if isinstance(value, str) and name not in ("store", "company", "connection", "secrets_folder")
    }
    texts |= {
        "store": toml_key(answers.store),
        "company": toml_key(answers.company),
        "connection": toml_key(answers.connection),
        "store_text": text(answers.store),
        "company_text": text(answers.company),
        "websites": text_list(answers.websites),
        "since": answers.since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "store_secrets": _store_secrets(answers),
        "encryption_key": text(_reference(answers, "TIDEGATE_ENCRYPTION_KEY")),
        "product": text(answers.product.name),
        "company_table": toml_text.with_values(
            answers.product.table(
                answers.room, lambda key: _reference(answers, _variable(answers.company, key))
            ),
            answers.known,
        ),
        "by_authority": "" if answers.network == AUTHORITY else "#",
        "by_fingerprint": "" if answers.network == FINGERPRINT else "#",
        "by_plain_http": "plain_http = true" if answers.network == PLAIN_HTTP else "#plain_http = false",
        # an approval reaches a hub that listens, and nothing else
        "listen_key": f"listen = {text(LISTEN)}" if answers.product.asks_consent else '#listen = ""',
        "tax_codes": "\n".join(f"{text(rate)} = {text(code)}" for rate, code in answers.tax_codes),
        "tax_destinations": _destinations(answers),
        "rounding_tax_code": f"{_mark(answers.rounding_tax_code)}tax_code = {text(answers.rounding_tax_code)}",
        "rounding_account": f"{_mark(answers.rounding_account)}account = {text(answers.rounding_account)}",
        "payments": _payments(answers),
    }
    template = (
        resources.files("tidegate.config").joinpath("tidegate.toml.template").read_text(encoding="utf-8")
    )
    return toml_text.filled(template, texts)


def variables(answers: Answers) -> tuple[str, ...]:
    """The environment variables that the written file refers to, in its order."""
    return (
        "TIDEGATE_ENCRYPTION_KEY",
        *(_variable(answers.store, key) for key in NEEDS[answers.auth]),
        *(_variable(answers.company, key) for key in answers.product.references(answers.room)),
    )


def _store_secrets(answers: Answers) -> str:
    needed = NEEDS[answers.auth]
    lines = [f"{key} = {text(_reference(answers, _variable(answers.store, key)))}" for key in needed]
    others = dict.fromkeys(key for keys in NEEDS.values() for key in keys if key not in needed)
    lines.append("# For the other ways to get in:")
    lines += [f'#{key} = "env:{_variable(answers.store, key)}"' for key in others]
    return "\n".join(lines)


def _mark(value: str) -> str:
    return "" if value else "#"


def _destinations(answers: Answers) -> str:
    return "".join(
        f"[[connections.{toml_key(answers.connection)}.tax.destinations]]\n"
        f"country = {text(country)}\nregion = {text(region)}\nschedule = {text(schedule)}\n"
        for country, region, schedule in answers.tax_destinations
    )


def _payments(answers: Answers) -> str:
    blocks = []
    for number, method in enumerate(answers.payments):
        lines = [f"[connections.{toml_key(answers.connection)}.payments.{toml_key(method)}]"]
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
        return f"file:{answers.secrets_folder}/{variable}"
    return f"env:{variable}"


def _variable(owner: str, key: str) -> str:
    return f"TIDEGATE_{_upper(owner)}_{key.upper()}"


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())
