"""Mappings while the hub runs: read, changed, checked, in force at once; the configuration file stays as it is.

What a person changes in the console is kept in the ledger and overrides the file. So a held order goes with the
next cycle, and `tidegate check` reports that there is more than the file says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tidegate.config import connection_rules, model
from tidegate.config.problem import Report as Problems
from tidegate.domain.missing_thing import customer_of, kind_of, name_of
from tidegate.domain.orders.terms import OTHER, tax_key
from tidegate.engine.mapping_kinds import KINDS, OPTIONAL, Kind
from tidegate.engine.offered import Lists
from tidegate.flows.connection import Connection
from tidegate.ledger import mappings, queue
from tidegate.ledger.database import transaction

Settings = model.ConnectionSettings
Values = Mapping[str, str]
#: What is kept of an entry that was removed; "" is kept of one that is as in the file again.
REMOVED = "null"


class Refused(Exception):
    """The change cannot be made; the text says what is wrong."""


def entries(settings: Settings, kind: Kind, changes: Mapping[tuple[str, str], Any]) -> list[dict[str, Any]]:
    """What counts now, entry by entry, with who changed it last."""
    return [
        {
            "name": name,
            "values": [(field, values.get(field, "")) for field in kind.fields],
            "change": changes.get((kind.name, name)),
        }
        for name, values in kind.entries(settings).items()
    ]


def gone(settings: Settings, kind: Kind, changes: Mapping[tuple[str, str], Any]) -> list[Any]:
    """Changes by which an entry was removed, as long as it is."""
    known = kind.entries(settings)
    return [
        change
        for (kind_name, name), change in changes.items()
        if kind_name == kind.name and change.value == REMOVED and name not in known
    ]


def unmapped(connection: str) -> list[dict[str, Any]]:
    """What held deliveries wait for and a mapping would give them, the most wanted first."""
    by_prefix = {kind.waits: kind for kind in KINDS.values() if kind.waits}
    found = []
    for waits_for, count in queue.waiting_for(connection).items():
        kind = by_prefix.get(kind_of(waits_for))
        if kind is not None:
            found.append(
                {
                    "kind": kind.name,
                    "title": kind.title,
                    "name": own_name(kind, waits_for),
                    "count": count,
                    "waits_for": waits_for,
                }
            )
    return sorted(found, key=lambda each: -int(each["count"]))


def own_name(kind: Kind, thing: str) -> str:
    """The name of the entry that a delivery waits for."""
    return customer_of(thing) if kind.name == "customers" else name_of(thing)


def refresh(connection: Connection) -> None:
    """Work with the mappings as they are now, whichever process changed them; without a change, one look."""
    generation = mappings.generation(connection.name)
    if generation != connection.mappings_seen and connection.configured is not None:
        connection.remap(overlaid(connection.configured, connection.name))
        connection.mappings_seen = generation


def overlaid(settings: Settings, connection: str) -> Settings:
    """The file's settings with everything that was changed since."""
    for (kind_name, name), changed in mappings.in_force(connection).items():
        kind = KINDS.get(kind_name)
        if kind is not None and changed.value:
            settings = with_entry(settings, kind, name, msgspec.json.decode(changed.value))
    return settings


def with_entry(settings: Settings, kind: Kind, name: str, values: Values | None) -> Settings:
    """The settings with one entry set, or with none of that name.

    Raises ValueError for a name that cannot be one.
    """
    known = kind.entries(settings)
    if values is None:
        return kind.replaced(settings, {each: entry for each, entry in known.items() if each != name})
    wanted = {field: str(values.get(field, "")) for field in kind.fields}
    if name in known or not kind.first:
        return kind.replaced(settings, {**known, name: wanted})
    return kind.replaced(settings, {name: wanted, **known})


def change(
    connection: Connection, kind_name: str, entry: str, values: Values, *, by: str, now: datetime
) -> dict[str, str]:
    """Set one entry, for this process at once and for others from their next cycle on; what the entry was before.

    In the caller's transaction, or its own. Raises Refused when the configuration's own rules would refuse it.
    """
    kind, entry = known_kind(kind_name), entry.strip()
    if not entry:
        raise Refused("give the entry a name")
    clean = {field: str(values.get(field, "")).strip() for field in kind.fields}
    if kind.fields[0] not in OPTIONAL and not clean[kind.fields[0]]:
        raise Refused(f"{kind.fields[0]} must not be empty")
    return _put(connection, kind, entry, clean, msgspec.json.encode(clean).decode(), by, now)


