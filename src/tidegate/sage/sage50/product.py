"""Sage 50 as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.config.toml_text import text
from tidegate.sage.sage50.settings import Sage50Settings

QUESTIONS = (
    Question(
        "base_url",
        "Address of the platform that Sage 50 sends its files to (it is not public: ask Sage)",
        "https://connected-cloud.example",
        address,
    ),
    Question(
        "call_back_url",
        "The hub's own address for the platform's call-backs (empty: none can reach it)",
        "",
        address,
    ),
    Question(
        "customer_id_number",
        "Does this Sage 50 require a tax id of every buyer",
        "optional",
        anything,
        ("optional", "required"),
    ),
    Question("shipping_amount", "How Sage 50 reads shipping costs", "net", anything, ("net", "gross")),
)
PAYMENTS = '#payment_methods = {checkmo = "Transferencia", paypal = "PayPal"}'


#: What only the registration brings: no reference stands there before, which would lead nowhere.
IDS = ("developer_id", "application_id")


def places(answers: Mapping[str, str]) -> dict[str, str]:
    """The payment methods, and the ids as far as they are known."""
    ids = {name: text(answers.get(name, "")) for name in IDS}
    return {"payments": answers.get("payments", PAYMENTS), **ids}


SAGE_50 = SageProduct(
    title="Sage 50",
    settings=Sage50Settings,
    page="sage/sage-50.md",
    signs_in=False,
    questions=QUESTIONS,
    template=resources.files(__package__) / "company.toml.template",
    secrets=("secret", "call_back_token"),
    places=places,
    asks_consent=True,
)
