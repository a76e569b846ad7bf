"""Reads `tidegate.toml`: every problem is found and reported at once, with what to write instead."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from pathlib import Path
from types import GenericAlias
from typing import cast
from urllib.parse import quote, unquote, urlsplit

import msgspec

from tidegate.config import rules, secrets
from tidegate.config.company import CompanySettings
from tidegate.config.model import Configuration
from tidegate.config.problem import ConfigurationError, Problem, Report
from tidegate.config.shape import read_struct
from tidegate.redaction import remember_secret

__all__ = ["ConfigurationError", "Loaded", "Problem", "load", "loads"]

PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----"
LEAST_TOKEN, LEAST_SIGNS = 24, 8  #: characters of `[api] token`, and how many different ones
_PLACE = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration that passed every check.

    `configuration.hub.ledger` is ready to use: a reference is resolved, and a relative SQLite path
    counts from the folder of the configuration file. All other references are still references.
    """

    configuration: Configuration
    warnings: tuple[Problem, ...]
    path: Path


Settings = tuple[type[CompanySettings], ...]
"""What the rooms add to `[companies.NAME]`: one struct a product, distinguished by its tag."""


def load(path: Path | str, *, environment: Mapping[str, str], settings: Settings) -> Loaded:
    """Read and check the file at `path`. Raises ConfigurationError with every problem found.

    `settings` are those of the products that a company may have (`sage/rooms.py`).
    `environment` is where `env:NAME` references are looked up. A reference that cannot be resolved
    yet is a warning here, because not every command needs every secret; `secrets.resolve` raises.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
        mode = path.stat().st_mode
    except FileNotFoundError:
        remedy = "`tidegate init` writes one; or give the right path with --config"
        raise ConfigurationError([Problem(str(path), "", "there is no such file", remedy)]) from None
    except OSError as error:
        found = f"the file cannot be read: {error.strerror}"
        raise ConfigurationError(
            [Problem(str(path), "", found, "give this user the right to read it")]
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = Problem(str(path), "", "not UTF-8 text", "save the file as UTF-8", line)
        raise ConfigurationError([problem]) from None
    readable_by_all = bool(mode & stat.S_IROTH)
    return loads(text, path=path, environment=environment, settings=settings, readable_by_all=readable_by_all)


def loads(
    text: str,
    *,
    path: Path,
    environment: Mapping[str, str],
    settings: Settings,
    readable_by_all: bool = False,
) -> Loaded:
    """The same for a text that is, or will be, the content of `path`."""
    report = Report(str(path))
    configuration = read_struct(_file(settings), _spelt_out(_parse(text, path)), "", report)
    further = Report(str(path))
    rules.check(configuration, further)
    _check_references(configuration, environment, readable_by_all, further)
    ledger = _ledger_url(configuration.hub.ledger, path, environment, further)
    _add_without_echoes(report, further)
    if report.problems:
        raise ConfigurationError(report.problems)
    hub = msgspec.structs.replace(configuration.hub, ledger=ledger)
    return Loaded(msgspec.structs.replace(configuration, hub=hub), tuple(report.warnings), path)


@cache
def _file(settings: Settings) -> type[Configuration]:
    """The whole file with `[companies.NAME]` as the tagged union of these settings."""
    companies = GenericAlias(dict, (str, reduce(or_, settings)))
    return cast(
        type[Configuration],
        msgspec.defstruct(
            "File", [("companies", companies, {})], bases=(Configuration,), frozen=True, kw_only=True
        ),
    )


def _spelt_out(table: dict[str, object]) -> dict[str, object]:
    """`amounts = "base"` is short for `side = "base"` in `[connections.NAME.amounts]`."""
    connections = table.get("connections")
    for connection in connections.values() if isinstance(connections, dict) else ():
        if isinstance(connection, dict) and isinstance(connection.get("amounts"), str):
            connection["amounts"] = {"side": connection["amounts"]}
    return table


def _add_without_echoes(report: Report, further: Report) -> None:
    """Add what the cross-checks found, but for tables with a misspelt or missing key already reported."""
    named = {table for problem in report.problems for table in (problem.key, problem.key.rpartition(".")[0])}
    for problem in further.problems:
        if problem.key not in named and problem.key.rpartition(".")[0] not in named:
            report.problems.append(problem)
    report.warnings.extend(further.warnings)


def _parse(text: str, path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        line, column = text.count("\n") + 1, None
        if place:
            message = message[: place.start()]
            if place["line"]:
                line, column = int(place["line"]), int(place["column"])
        found = f"not TOML: {message[:1].lower()}{message[1:]}"
        remedy = "put texts in quotes, and give each key and each table once"
        raise ConfigurationError([Problem(str(path), "", found, remedy, line, column)]) from None
    except RecursionError:
        found, remedy = (
            "not a configuration: tables or lists within each other without end",
            "correct the brackets",
        )
        raise ConfigurationError([Problem(str(path), "", found, remedy)]) from None


def _check_references(
    configuration: Configuration, environment: Mapping[str, str], readable_by_all: bool, report: Report
) -> None:
    for where, reference, identifier in secrets.references(configuration):
        misspelt = secrets.misspelt(reference, where, report.file)
        if misspelt:
            report.problems.append(misspelt)
        elif secrets.is_inline(reference):
            if identifier:
                continue
            remember_secret(reference)
            _check_strength(reference, where, report)
            also = ", and every user of this machine can read it" if readable_by_all else ""
            remedy = "move it to env:NAME, file:/path or keyring:service/user"
            report.warning(where, f"the file contains the secret itself{also}", remedy)
        elif not reference.startswith("keyring:"):  # asking a keyring may open a dialogue
            _try(reference, where, environment, report, hidden=not identifier)


def _try(reference: str, where: str, environment: Mapping[str, str], report: Report, *, hidden: bool) -> None:
    try:
        secret = secrets.resolve(reference, where, environment=environment, file=report.file, hidden=hidden)
    except ConfigurationError as error:
        report.warnings.extend(error.problems)
        return
    _check_strength(secret.reveal(), where, report)
    if secret.warning:
        report.warning(where, secret.warning, "")


def _check_strength(value: str, where: str, report: Report) -> None:
    """A token that callers from outside show must not be guessed."""
    if where.startswith("stores.") and where.endswith(".hook_key") and PUBLIC_KEY not in value:
        report.problem(where, "no public key", f"the whole PEM text, from {PUBLIC_KEY} on")
    guarded = where in ("api.token", "api.metrics_token") or where.endswith(".hook_secret")
    if guarded and (len(value) < LEAST_TOKEN or len(set(value)) < LEAST_SIGNS):
        found = "the token is easy to guess"
        remedy = f"at least {LEAST_TOKEN} random characters, e.g. `openssl rand -hex 24`"
        report.problem(where, found, remedy)


def _ledger_url(written: str, path: Path, environment: Mapping[str, str], report: Report) -> str:
    """The ledger's address; passwords in it are hidden from now on."""
    url = written
    if written.startswith(("env:", "file:", "keyring:")):
        try:
            url = secrets.resolve(written, "hub.ledger", environment=environment, file=report.file).reveal()
        except ConfigurationError as error:
            report.problems.extend(error.problems)
            return ""
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        name = unquote(url.removeprefix("sqlite:///"))
        if Path(name).is_absolute() or name.startswith("~") or name == ":memory:":
            return url
        return f"sqlite:///{quote(str((path.parent / name).absolute()))}"
    parts = urlsplit(url)
    if parts.scheme in ("postgresql", "postgres") and parts.path.strip("/"):
        if parts.password:
            remember_secret(parts.password)
            remember_secret(unquote(parts.password))
            if url == written:
                remedy = "give the whole address by reference: env:NAME or file:/path"
                report.warning("hub.ledger", "the file contains a password", remedy)
        return url
    allowed = "allowed are sqlite:///path, postgresql://user@host/database, or a reference to one of them"
    shown = f'the text "{written}"' if url == written and "@" not in url else "an address of another kind"
    report.problem("hub.ledger", shown, allowed)
    return ""
