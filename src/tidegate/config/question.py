"""One question of `tidegate init`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tidegate.config import store_rules
from tidegate.config.problem import Report
from tidegate.trust import Trust

Validator = Callable[[str], str]
"""Says what is wrong with an answer and what to write instead; "" when it is fine."""


NETWORK = "network"  #: the question how Sage's server proves who it is
PUBLIC, AUTHORITY, FINGERPRINT, PLAIN_HTTP = "public", "authority", "fingerprint", "plain-http"
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
    only_with: tuple[str, str] = ("", "")  #: the same, and with every other answer it is not asked at all

    def is_asked(self, given: Mapping[str, str]) -> bool:
        """Whether it is a question at all, after the answers `given` so far by id."""
        other, value = self.only_with
        return not other or given.get(other) == value

    def problem(self, answer: str, given: Mapping[str, str] = NOTHING) -> str:
        """What is wrong with `answer`, after the answers `given` so far by id; "" when it is fine."""
        answer = answer.strip()
        if not self.is_asked(given):
            return f"it is used only with {self.only_with[0]}={self.only_with[1]}" if answer else ""
        if not answer:
            other, value = self.needed_with
            needed = self.default != "" or (bool(other) and given.get(other) == value)
            return "an answer is required" if needed or self.only_with[0] else ""
        if self.choices and answer not in self.choices:
            return f"allowed are {', '.join(self.choices)}"
        if self.validator is address and given.get(NETWORK) == PLAIN_HTTP:
            return plain_address(answer)
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


def _plain_address(answer: str, report: Report) -> None:
    store_rules.check_url(answer, "", report, trust=Trust(plain_http=True))


address = checked(_address)
"""An https address of a host; after the answer `PLAIN_HTTP` one of a private network without TLS, too."""
plain_address = checked(_plain_address)
"""The same after that answer."""
