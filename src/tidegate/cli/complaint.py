"""Errors as one readable block: what, where, and what to do. Never a traceback for a user's error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tidegate.cli import exits
from tidegate.domain.foreign_text import visible
from tidegate.redaction import redact

if TYPE_CHECKING:
    from tidegate.config.problem import Problem


#: What a hub does not need every day is installed with an extra of this name.
EXTRAS = {
    "flask": "demo",
    "werkzeug": "demo",
    "matplotlib": "plots",
    "opentelemetry": "telemetry",
    "procrastinate": "workers",
    "psycopg": "postgresql",
    "pyodbc": "sql",
    "pytest": "conformance",
}


class Unknown(Exception):
    """There is no such thing. `known` are the names that exist, as far as they can be listed."""

    def __init__(self, kind: str, name: str, known: Iterable[str] = (), remedy: str = "") -> None:
        names = sorted(known)
        close = get_close_matches(name, names, n=1, cutoff=0.5)
        if close:
            remedy = f"did you mean {close[0]}?"
        elif names:
            remedy = f"there are: {', '.join(names)}"
        super().__init__(f"there is no {kind} {name}")
        self.remedy = remedy


class Refused(Exception):
    """What was asked cannot be done as things stand; `exit_code` tells scripts why."""

    def __init__(self, text: str, remedy: str = "", exit_code: int = exits.FOUND) -> None:
        super().__init__(text)
        self.remedy = remedy
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error for people and for scripts."""

    exit_code: int
    headline: str
    lines: tuple[str, ...] = ()

    @property
    def block(self) -> str:
        """The block that is shown."""
        return visible(
            "\n".join([f"tidegate: {self.headline}", *(f"  {line}" for line in self.lines)]), lines=True
        )

    def as_dict(self) -> dict[str, object]:
        """The document that `--json` prints in place of the command's own."""
        return {"error": {"exit": self.exit_code, "text": self.headline, "lines": list(self.lines)}}


def complaint_of(error: BaseException) -> Complaint | None:
    """What to say about `error`; None for what is no user's error."""
    if isinstance(error, Unknown):
        return Complaint(exits.UNKNOWN, str(error), (error.remedy,) if error.remedy else ())
    if isinstance(error, Refused):
        return Complaint(error.exit_code, str(error), (error.remedy,) if error.remedy else ())
    if isinstance(error, ModuleNotFoundError) and (extra := EXTRAS.get((error.name or "").split(".")[0])):
        missing = f"this command needs the package {error.name} of the extra {extra}, which is not installed"
        return Complaint(exits.FOUND, missing, (f"pip install 'tidegate[{extra}]'",))
    # Only a module that was loaded can have raised its error: nothing is loaded just to look.
    configuration = sys.modules.get("tidegate.config.problem")
    if configuration is not None and isinstance(error, configuration.ConfigurationError):
        return of_problems(error.problems)
    faults = sys.modules.get("tidegate.ledger.faults")
    if faults is not None:
        if isinstance(error, faults.LedgerError):
            return Complaint(exits.LEDGER, "the ledger cannot be used", sentences(redact(str(error))))
        if isinstance(error, faults.NotFound):
            return Complaint(exits.UNKNOWN, redact(str(error)))
        if isinstance(error, faults.NotAllowed):
            return Complaint(exits.FOUND, redact(str(error)))
    transport = sys.modules.get("tidegate.transport")
    if transport is not None and isinstance(error, transport.PlainHttpRefused):
        return Complaint(exits.CONFIGURATION, redact(str(error)))
    trust = sys.modules.get("tidegate.trust")
    if trust is not None and isinstance(error, trust.UnusableAuthority):
        return Complaint(exits.CONFIGURATION, redact(str(error)), ("correct the key ca_file or the file",))
    if isinstance(error, OSError) and error.filename:
        return Complaint(exits.FOUND, f"{error.filename}: {error.strerror}")
    return None


def of_problems(problems: Sequence[Problem]) -> Complaint:
    """Every problem of a configuration, each with its file, key and remedy."""
    lines: list[str] = []
    for problem in problems:
        lines += problem_lines(problem)
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    return Complaint(exits.CONFIGURATION, f"the configuration has {count}", tuple(lines))


def problem_lines(problem: Problem) -> list[str]:
    """One problem on two lines: where, then what and what to do."""
    place = problem.file
    if problem.line is not None:
        place += f", line {problem.line}" + (
            f", column {problem.column}" if problem.column is not None else ""
        )
    where = f"{place}: {problem.key}" if problem.key else place
    return [where, f"    {problem.found}" + (f"; {problem.remedy}" if problem.remedy else "")]


def print_warnings(warnings: Iterable[Problem]) -> None:
    """Warnings go to stderr and stop nothing."""
    for warning in warnings:
        print(f"tidegate: warning: {visible(redact(str(warning)))}", file=sys.stderr)


def sentences(text: str) -> tuple[str, ...]:
    """A long text as it is written: one line a sentence."""
    lines: list[str] = []
    rest = text
    while (cut := rest.find(". ")) >= 0:
        lines.append(rest[: cut + 1])
        rest = rest[cut + 2 :].lstrip()
    return (*lines, rest) if rest else tuple(lines)
