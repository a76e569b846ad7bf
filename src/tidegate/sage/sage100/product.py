"""Sage 100 as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from importlib import resources

from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.sage100.settings import Sage100Settings

DEFAULT_URL = "https://sage.example.com:8490"
QUESTIONS = (
    Question("base_url", "Address of the agent beside Sage 100", DEFAULT_URL, address),
    Question("company_code", "Code of the company (three characters)", "ABC", anything),
    Question("warehouse", "Warehouse that orders are shipped from", "000", anything),
)


SAGE_100 = SageProduct(
    title="Sage 100",
    settings=Sage100Settings,
    page="sage/sage-100.md",
    signs_in=False,
    questions=QUESTIONS,
    template=resources.files(__package__) / "company.toml.template",
    secrets=("token",),
)
