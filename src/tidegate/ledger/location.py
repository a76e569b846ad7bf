"""From `[hub] ledger` to Django's database settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from tidegate.ledger.faults import LedgerError

Durability = Literal["full", "off"]

BUSY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Location:
    """Where the ledger is: Django's settings, and a description for users (never with the password)."""

    settings: dict[str, Any]
    words: str
    path: Path | None


def locate(url: str, durability: Durability) -> Location:
    """Read a ledger URL: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://...`."""
    if url.startswith("sqlite:///"):
        return _sqlite(unquote(url.removeprefix("sqlite:///")), durability)
    if url.startswith(("postgresql://", "postgres://")):
        return _postgresql(url, durability)
    scheme = url.split(":", 1)[0]
    raise LedgerError(
        f"`[hub] ledger` begins with {scheme!r}. Write sqlite:///tidegate.db, "
        "sqlite:////srv/tidegate/tidegate.db or postgresql://user@host/database."
    )


def _sqlite(name: str, durability: Durability) -> Location:
    if not name or name == ":memory:":
        raise LedgerError("the ledger must be a file: an in-memory database is lost when the process ends.")
    path = (
        Path(name).expanduser().absolute()
    )  # absolute: a later change of directory must not move the ledger
    if path.is_dir():
        raise LedgerError(
            f"ledger {path}: this is a directory. Name a file in it, e.g. {path / 'tidegate.db'}."
        )
    if not path.parent.is_dir():
        raise LedgerError(
            f"ledger {path}: the directory {path.parent} does not exist. "
            "Create it, or correct `[hub] ledger`."
        )
    pragmas = [
        "journal_mode = WAL",
        f"synchronous = {'FULL' if durability == 'full' else 'OFF'}",
        "foreign_keys = ON",
        "cache_size = -8000",
        "temp_store = MEMORY",
        "journal_size_limit = 67108864",
    ]
    return Location(
        settings={
            "ENGINE": "tidegate.ledger.engines.sqlite",
            "CONN_MAX_AGE": None,  # Django's 0 would close it before every commit
            "NAME": str(path),
            "OPTIONS": {
                # readers never block; a writer takes its lock at the start, so it cannot fail half way with
                # "database is locked" because another process wrote since it began to read
                "transaction_mode": "IMMEDIATE",
                "timeout": BUSY_SECONDS,
                "cached_statements": 1024,  # Python keeps 128: a hub has some hundred, and compiling costs more than running
                "init_command": "; ".join(f"PRAGMA {pragma}" for pragma in pragmas),
            },
        },
        words=f"ledger {path}",
        path=path,
    )


def _postgresql(url: str, durability: Durability) -> Location:
    import psycopg  # an extra: a ledger in a file does without
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        # not with libpq's own words: they may quote a piece of the password
        raise LedgerError(
            "`[hub] ledger` is not a PostgreSQL URL. Write postgresql://user@host:5432/database, and in a "
            "password % as %25, @ as %40, : as %3A, / as %2F."
        ) from None
    shown = make_conninfo(
        **{name: parts[name] for name in ("user", "host", "port", "dbname") if name in parts}
    )
    database = parts.pop("dbname", "")
    if not database:
        raise LedgerError("`[hub] ledger` names no database. Write postgresql://user@host:5432/database.")
    given = parts.pop("options", "")
    # said for each connection: a server set to asynchronous commits would break "nothing is lost"
    ours = f"-c synchronous_commit={'on' if durability == 'full' else 'off'} -c lock_timeout={BUSY_SECONDS}s"
    return Location(
        settings={
            "ENGINE": "tidegate.ledger.engines.postgresql",
            "CONN_MAX_AGE": None,
            "NAME": database,
            "USER": parts.pop("user", ""),
            "PASSWORD": parts.pop("password", ""),
            "HOST": parts.pop("host", ""),
            "PORT": parts.pop("port", ""),
            "OPTIONS": {**parts, "options": f"{given} {ours}".strip()},
        },
        words=f"ledger {shown}",
        path=None,
    )
