"""Sage Business Cloud Accounting as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources

from tidegate.config import toml_text
from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.business_cloud.settings import BASE_URL, SIGN_IN_URL, TOKEN_URL, BusinessCloudSettings

QUESTIONS = (
    Question("base_url", "Address of the API", BASE_URL, address),
    Question("sign_in_url", "Address where people sign in to Sage", SIGN_IN_URL, address),
    Question("token_url", "Address where tokens are renewed", TOKEN_URL, address),
    Question(
        "redirect_url",
        "Address on this machine to which Sage sends the browser back, as registered with Sage",
        BusinessCloudSettings().redirect_url,
        address,
    ),
    Question("business_id", "Id of the business (may be left empty until after the sign-in)", "", anything),
    Question("country", "Country of the business", "GB", anything),
    Question("orders", "What an order becomes in Sage", "invoice", anything, ("invoice", "quote", "draft")),
    Question("sales_account", "Ledger account of lines that name none", "4000", anything),
)
SECRETS = ("client_id", "client_secret")


def references(answers: Mapping[str, str]) -> tuple[str, ...]:
    """The application's id and secret."""
    return SECRETS


def table(answers: Mapping[str, str], reference: Callable[[str], str]) -> str:
    """The room's own keys of `[companies.NAME]`."""
    places = {name: toml_text.text(answer) for name, answer in answers.items()}
    places |= {key: toml_text.text(reference(key)) for key in SECRETS}
    template = resources.files(__package__).joinpath("company.toml.template").read_text(encoding="utf-8")
    return toml_text.filled(template.rstrip("\n"), places)


BUSINESS_CLOUD = SageProduct(
    title="Sage Business Cloud Accounting",
    settings=BusinessCloudSettings,
    page="sage/business-cloud.md",
    signs_in=True,
    questions=QUESTIONS,
    references=references,
    table=table,
)
