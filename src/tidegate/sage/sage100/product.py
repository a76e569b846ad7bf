"""Sage 100 as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources

from tidegate.config import toml_text
from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.sage100.settings import Sage100Settings

DEFAULT_URL = "https://sage.example.com:8490"
QUESTIONS = (
    Question("base_url", "Address of the agent beside Sage 100", DEFAULT_URL, address),
    Question("company_code", "Code of the company (three characters)", "ABC", anything),
    Question("warehouse", "Warehouse that orders are shipped from", "000", anything),
)
SECRETS = ("token",)


def references(answers: Mapping[str, str]) -> tuple[str, ...]:
    """The agent's token."""
    return SECRETS


def table(answers: Mapping[str, str], reference: Callable[[str], str]) -> str:
    """The room's own keys of `[companies.NAME]`."""
    places = {name: toml_text.text(answer) for name, answer in answers.items()}
    places |= {key: toml_text.text(reference(key)) for key in SECRETS}
    template = resources.files(__package__).joinpath("company.toml.template").read_text(encoding="utf-8")
    return toml_text.filled(template.rstrip("\n"), places)


SAGE_100 = SageProduct(
    title="Sage 100",
    settings=Sage100Settings,
    page="sage/sage-100.md",
    signs_in=False,
    questions=QUESTIONS,
    references=references,
    table=table,
)
