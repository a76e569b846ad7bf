"""The buyer and the addresses inside an order: what Sage 50 requires, filled by stated rules where Magento has none.

Source: contract §10 and its additions ("required fields that a Magento order often lacks"). A tax id is never
invented.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.sage.sage50.lengths import clean, one_line


@dataclass(frozen=True, slots=True)
class BuyerRules:
    """What the company's settings say of buyers."""

    filler: str = "-"  #: for a telephone number or postcode that the order lacks
    id_number_required: bool = False
    anonymous_id_number: str = ""  #: for anonymous retail sales, where the operator has one; "" = review


@dataclass(frozen=True, slots=True)
class Person:
    """Who bought: an account that Sage 50 knows, a customer of the store, or a guest."""

    account: str = ""
    key: str = ""  #: of a registered customer, by which Sage 50 knows them from their first order on
    website: str = ""
    email: str = ""
    company: str = ""
    id_number: str = ""

    @property
    def id(self) -> str:
        """The buyer's id, which is the same in every file."""
        return self.account or self.key or guest_id(self.email, self.website)


def guest_id(email: str, website: str) -> str:
    """A guest's id: by address and website."""
    digest = hashlib.sha256(f"{email.strip().lower()}{website}".encode()).hexdigest()
    return f"g-{digest[:16]}"


def address_record(address: Address, rules: BuyerRules, timestamp: str) -> dict[str, Any]:
    """An address as the file has it; required texts that are missing without a rule stay empty."""
    first, *rest = [one_line(line) for line in address.street if line.strip()] or [""]
    record = {
        "contactName": one_line(address.name or address.company),
        "address1": first,
        "address2": ", ".join(rest),
        "city": one_line(address.city),
        "country": address.country.strip().upper(),
        "state": one_line(address.region),
        "postCode": one_line(address.postcode) or rules.filler,
        "telephone1": one_line(address.telephone) or rules.filler,
    }
    # Magento copies addresses into each order: the id goes by the content, and never means another one later.
    digest = hashlib.sha256("\n".join(record.values()).encode()).hexdigest()
    return {"id": f"o{digest[:16]}", **record, "timestamp": timestamp}


def lacking(address: dict[str, Any]) -> list[str]:
    """The required fields of an address that nothing may be put into."""
    return [name for name in ("address1", "city", "country") if not address[name]]


def names_of(address: Address, company: str) -> tuple[str, str]:
    """First and last name; of a buyer without one, the company is the last name."""
    words = one_line(address.name).split()
    if not words:
        return "-", one_line(company or address.company) or "-"
    return (words[0], " ".join(words[1:])) if len(words) > 1 else ("-", words[0])


def customer_record(
    person: Person,
    address: Address,
    addresses: list[dict[str, Any]],
    rules: BuyerRules,
    currency: str,
    timestamp: str,
) -> dict[str, Any] | Failure:
    """The customer inside an order."""
    first, last = names_of(address, person.company)
    email = clean(person.email or address.email)
    id_number = clean(person.id_number or address.vat_id) or rules.anonymous_id_number
    if not email:
        return Failure(
            Code.MALFORMED, "the order has no e-mail address, and Sage 50 requires one", sent=False
        )
    if rules.id_number_required and not id_number:
        text = (
            "this Sage 50 requires the buyer's tax id and the order has none: add it to the order's billing "
            "address, or set anonymous_id_number if the company has one for anonymous sales"
        )
        return Failure(Code.MALFORMED, text, sent=False)
    record: dict[str, Any] = {"id": person.id}
    if id_number:
        record["idNumber"] = id_number
    company = one_line(person.company or address.company)
    unique = {one["id"]: one for one in addresses}
    return {
        **record,
        "firstName": first,
        "lastName": last,
        "email": email,
        "addresses": list(unique.values()),
        "currency": currency,
        **({"company": company} if company else {}),
        "timestamp": timestamp,
    }
