"""Sage Business Cloud Accounting as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from importlib import resources

from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.business_cloud.settings import BASE_URL, SIGN_IN_URL, TOKEN_URL, BusinessCloudSettings

QUESTIONS = (
    Question("base_url", "Address of the API", BASE_URL, address),
    Question("sign_in_url", "Address of Sage's sign-in page", SIGN_IN_URL, address),
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
    Question("sales_account", "Ledger account of lines without an account of their own", "4000", anything),
)


BUSINESS_CLOUD = SageProduct(
    title="Sage Business Cloud Accounting",
    settings=BusinessCloudSettings,
    page="sage/business-cloud.md",
    signs_in=True,
    questions=QUESTIONS,
    template=resources.files(__package__) / "company.toml.template",
    secrets=("client_id", "client_secret"),
)
