"""The table reader: statements go to a process of its own, for a driver may open a dialog and hang (section 6.1)."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_agent.caller import TablesFailed
from tidegate_agent.pipe import Pipe, PipeBroken, PipeSilent
from tidegate_agent.settings import Settings

LIMIT_S = 120.0
"""The longest statement: a whole read of a history table over the network."""


def connection_string(settings: Settings, company: str, password: str) -> str:
    """For the ProvideX driver a DSN with user and company (P); for Premium a server and a database."""
    sage = settings.sage100
    values = {"UID": sage.sql_user or sage.user, "PWD": password}
    if sage.reader == "sql":
        server = {
            "DRIVER": "{ODBC Driver 18 for SQL Server}",
            "SERVER": sage.sql_server,
            "DATABASE": f"MAS_{company}",
        }
        values = {**server, **values, "Encrypt": "yes"}
    else:
        values = {"DSN": sage.data_source, **values, "Company": company, "DirtyReads": "1", "BurstMode": "0"}
    return ";".join(
        f"{name}={value if name == 'DRIVER' else _quoted(value)}" for name, value in values.items()
    )


def _quoted(value: str) -> str:
    """In braces where a character of it would end it, as ODBC has it."""
    plain = value == value.strip() and not any(sign in value for sign in ";{}[]()?*=!@,")
    return value if plain else "{" + value.replace("}", "}}") + "}"


class OdbcReader:
    """Reads tables of any company, one process for each, made on demand and anew when it broke."""

    def __init__(
        self,
        settings: Settings,
        secret: Callable[[str], str],
        command: Sequence[str] = (),
        limit_s: float = LIMIT_S,
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._command = list(command) or [
            settings.python or sys.executable,
            "-m",
            "tidegate_agent.reader_main",
        ]
        self._limit_s = limit_s
        self._pipes: dict[str, Pipe] = {}
        self._lock = threading.Lock()

    def fetch(self, company: str, statement: str) -> list[dict[str, Any]]:
        """The rows. TablesFailed when the source cannot be reached, refuses, or hangs; its process is then ended."""
        answer = self._ask(company, statement)
        return [dict(zip(answer["columns"], map(unpacked, row), strict=True)) for row in answer["rows"]]

    def widths(self, company: str, statement: str) -> dict[str, int]:
        """How wide its columns are, as the driver describes them. TablesFailed as of ``fetch``."""
        answer = self._ask(company, statement)
        sizes = zip(answer["columns"], answer["sizes"], strict=True)
        return {name: int(size) for name, size in sizes if isinstance(size, int) and size > 0}

    def _ask(self, company: str, statement: str) -> dict[str, Any]:
        with self._lock:
            try:
                answer = self._pipe(company).ask({"statement": statement}, self._limit_s)
            except (PipeSilent, PipeBroken) as broken:
                self._drop(company)
                raise TablesFailed(f"the table reader: {broken}") from None
        if "error" in answer:
            raise TablesFailed(str(answer["error"]))
        return answer

    def _pipe(self, company: str) -> Pipe:
        if company not in self._pipes:
            pipe = self._pipes[company] = Pipe(self._command)
            sage = self._settings.sage100
            text = connection_string(
                self._settings, company, self._secret(sage.sql_password or sage.password)
            )
            answer = pipe.ask({"connect": text}, self._limit_s)
            if "error" in answer:
                self._drop(company)
                raise TablesFailed(str(answer["error"]))
        return self._pipes[company]

    def _drop(self, company: str) -> None:
        pipe = self._pipes.pop(company, None)
        if pipe is not None:
            pipe.kill()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            for company in list(self._pipes):
                self._drop(company)


def packed(value: Any) -> Any:
    """A value for a line of JSON."""
    if isinstance(value, Decimal):
        return {"n": str(value)}
    if isinstance(value, float):
        return {"n": repr(value)}
    if isinstance(value, date):
        return {"d": value.isoformat()[:10]}
    return value


def unpacked(value: Any) -> Any:
    """The value again."""
    if isinstance(value, dict):
        return Decimal(value["n"]) if "n" in value else date.fromisoformat(value["d"])
    return value
