"""Which account a store's customer belongs to, once it was found or made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """`how` says how the account was found, in the words of `domain.customers`; "matched" is of old."""

    connection: str
    website: str
    customer_key: str
    account: str
    target_id: str = ""
    how: str = ""


def key_of(email_or_id: str | int) -> str:
    """The customer's key: the store's id, or the e-mail in lower case."""
    return storable(str(email_or_id).strip().casefold())


_READ = ("connection", "website", "customer_key", "account", "target_id", "how")


def find(connection: str, website: str, keys: Iterable[str | int]) -> dict[str, KnownCustomer]:
    """The accounts of these customers, by their keys (`key_of`); unknown ones are left out."""
    found: dict[str, KnownCustomer] = {}
    for part in rows.chunks(list(dict.fromkeys(key_of(key) for key in keys))):
        ending = f"WHERE connection = %s AND website = %s AND customer_key IN ({rows.marks(part)})"
        for values in rows.find(models.CustomerLink, _READ, ending, connection, website, *part):
            found[values[2]] = KnownCustomer(*values)
    return found


def save(customers: Sequence[KnownCustomer], now: datetime) -> None:
    """Remember accounts; a customer that was linked before is linked anew."""
    inside(now)
    latest = {
        (customer.connection, customer.website, key_of(customer.customer_key)): customer
        for customer in customers
    }
    models.CustomerLink.objects.bulk_create(
        [
            models.CustomerLink(
                connection=connection,
                website=website,
                customer_key=key,
                account=storable(customer.account),
                target_id=storable(customer.target_id),
                how=customer.how,
                linked_at=now,
            )
            for (connection, website, key), customer in sorted(latest.items())
        ],
        update_conflicts=True,
        unique_fields=["connection", "website", "customer_key"],
        update_fields=["account", "target_id", "how", "linked_at"],
    )


def forget(connection: str, account: str, now: datetime) -> int:
    """Unlink every customer of an account that is gone from the target; returns how many."""
    inside(now)
    return models.CustomerLink.objects.filter(connection=connection, account=account).delete()[0]
