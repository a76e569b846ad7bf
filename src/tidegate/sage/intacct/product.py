"""Sage Intacct as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources

from tidegate.config import toml_text
from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.intacct.settings import IntacctSettings

QUESTIONS = (
    Question("base_url", "Address of Intacct's XML gateway", IntacctSettings().base_url, address),
    Question("entity", "Entity that orders are made in (empty: the top level)", "", anything),
    Question("location", "Location on order lines (empty: none)", "", anything),
    Question("charge", "Subtotal of the order that holds the shipping costs", "Shipping", anything),
)
SECRETS = ("sender_id", "sender_password", "company_id", "user_id", "user_password")


def references(answers: Mapping[str, str]) -> tuple[str, ...]:
    """Who the sender, the company and the user are, and their passwords."""
    return SECRETS


def table(answers: Mapping[str, str], reference: Callable[[str], str]) -> str:
    """The room's own keys of `[companies.NAME]`."""
    places = {name: toml_text.text(answer) for name, answer in answers.items()}
    places |= {key: toml_text.text(reference(key)) for key in SECRETS}
    template = resources.files(__package__).joinpath("company.toml.template").read_text(encoding="utf-8")
    return toml_text.filled(template.rstrip("\n"), places)


INTACCT = SageProduct(
    title="Sage Intacct",
    settings=IntacctSettings,
    page="sage/intacct.md",
    signs_in=False,
    questions=QUESTIONS,
    references=references,
    table=table,
)