def remove(connection: Connection, kind_name: str, entry: str, *, by: str, now: datetime) -> dict[str, str]:
    """Remove an entry, whatever the file says; returns its value. As `change`."""
    kind = known_kind(kind_name)
    if entry not in kind.entries(connection.settings):
        raise Refused(f"there is no entry {entry}")
    return _put(connection, kind, entry, None, REMOVED, by, now)


def restore(connection: Connection, kind_name: str, entry: str, *, by: str, now: datetime) -> dict[str, str]:
    """Have the entry as the file has it, or not at all; what it was. As `change`."""
    kind = known_kind(kind_name)
    if connection.configured is None or (kind.name, entry) not in mappings.in_force(connection.name):
        raise Refused(f"{entry} was not changed in the console")
    return _put(connection, kind, entry, kind.entries(connection.configured).get(entry), "", by, now)


def known_kind(name: str) -> Kind:
    """The table of this name; raises Refused."""
    if name not in KINDS:
        raise Refused(f"unknown table {name}")
    return KINDS[name]


def _put(
    connection: Connection,
    kind: Kind,
    entry: str,
    values: Values | None,
    kept: str,
    by: str,
    now: datetime,
) -> dict[str, str]:
    before = kind.entries(connection.settings).get(entry, {})
    try:
        changed = with_entry(connection.settings, kind, entry, values)
    except ValueError as wrong:
        raise Refused(str(wrong)) from None
    check(changed, connection)
    with transaction("mapping"):
        mappings.change(connection.name, kind.name, entry, kept, now, by=by)
        generation = mappings.generation(connection.name)
    connection.remap(changed)
    connection.mappings_seen = generation
    return before


def unmapped_names(settings: Settings, kind: Kind, lists: Lists | None) -> list[str]:
    """What the store uses, by its own list, and no entry covers."""
    if lists is None or kind.names is None or not kind.whole:
        return []
    entries = kind.entries(settings)
    if OTHER in entries:
        return []
    if kind.name == "tax":  # by name, or by the percent behind it
        known = {tax_key(name) for name in entries}
        rates = lists.lists.get(kind.names, {}).items()
        return [name for name, percent in rates if not {tax_key(name), tax_key(percent)} & known]
    return [name for name in lists.lists.get(kind.names, {}) if name not in entries]


def check(settings: Settings, connection: Connection) -> None:
    """Raise Refused with the first problem that the change would make."""
    before, after = Problems("console"), Problems("console")
    connection_rules.check(connection.settings, connection.company_settings, connection.name, before)
    connection_rules.check(settings, connection.company_settings, connection.name, after)
    new = [problem for problem in after.problems if problem not in before.problems]
    if new:
        raise Refused(f"{new[0].key}: {new[0].found}; {new[0].remedy}")


def as_csv(settings: Settings, kind: Kind) -> str:
    """A table of mappings for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", *kind.fields])
    for name, values in kind.entries(settings).items():
        writer.writerow([harmless(name), *(harmless(values.get(field, "")) for field in kind.fields)])
    return text.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def from_csv(text: str, kind: Kind) -> list[tuple[str, dict[str, str]]]:
    """The entries of a table; raises Refused for one that is not such a table."""
    try:
        return _read(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))), kind)
    except csv.Error as error:
        raise Refused(f"this is no CSV: {error}") from None


def _read(reader: csv.DictReader[str], kind: Kind) -> list[tuple[str, dict[str, str]]]:
    if reader.fieldnames is None or "name" not in reader.fieldnames:
        raise Refused(f"the first line must be: name,{','.join(kind.fields)}")
    rows = []
    for row in reader:
        name = (row.get("name") or "").removeprefix("'").strip()
        if name:
            rows.append(
                (name, {field: (row.get(field) or "").removeprefix("'").strip() for field in kind.fields})
            )
    return rows
