"""`tidegate check`: texts of the configuration that are longer than the company's product keeps."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.flows.connection import Connection
from tidegate.sage.port.findings import Finding

SUBJECT = "lengths"
#: Characters of Magento's own order number, after the prefix.
NUMBER = 18


def check_lengths(connection: Connection) -> Iterator[Finding]:
    """Accounts, codes of products and the prefix of order numbers; lengths belong to the room."""
    settings, about = connection.settings, connection.company.about.orders
    accounts = {"customers.guest_account": settings.customers.guest_account}
    accounts["customers.web_account"] = settings.customers.web_account
    accounts |= {f"customers.accounts.{who}": each for who, each in settings.customers.accounts.items()}
    texts = [(key, text, about.account_length, "an account reference") for key, text in accounts.items()]
    texts += [
        (f"skus.{sku}", code, about.product_length, "a product code") for sku, code in settings.skus.items()
    ]
    texts.append(
        (
            "reference_prefix",
            settings.reference_prefix,
            about.reference_length - NUMBER,
            "the prefix of an order number",
        )
    )
    for key, text, longest, what in texts:
        if len(text) > longest:
            found = (
                f'{key}: "{text}" has {len(text)} characters, but {what} has at most {longest} in this '
                "company"
            )
            yield Finding(SUBJECT, "fail", found, f"shorten it in [connections.{connection.name}]")
