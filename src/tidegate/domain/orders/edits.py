"""What a person may change of one order before it is sent, as a value beside the order: the order itself stays.

A text counts only while the store's own one is still the one that the person saw: what the store corrects later
wins. See `docs/decisions/0029-which-fields-of-an-order-can-be-edited.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from tidegate.domain.money import ZERO, parse, plain
from tidegate.domain.orders.order import Address, Order
from tidegate.domain.orders.terms import Terms

ACCOUNT, DATE, DIFFERENCE = "account", "date", "difference"
#: A difference of the totals above this, in the document's currency, is not rounding.
MOST_DIFFERENCE = Decimal(2)
#: Days that a document's date may be away from today.
FARTHEST = timedelta(days=366)
LONGEST, MOST_LINES = 255, 4


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be edited. `personal`: it identifies a person."""

    name: str
    title: str
    personal: bool = True
    lines: bool = False  #: it has several lines


_PARTS = (
    ("name", "name"),
    ("company", "company"),
    ("street", "street"),
    ("city", "town"),
    ("region", "county or state"),
    ("postcode", "postcode"),
    ("telephone", "telephone"),
)
FIELDS: dict[str, Field] = {
    each.name: each
    for each in (
        Field(ACCOUNT, "Customer's account", personal=False),
        Field(DATE, "Date of the document", personal=False),
        Field(DIFFERENCE, "Accepted difference of the totals", personal=False),
        Field("po_number", "Customer's own order number", personal=False),
        Field("note", "Note", lines=True),
        *(
            Field(f"{address}.{part}", f"{title}: {words}", lines=part == "street")
            for address, title in (("shipping", "Deliver to"), ("billing", "Invoice to"))
            for part, words in _PARTS
        ),
    )
}
#: Those that identify a person.
PERSONAL = tuple(each.name for each in FIELDS.values() if each.personal)
#: What can be edited by (flow, step) of a delivery.
EDITABLE: dict[tuple[str, str], tuple[str, ...]] = {
    ("orders", "order"): tuple(FIELDS),
    ("payments", "deposit"): (DATE,),
}


@dataclass(frozen=True, slots=True)
class Edits:
    """The edits of one order that are in force."""

    texts: Mapping[str, tuple[str, str]] = field(
        default_factory=dict
    )  #: name -> (the store's own, the edited)
    account: str = ""  #: "" = by the rules
    day: date | None = None  #: None = the order's own
    difference: Decimal = ZERO  #: of the totals, accepted for this order

    def order(self, order: Order) -> Order:
        """The order as it is to be sent."""
        for name, (own, edited) in self.texts.items():
            if own_value(order, name) == own:
                order = _with_text(order, name, edited)
        return order

    def terms(self, terms: Terms) -> Terms:
        """The connection's terms as they count for this order."""
        return replace(terms, tolerance=self.difference) if self.difference > terms.tolerance else terms


#: Of an order that was not edited.
UNEDITED = Edits()


def edits_of(values: Mapping[str, tuple[str, str]]) -> Edits:
    """From what is kept: name -> (the store's own value, the edited one)."""
    texts = {
        name: pair
        for name, pair in values.items()
        if name in FIELDS and name not in (ACCOUNT, DATE, DIFFERENCE)
    }
    day, difference = values.get(DATE, ("", ""))[1], values.get(DIFFERENCE, ("", ""))[1]
    return Edits(
        texts,
        values.get(ACCOUNT, ("", ""))[1],
        date.fromisoformat(day) if day else None,
        parse(difference) if difference else ZERO,
    )


def own_value(order: Order, name: str) -> str | None:
    """What the store says; "" for what the store says nothing of; None for what this order does not have."""
    address, _, part = name.partition(".")
    if not part:
        return str(getattr(order, name)) if name in ("po_number", "note") else ""
    place: Address | None = getattr(order, address)
    if place is None:
        return None
    return "\n".join(place.street) if part == "street" else str(getattr(place, part))


def clean(name: str, value: str, today: date) -> str:
    """The value as it is kept. Raises ValueError, in words for the person who wrote it."""
    title = FIELDS[name].title
    lines = [" ".join(line.split()) for line in value.splitlines()]
    text = "\n".join(line for line in lines if line)
    if name == DIFFERENCE:
        return _difference(text)
    if name == DATE:
        return _day(text, today)
    if len(text) > LONGEST:
        raise ValueError(f"{title}: at most {LONGEST} characters")
    most = MOST_LINES if FIELDS[name].lines else 1
    if len(text.splitlines()) > most:
        raise ValueError(f"{title}: at most {most} line{'s' if most > 1 else ''}")
    if not all(sign.isprintable() for sign in text.replace("\n", "")):
        raise ValueError(f"{title}: contains a character that cannot be printed")
    return text


def _difference(text: str) -> str:
    if not text:
        return ""
    try:
        amount = parse(text)
    except ValueError:
        raise ValueError(f"the accepted difference must be an amount, not {text!r}") from None
    if not ZERO < amount <= MOST_DIFFERENCE:
        raise ValueError(
            f"a difference of up to {plain(MOST_DIFFERENCE)} can be accepted: more cannot come from rounding"
        )
    return plain(amount)


def _day(text: str, today: date) -> str:
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"the date must be a day such as {today.isoformat()}, not {text!r}") from None
    if abs(day - today) > FARTHEST:
        raise ValueError("the date is more than a year away")
    return day.isoformat()


def _with_text(order: Order, name: str, value: str) -> Order:
    address, _, part = name.partition(".")
    if not part:
        return msgspec.structs.replace(order, **{name: value})
    changed = {part: tuple(value.splitlines()) if part == "street" else value}
    place = msgspec.structs.replace(getattr(order, address), **changed)
    return msgspec.structs.replace(order, **{address: place})
