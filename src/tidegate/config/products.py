"""`[connections.NAME.products]`: what is written to the store of the company's products."""

from __future__ import annotations

from typing import Literal

from tidegate.config.strict import Strict


class Products(Strict, frozen=True, kw_only=True):
    """Content (names, texts, images) is Magento's and never written, but for the name of a product made here."""

    cost: bool = True
    weight: bool = True
    status: bool = False  #: switch products off that the company does not sell any more, and on again
    create: bool = False  #: make unknown SKUs: minimal and disabled
    attribute_set: int = 4  #: of products made here; 4 is Magento's `Default`
    full_every: str = "1d"
    drift: Literal["correct", "show"] = "correct"
