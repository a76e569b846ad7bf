"""A store view of the shop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoreView:
    """One store view. ``prefix`` starts its order numbers, as Magento's sequences of 2.4 do."""

    id: int
    code: str
    website_id: int
    name: str
    full_name: str
    base_currency: str
    currency: str
    prefix: str
