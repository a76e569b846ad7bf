"""What is wrong in a configuration, as data: every problem is found before anything is said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or that deserves a warning.

    `key` is the whole path, e.g. `connections.web.flows.orders.every`; "" means the file itself.
    `line` and `column` are known for TOML syntax only. No field ever holds a secret's value.
    """

    file: str
    key: str
    found: str
    remedy: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f", line {self.line}" + (f", column {self.column}" if self.column is not None else "")
        if self.key:
            place += f": {self.key}"
        return f"{place}: {self.found}; {self.remedy}" if self.remedy else f"{place}: {self.found}"


class ConfigurationError(Exception):
    """The configuration cannot be used. Carries every problem that was found, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Report:
    """Collects problems and warnings of one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def problem(self, key: str, found: str, remedy: str) -> None:
        """Something that must be put right before anything runs."""
        self.problems.append(Problem(self.file, key, found, remedy))

    def warning(self, key: str, found: str, remedy: str) -> None:
        """Something that works, but that a careful reader would ask about."""
        self.warnings.append(Problem(self.file, key, found, remedy))


def joined(path: str, *names: str) -> str:
    """`path` and the names below it; those that TOML would quote are quoted: `skus."A.1"`."""
    quoted = (name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"' for name in names)
    return ".".join(part for part in (path, *quoted) if part)


def suggestion(name: str, known: Iterable[str]) -> str:
    """`did you mean "every"?` when a known name is close, else the known names."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"known keys: {', '.join(names)}" if names else "no key is allowed here"
