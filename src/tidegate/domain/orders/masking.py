"""A payload for users who may see amounts and codes, but no personal data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tidegate.domain.orders.order import Order

#: The text that replaces personal data.
MASKED = "[masked]"
#: Shorter texts are not searched for within others: they would match too much.
SHORTEST = 3


class Mask:
    """Hides every text that is a person's, a part of it, or holds it.

    Products cut names and streets to their lengths and wrap them, so a part counts as the whole. Better one code too
    many is hidden than one name is shown.
    """

    def __init__(self, order: Order, also: Iterable[str] = ()) -> None:
        texts = {text.strip().casefold() for text in (*_texts(order), *also)}
        self._exact = {text for text in texts if text}
        self._long = [text for text in self._exact if len(text) >= SHORTEST]

    def of(self, value: Any) -> Any:
        """The value, as JSON holds it, without persons."""
        if isinstance(value, dict):
            return {key: self.of(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.of(each) for each in value]
        return MASKED if isinstance(value, str) and self._is_personal(value) else value

    def _is_personal(self, value: str) -> bool:
        text = value.strip().casefold()
        if text in self._exact:
            return True
        if len(text) < SHORTEST:
            return False
        return any(text in known or known in text for known in self._long)


def _texts(order: Order) -> Iterable[str]:
    customer = order.customer
    yield from (customer.email, customer.name, customer.vat_number, order.note)
    for address in (order.billing, order.shipping):
        if address is None:
            continue
        yield from (address.name, address.company, address.city, address.region, address.postcode)
        yield from (address.telephone, address.email, address.vat_id, *address.street)
        yield from (*address.name.split(), "\n".join(address.street), ", ".join(address.street))
    yield from (remark.text for remark in order.remarks)
    for line in order.lines:
        for option in line.options:
            yield from (option.value, option.chosen)
