"""Sage Intacct as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from importlib import resources

from tidegate.config.question import Question, address, anything
from tidegate.config.sage_product import SageProduct
from tidegate.sage.intacct.settings import IntacctSettings

QUESTIONS = (
    Question("base_url", "Address of Intacct's XML gateway", IntacctSettings().base_url, address),
    Question("entity", "Entity that orders are made in (empty: the top level)", "", anything),
    Question("location", "Location on order lines (empty: none)", "", anything),
    Question("charge", "Subtotal of the order for the shipping costs", "Shipping", anything),
)


INTACCT = SageProduct(
    title="Sage Intacct",
    settings=IntacctSettings,
    page="sage/intacct.md",
    signs_in=False,
    questions=QUESTIONS,
    template=resources.files(__package__) / "company.toml.template",
    secrets=("sender_id", "sender_password", "company_id", "user_id", "user_password"),
)
