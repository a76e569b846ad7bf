"""Sage 300 as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from importlib import resources

from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.sage300.settings import Sage300Settings

DEFAULT_URL = "https://sage.example.com/Sage300WebApi/v1.0"
QUESTIONS = (
    Question("base_url", "Address of Sage 300's Web API, up to the version", DEFAULT_URL, address),
    Question("company_id", "Id of the company database", "SAMLTD", anything),
    Question("location", "Location that orders are shipped from", "1", anything),
    Question("tax_authority", "Tax authority of the tax codes", "WEBTAX", anything),
    Question("price_list", "Price list of customers without a list of their own", "BASE", anything),
    Question("stock", "Resource that reports stock by location (empty: none)", "", anything),
    Question("shipments", "Resource that reports shipments (empty: none)", "OEInvoices", anything),
)


SAGE_300 = SageProduct(
    title="Sage 300",
    settings=Sage300Settings,
    page="sage/sage-300.md",
    signs_in=False,
    questions=QUESTIONS,
    template=resources.files(__package__) / "company.toml.template",
    secrets=("user", "password"),
)
