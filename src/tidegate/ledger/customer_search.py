"""Which customers of the store an account or a key names; read only, by indexes alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from tidegate.ledger import models
from tidegate.ledger.customers import KnownCustomer, key_of
from tidegate.ledger.texts import storable

MOST = 20


def find(name: str, connections: Iterable[tuple[str, Sequence[str]]]) -> list[KnownCustomer]:
    """By the account, or by the whole e-mail or id; `connections` are names with their websites."""
    found: list[KnownCustomer] = []
    columns = ("connection", "website", "customer_key", "account", "target_id", "how")
    for connection, websites in connections:
        fits = Q(account=storable(name.strip())) | Q(website__in=list(websites), customer_key=key_of(name))
        rows = models.CustomerLink.objects.filter(fits, connection=connection).order_by("pk")
        found += [KnownCustomer(*row) for row in rows.values_list(*columns)[:MOST]]
    return found[:MOST]
