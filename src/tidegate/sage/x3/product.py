"""Sage X3 as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources

from tidegate.config import toml_text
from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.x3.settings import X3Settings

DEFAULT_URL = "https://x3.example.com:8124"
QUESTIONS = (
    Question("base_url", "Address of X3's web server", DEFAULT_URL, address),
    Question("endpoint", "Folder", "SEED", anything),
    Question("pool", "Alias of the SOAP pool, in the same letters", "TIDEGATE", anything),
    Question("order_object", "Published name of sales orders", "WSSOH", anything),
    Question("sales_site", "Site that sells", "FR011", anything),
    Question("order_type", "Type of orders", "SON", anything),
)
SECRETS = ("user", "password")


def references(answers: Mapping[str, str]) -> tuple[str, ...]:
    """The user and the password."""
    return SECRETS


def table(answers: Mapping[str, str], reference: Callable[[str], str]) -> str:
    """The room's own keys of `[companies.NAME]`."""
    places = {name: toml_text.text(answer) for name, answer in answers.items()}
    places |= {key: toml_text.text(reference(key)) for key in SECRETS}
    template = resources.files(__package__).joinpath("company.toml.template").read_text(encoding="utf-8")
    return toml_text.filled(template.rstrip("\n"), places)


SAGE_X3 = SageProduct(
    title="Sage X3",
    settings=X3Settings,
    page="sage/x3.md",
    signs_in=False,
    questions=QUESTIONS,
    references=references,
    table=table,
)
