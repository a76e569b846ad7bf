"""Stored keys: which source a key that a company keeps belongs to. Nobody parses a key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tidegate.domain.orders.stored_keys import KeyMaker, free_key
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside

#: Kinds of documents; a customer that has an account for each currency is a kind of its own there: `customer/EUR`.
ORDER, CUSTOMER, RECEIPT = "order", "customer", "receipt"
#: The store and the entity id of a source.
Source = tuple[str, int]


def register(
    company: str,
    sources: Sequence[Source],
    make: KeyMaker,
    now: datetime,
    *,
    kind: str = ORDER,
    names: Mapping[Source, str] | None = None,
) -> dict[Source, str]:
    """The key of each source, made where it has none yet. Inside a transaction.

    A key once made stays for ever, whatever `make` or the company's name is later. One that another source of the
    company has is not used twice: the maker makes the next. `names` are the ledger's own of sources that have
    no document there.
    """
    inside(now)
    wanted = list(dict.fromkeys(sources))
    made = {source: make(*source, 0) for source in wanted}
    if len(set(made.values())) == len(made) and _insert(company, kind, made, names) == len(made):
        return made  # the usual case, one statement: all are new, and no other source has any of them
    known = of_sources(wanted, kind=kind)
    for source in wanted:
        tried: set[str] = set()
        while source not in known:
            key = free_key(make, *source, tried)
            if _insert(company, kind, {source: key}, names):
                known[source] = key
            else:
                tried.add(key)
    return known


def _insert(company: str, kind: str, made: Mapping[Source, str], names: Mapping[Source, str] | None) -> int:
    columns = ("company", "kind", "key", "store", "entity_id", "name")
    values = [(company, kind, key, *source, (names or {}).get(source, "")) for source, key in made.items()]
    return len(rows.insert_new(models.StoredKey, columns, values, "key"))


def of_sources(sources: Iterable[Source], *, kind: str = ORDER) -> dict[Source, str]:
    """The keys that sources have; those without one are left out."""
    by_store: defaultdict[str, set[int]] = defaultdict(set)
    for store, entity_id in sources:
        by_store[store].add(entity_id)
    found: dict[Source, str] = {}
    for store, ids in by_store.items():
        for part in rows.chunks(sorted(ids)):
            stored = rows.fetch_all(_OF_SOURCES.format(rows.marks(part)), store, kind, *part)
            found |= {(store, entity_id): key for entity_id, key in stored}
    return found


_OF_SOURCES = """
    SELECT entity_id, key FROM tidegate_storedkey WHERE store = %s AND kind = %s AND entity_id IN ({})
"""
_SOURCES = """
    SELECT key, company, store, entity_id FROM tidegate_storedkey WHERE kind = %s AND key IN ({}) ORDER BY id
"""


def sources(company: str, keys: Iterable[str], *, kind: str = ORDER) -> Mapping[str, Source]:
    """Whose keys these are: key -> (store, entity id). An unknown key is left out.

    The company's own keys count first; then those of a company that has another name now.
    """
    found: dict[str, tuple[bool, Source]] = {}
    for part in rows.chunks(sorted({key for key in keys if key})):
        stored = rows.fetch_all(_SOURCES.format(rows.marks(part)), kind, *part)
        for key, owner, store, entity_id in stored:
            if owner == company or key not in found:
                found[key] = (owner == company, (store, entity_id))
    return {key: source for key, (_, source) in found.items()}


def of_names(names: Iterable[str]) -> dict[str, str]:
    """The keys of sources by the ledger's own names; those without one are left out."""
    found: dict[str, str] = {}
    for part in rows.chunks(sorted({name for name in names if name})):
        found |= dict(rows.fetch_all(_OF_NAMES.format(rows.marks(part)), *part))
    return found


def customer_ids(store: str) -> dict[str, int]:
    """The store's customers by the ledger's own names of them, as far as they ever had a key."""
    return dict(rows.fetch_all(_CUSTOMERS, store))


def of_customers(store: str, ids: Iterable[int]) -> set[str]:
    """Every key that these customers of the store have, whatever the currency."""
    found: set[str] = set()
    for part in rows.chunks(sorted(set(ids))):
        found |= {key for (key,) in rows.fetch_all(_OF_CUSTOMERS.format(rows.marks(part)), store, *part)}
    return found


_OF_NAMES = "SELECT name, key FROM tidegate_storedkey WHERE name IN ({})"
_CUSTOMERS = "SELECT name, entity_id FROM tidegate_storedkey WHERE store = %s AND name <> ''"
_OF_CUSTOMERS = """
    SELECT key FROM tidegate_storedkey WHERE store = %s AND name <> '' AND entity_id IN ({})
"""
