"""Sage 200 as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from tidegate.config import toml_text
from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.sage200.settings import Sage200Settings

QUESTIONS = (
    Question("edition", "Sage 200 edition", "standard", anything, ("standard", "professional")),
    Question(
        "base_url",
        "Address of Sage's service (empty: the vendor's own for the edition)",
        "",
        address,
    ),
    Question(
        "sign_in_url",
        "Address of Sage's sign-in page",
        Sage200Settings().sign_in_url,
        address,
    ),
    Question(
        "subscription_key",
        "Has Sage given a subscription key for the application",
        "no",
        anything,
        ("no", "yes"),
    ),
    Question(
        "public_client",
        "Is the application a public (desktop) one, without a client secret",
        "no",
        anything,
        ("no", "yes"),
    ),
    Question(
        "redirect_url",
        "Address on this machine to which Sage sends the browser back, as registered with Sage",
        Sage200Settings().redirect_url,
        address,
    ),
    Question("site_id", "Sage site id (may be left empty until after the sign-in)", "", anything),
    Question("company_id", "Sage company id (likewise)", "", anything),
)


def asked_secrets(answers: Mapping[str, str]) -> tuple[str, ...]:
    """A public client has no secret, and since August 2025 not every application has a subscription key."""
    secret = () if answers["public_client"] == "yes" else ("client_secret",)
    key = ("subscription_key",) if answers["subscription_key"] == "yes" else ()
    return ("client_id", *secret, *key)


def places(answers: Mapping[str, str]) -> dict[str, str]:
    """Lines without a secret: a public client's is empty, that of a key which was not given is a comment."""
    secret = {"client_secret": toml_text.text("")} if answers["public_client"] == "yes" else {}
    return {**secret, "switch": "" if answers["subscription_key"] == "yes" else "#"}


SAGE_200 = SageProduct(
    title="Sage 200",
    settings=Sage200Settings,
    page="sage/sage-200.md",
    signs_in=True,
    questions=QUESTIONS,
    template=resources.files(__package__) / "company.toml.template",
    secrets=("client_id", "client_secret", "subscription_key", "subscription_key_secondary"),
    asked_secrets=asked_secrets,
    places=places,
)
