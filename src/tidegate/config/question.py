"""One question of `tidegate init`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tidegate.config import store_rules
from tidegate.config.problem import Report

Validator = Callable[[str], str]
"""Says what is wrong with an answer and what to write instead; "" when it is fine."""


NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `default` None means that there is none; "" may be answered with nothing."""

    id: str
    text: str
    default: str | None
    validator: Validator
    choices: tuple[str, ...] = ()
    needed_with: tuple[str, str] = (
        "",
        "",
    )  #: another question's id and the answer with which this one is needed

    def problem(self, answer: str, given: Mapping[str, str] = NOTHING) -> str:
        """What is wrong with `answer`, after the answers `given` so far by id; "" when it is fine."""
        answer = answer.strip()
        if not answer:
            other, value = self.needed_with
            needed = self.default != "" or (bool(other) and given.get(other) == value)
            return "an answer is needed" if needed else ""
        if self.choices and answer not in self.choices:
            return f"allowed are {', '.join(self.choices)}"
        return self.validator(answer)


def checked(check: Callable[[str, Report], object]) -> Validator:
    """A check of the configuration as a validator."""

    def validator(answer: str) -> str:
        report = Report("")
        check(answer, report)
        return "; ".join(f"{problem.found}: {problem.remedy}" for problem in report.problems)

    return validator


def anything(answer: str) -> str:
    """Every answer is fine."""
    return ""


def _address(answer: str, report: Report) -> None:
    store_rules.check_url(answer, "", report)


address = checked(_address)
"""An https address of a host."""
