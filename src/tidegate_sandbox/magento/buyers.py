"""Who buys and where they live: names and places as awkward as real ones, each place with its taxes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Final

from tidegate_sandbox.magento.pricing import TaxRate

MICHIGAN: Final = TaxRate("US-MI-6", Decimal(6))
CITY: Final = TaxRate("US-MI-CITY", Decimal("1.5"))
VAT: Final = TaxRate("GB-VAT-20", Decimal(20))
REDUCED_VAT: Final = TaxRate("GB-VAT-5", Decimal(5))


@dataclass(frozen=True)
class Place:
    """Where something is delivered. ``rates`` are the taxes on ordinary goods and on shipping there."""

    country_id: str
    city: str
    postcode: str
    telephone: str
    region: tuple[int, str, str] | None = None
    rates: tuple[TaxRate, ...] = ()


@dataclass(frozen=True)
class Person:
    """A buyer. ``customer_id`` None is a guest. ``vat_id`` is on the address, ``taxvat`` on the account."""

    firstname: str
    lastname: str
    email: str
    street: tuple[str, ...]
    company: str | None = None
    vat_id: str | None = None
    taxvat: str | None = None
    customer_id: int | None = None
    group_id: int = 0


PLACES: Final = {
    "michigan": (
        Place("US", "Detroit", "48201", "313-555-0100", (33, "MI", "Michigan"), (MICHIGAN,)),
        Place("US", "Sault Ste. Marie", "49783-1234", "(906) 555-0143", (33, "MI", "Michigan"), (MICHIGAN,)),
        Place("US", "Ann Arbor", "48104", "+1 734 555 0188", (33, "MI", "Michigan"), (MICHIGAN,)),
    ),
    "untaxed": (
        Place("US", "Los Angeles", "90001", "213-555-0100", (12, "CA", "California")),
        Place("US", "New York", "10001", "212-555-0155", (43, "NY", "New York")),
    ),
    "britain": (
        Place("GB", "London", "EC1A 1BB", "020 7946 0000", None, (VAT,)),
        Place("GB", "Llanfairpwllgwyngyll", "LL61 5UJ", "01248 555 019", None, (VAT,)),
    ),
    "abroad": (
        Place("DE", "München", "80331", "+49 89 555 010"),
        Place("FR", "Saint-Rémy-lès-Chevreuse", "78470", "+33 1 70 55 50 10"),
    ),
}
_FIRST: Final = (
    "Gus",
    "Zoë",
    "José María",
    "Łukasz",
    "Bea",
    "Anne-Sophie",
    "Siobhán",
    "Li",
    "Günther",
    "Mary",
)
_LAST: Final = ("Guest", "O'Brien", "Müller & Söhne", "García-López", "Nowak", "Ng", 'de "Vries"', "Smith")
_STREETS: Final = (
    ("100 Main St", "Suite 4"),
    ("9 Sunset Blvd",),
    ("1 High Street",),
    ("Flat 12, Building C", "The Old Brewery Yard", "Upper Mill Lane"),
    ("Rue de l'Église 5",),
)
_COMPANIES: Final = (None, None, "Acme Tools LLC", "Tobee Ltd", "Brown, Green & Co.", "A" * 60)


def guest(random: Random) -> Person:
    """Somebody without an account."""
    first, last = random.choice(_FIRST), random.choice(_LAST)
    address = f"buyer{random.randrange(100_000)}@example.com"
    return Person(first, last, address, random.choice(_STREETS), random.choice(_COMPANIES))


def customer(row: dict[str, Any]) -> Person:
    """A customer of the shop as a buyer."""
    home: dict[str, Any] = next(iter(row["addresses"]), {})
    return Person(
        row["firstname"],
        row["lastname"],
        row["email"],
        tuple(home.get("street", _STREETS[0])),
        home.get("company"),
        home.get("vat_id"),
        row.get("taxvat"),
        row["id"],
        row["group_id"],
    )


def address(person: Person, place: Place, kind: str) -> dict[str, Any]:
    """An order address, without its ids. ``kind``: ``billing`` or ``shipping``."""
    made: dict[str, Any] = {"address_type": kind, "city": place.city}
    if person.company is not None:
        made["company"] = person.company
    made |= {"country_id": place.country_id, "email": person.email}
    made |= {"firstname": person.firstname, "lastname": person.lastname, "postcode": place.postcode}
    if place.region is not None:
        made["region_id"], made["region_code"], made["region"] = place.region
    made |= {"street": list(person.street), "telephone": place.telephone}
    if person.vat_id is not None and place.country_id == "GB":
        made["vat_id"] = person.vat_id
    return made
