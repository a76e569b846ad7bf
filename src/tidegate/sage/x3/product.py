"""Sage X3 as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from importlib import resources

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


SAGE_X3 = SageProduct(
    title="Sage X3",
    settings=X3Settings,
    page="sage/x3.md",
    signs_in=False,
    questions=QUESTIONS,
    template=resources.files(__package__) / "company.toml.template",
    secrets=("user", "password"),
)
