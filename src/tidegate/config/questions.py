"""What `tidegate init` asks, as data: the command line only carries the words to and fro."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from tidegate.config import flow_rules, rules, store_rules, tax_pairs
from tidegate.config.company import Company
from tidegate.config.problem import Report
from tidegate.config.template import Answers

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


def _checked(check: Callable[[str, Report], object]) -> Validator:
    def validator(answer: str) -> str:
        report = Report("")
        check(answer, report)
        return "; ".join(f"{problem.found}: {problem.remedy}" for problem in report.problems)

    return validator


def _anything(answer: str) -> str:
    return ""


def _currency(answer: str) -> str:
    fine = len(answer) == 3 and answer.isascii() and answer.isalpha() and answer.isupper()
    return "" if fine else "three capital letters, such as GBP"


def _store_url(answer: str, report: Report) -> None:
    store_rules.check_shop_url(answer, "", report)


def _sage_url(answer: str, report: Report) -> None:
    store_rules.check_url(answer, "", report)


_NAME = _checked(lambda answer, report: rules.check_name("name", answer, report))
_ZONE = _checked(lambda answer, report: store_rules.check_time_zone(answer, "", report))
_EVERY = _checked(lambda answer, report: flow_rules.check_every(answer, "", report))

QUESTIONS: tuple[Question, ...] = (
    Question("store_url", "Address of the Magento shop", None, _checked(_store_url)),
    Question(
        "store", "Short name for this shop; it becomes part of every key in Sage, for good", "main", _NAME
    ),
    Question("auth", "How to get into Magento", "oauth1", _anything, tuple(store_rules.NEEDS)),
    Question(
        "websites",
        "Website codes of the shop that belong to this Sage company, with commas",
        "base",
        _anything,
    ),
    Question("company", "Short name for the Sage company", "uk", _NAME),
    Question("edition", "Sage 200 edition", "standard", _anything, ("standard", "professional")),
    Question(
        "base_url",
        "Address of Sage's service (empty: the vendor's own for the edition)",
        "",
        _checked(_sage_url),
    ),
    Question(
        "sign_in_url",
        "Address where people sign in to Sage",
        "https://id.sage.com",
        _checked(_sage_url),
    ),
    Question(
        "subscription_key",
        "Has Sage given a subscription key for the application",
        "no",
        _anything,
        ("no", "yes"),
    ),
    Question(
        "public_client",
        "Is the application a public (desktop) one, without a client secret",
        "no",
        _anything,
        ("no", "yes"),
    ),
    Question(
        "redirect_url",
        "Address on this machine to which Sage sends the browser back, as registered with Sage",
        "http://127.0.0.1:8912/callback",
        _checked(_sage_url),
    ),
    Question("site_id", "Sage site id (may be left empty until after the sign-in)", "", _anything),
    Question("company_id", "Sage company id (likewise)", "", _anything),
    Question("company_time_zone", "Time zone of the company", Company().time_zone, _ZONE),
    Question("currency", "The company's own currency", Company().currency, _currency),
    Question("connection", "Short name for the connection of the two", "web", _NAME),
    Question("every", "How often orders go to Sage", "15m", _EVERY),
    Question(
        "unknown", "Customers that Sage does not know", "hold", _anything, ("hold", "create", "web-account")
    ),
    Question(
        "guest_account",
        "Sage account for guest orders (empty: they are held)",
        "",
        _anything,
        needed_with=("unknown", "web-account"),
    ),
    Question(
        "payments", "Magento payment methods whose orders go to Sage, with commas (* = all)", "*", _anything
    ),
    Question(
        "shipping_charge",
        "Code of the additional charge in Sage that stands for delivery",
        "CARRIAGE",
        _anything,
    ),
    Question(
        "tax_codes",
        "Tax: percent in Magento = tax code in Sage, with commas",
        "20=1, 0=0",
        tax_pairs.problem,
    ),
    Question("ledger", "Where everything is remembered", "sqlite:///tidegate.db", _anything),
)


def answers_of(given: Mapping[str, str], *, since: datetime) -> Answers:
    """The answers by question id, with defaults for what was not asked; `since` is the present instant.

    Raises ValueError for an answer that its question refuses.
    """
    texts: dict[str, str] = {}
    for question in QUESTIONS:
        answer = given.get(question.id, question.default or "").strip()
        problem = question.problem(answer, texts)
        if problem:
            raise ValueError(f"{question.id}: {problem}")
        texts[question.id] = answer
    return Answers(
        since=since,
        websites=_split(texts.pop("websites")),
        payments=_split(texts.pop("payments")),
        public_client=texts.pop("public_client") == "yes",
        subscription_key=texts.pop("subscription_key") == "yes",
        tax_codes=tax_pairs.read(texts.pop("tax_codes")),
        **texts,
    )


def _split(answer: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in answer.split(",") if part.strip()))
