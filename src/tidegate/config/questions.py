"""What `tidegate init` asks, as data: the command line only carries the words to and fro."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidegate.config import company_rules, flow_rules, rules, store_rules, tax_pairs
from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report
from tidegate.config.question import (
    AUTHORITY,
    FINGERPRINT,
    NETWORK,
    NOTHING,
    PLAIN_HTTP,
    PUBLIC,
    Question,
    Validator,
    anything,
    checked,
)
from tidegate.config.sage_product import SageProduct
from tidegate.config.template import Answers


def _currency(answer: str) -> str:
    fine = len(answer) == 3 and answer.isascii() and answer.isalpha() and answer.isupper()
    return "" if fine else "three capital letters, such as GBP"


def _store_url(answer: str, report: Report) -> None:
    store_rules.check_shop_url(answer, "", report)


def _trusted(field: str) -> Validator:
    return checked(
        lambda answer, report: company_rules.check_trust(
            msgspec.structs.replace(CompanySettings(), **{field: answer}), "", report
        )
    )


_AUTHORITY_FILE, _PINNED = _trusted("ca_file"), _trusted("pinned_certificate")
_NAME = checked(lambda answer, report: rules.check_name("name", answer, report))
_ZONE = checked(lambda answer, report: store_rules.check_time_zone(answer, "", report))
_EVERY = checked(lambda answer, report: flow_rules.check_every(answer, "", report))

OPENING: tuple[Question, ...] = (
    Question("store_url", "Address of the Magento store", None, checked(_store_url)),
    Question(
        "store",
        ("Short name for this store; it becomes part of every key in Sage and cannot be changed later"),
        "main",
        _NAME,
    ),
    Question("auth", "How to sign in to Magento", "oauth1", anything, tuple(store_rules.NEEDS)),
    Question(
        "websites",
        "Website codes of the store that belong to this Sage company, separated by commas",
        "base",
        anything,
    ),
    Question("company", "Short name for the Sage company", "uk", _NAME),
    Question(
        NETWORK,
        "Sage's server: on the public internet, or on your own network, where its certificate is checked "
        "by a CA file or a fingerprint, or where plain http is used",
        PUBLIC,
        anything,
        (PUBLIC, AUTHORITY, FINGERPRINT, PLAIN_HTTP),
    ),
    Question(
        "ca_file",
        "Full path of the PEM file of the authority that signed its certificate",
        "",
        _AUTHORITY_FILE,
        only_with=(NETWORK, AUTHORITY),
    ),
    Question(
        "pinned_certificate",
        "SHA-256 fingerprint of its certificate (openssl x509 -noout -fingerprint -sha256)",
        "",
        _PINNED,
        only_with=(NETWORK, FINGERPRINT),
    ),
)
"""Before the product, and the questions of its room."""

CLOSING: tuple[Question, ...] = (
    Question("company_time_zone", "Time zone of the company", CompanySettings().time_zone, _ZONE),
    Question("currency", "The company's own currency", CompanySettings().currency, _currency),
    Question("connection", "Short name for the connection of the two", "web", _NAME),
    Question("every", "How often orders go to Sage", "15m", _EVERY),
    Question(
        "unknown", "Customers that Sage does not know", "hold", anything, ("hold", "create", "web-account")
    ),
    Question(
        "guest_account",
        "Sage account for guest orders (empty: they are held)",
        "",
        anything,
        needed_with=("unknown", "web-account"),
    ),
    Question(
        "payments",
        "Magento payment methods whose orders go to Sage, separated by commas (* = all)",
        "*",
        anything,
    ),
    Question(
        "shipping_charge",
        "Code of the additional charge in Sage that stands for delivery",
        "CARRIAGE",
        anything,
    ),
    Question(
        "tax_codes",
        "Tax: percent in Magento = tax code in Sage, separated by commas",
        "20=1, 0=0",
        tax_pairs.problem,
    ),
    Question("ledger", "Where the ledger is kept", "sqlite:///tidegate.db", anything),
)
"""After them."""

Products = Sequence[SageProduct]


def product_question(products: Products) -> Question:
    """Which Sage product the company has; the first of `products` unless somebody says otherwise."""
    names = tuple(product.name for product in products)
    return Question("product", "Sage product of the company", names[0], anything, names)


def questions_of(products: Products, given: Mapping[str, str] = NOTHING) -> tuple[Question, ...]:
    """All questions in their order; the answer `product` in `given` decides whose room's are among them."""
    room = chosen(products, given)
    return (*OPENING, product_question(products), *room.questions, *CLOSING)


def chosen(products: Products, given: Mapping[str, str]) -> SageProduct:
    """The product that the answers name; the first where they name none, or one that there is not."""
    return next((each for each in products if each.name == given.get("product")), products[0])


def answers_of(given: Mapping[str, str], *, since: datetime, products: Products) -> Answers:
    """The answers by question id, with defaults for what was not asked; `since` is the present instant.

    Raises ValueError for an answer that its question refuses.
    """
    texts: dict[str, Any] = {}  # of the answers' own fields, all of them texts
    for question in questions_of(products, given):
        answer = given.get(question.id, question.default or "").strip()
        problem = question.problem(answer, texts)
        if problem:
            raise ValueError(f"{question.id}: {problem}")
        texts[question.id] = answer
    product = chosen(products, {"product": texts.pop("product")})
    return Answers(
        since=since,
        product=product,
        room={question.id: texts.pop(question.id) for question in product.questions},
        websites=_split(texts.pop("websites")),
        payments=_split(texts.pop("payments")),
        tax_codes=tax_pairs.read(texts.pop("tax_codes")),
        **texts,
    )


def _split(answer: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in answer.split(",") if part.strip()))
