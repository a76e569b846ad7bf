"""The personal data of an order, and the order without it.

Numbers, amounts, keys, SKUs, ids, the country (it decides the tax) and the customer's own order number stay:
look-ups, reconciliation and the audit need them, and alone they identify no person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tidegate.domain.orders.order import Address, Order

#: The text that replaces what was taken out.
ERASED = "[erased]"
#: Shorter words, such as a house number, would be found where no person is meant.
SHORTEST = 5


def without_person(order: Order) -> Order:
    """The order without names, addresses, e-mail, telephone, tax numbers and whatever the buyer wrote."""
    lines = (
        replace(line, options=tuple(replace(option, value="", chosen="") for option in line.options))
        for line in order.lines
    )
    return replace(
        order,
        customer=replace(order.customer, email="", name="", vat_number=""),
        billing=Address(country=order.billing.country),
        shipping=None if order.shipping is None else Address(country=order.shipping.country),
        note="",
        remarks=(),
        lines=tuple(lines),
    )


def words_of(order: Order) -> set[str]:
    """The texts of an order by which its person is recognised where they are quoted."""
    customer = order.customer
    found = {customer.email, customer.name, customer.vat_number, order.note}
    for address in (order.billing, *([order.shipping] if order.shipping else [])):
        found |= {address.name, address.company, address.telephone, address.email, address.vat_id}
        found |= set(address.street)
    found |= {remark.text for remark in order.remarks}
    found |= {
        text for line in order.lines for option in line.options for text in (option.value, option.chosen)
    }
    return {word.strip() for word in found if len(word.strip()) >= SHORTEST}


class Quotes:
    """Takes the words of a person out of texts, in capitals or not, never out of the middle of a word."""

    def __init__(self, words: Iterable[str]) -> None:
        longest_first = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
        pattern = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if pattern else None

    def out_of(self, text: str) -> str:
        """The text with `[erased]` in their places."""
        return self._pattern.sub(ERASED, text) if self._pattern and text else text
