"""Mappings while the hub runs: read, changed, checked, in force at once; the configuration file stays as it is.

What a person changes in the console is kept in the ledger and stands over the file. So a held order goes with the
next cycle, and who reads the file alone is told by `tidegate check` that there is more.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from tidegate.config import connection_rules, model
from tidegate.config.problem import Report as Problems
from tidegate.flows.connection import Connection
from tidegate.ledger import mappings, queue
from tidegate.ledger.database import transaction

Settings = model.ConnectionSettings
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One table of mappings: what its entries are called, their fields, and what waits for an entry."""

    name: str
    title: str
    key: str  #: what an entry's name is
    fields: tuple[str, ...]
    waits: str  #: held deliveries wait for `waits:NAME`
    entries: Callable[[Settings], dict[str, dict[str, str]]]
    replaced: Callable[[Settings, dict[str, dict[str, str]]], Settings]


def _texts(struct: msgspec.Struct) -> dict[str, str]:
    """The fields of an entry as texts; yes and no of a switch."""
    found = msgspec.to_builtins(struct)
    return {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for name, value in found.items()
    }


def _payments(settings: Settings, entries: dict[str, dict[str, str]]) -> Settings:
    made = {
        name: model.Payment(
            account=each.get("account", ""),
            terms=each.get("terms", ""),
            prepaid=each.get("prepaid", "") == "yes",
        )
        for name, each in entries.items()
    }
    return msgspec.structs.replace(settings, payments=made)


def _shipping(settings: Settings, entries: dict[str, dict[str, str]]) -> Settings:
    made = {
        name: model.Shipping(
            charge=each.get("charge", ""), account=each.get("account", ""), carrier=each.get("carrier", "")
        )
        for name, each in entries.items()
    }
    return msgspec.structs.replace(settings, shipping=made)


def _one(values: Mapping[str, str], field: str) -> dict[str, dict[str, str]]:
    return {name: {field: value} for name, value in values.items()}


def _flat(entries: dict[str, dict[str, str]], field: str) -> dict[str, str]:
    return {name: each.get(field, "") for name, each in entries.items()}


def _inner(settings: Settings, table: str, **fields: Any) -> Settings:
    changed = msgspec.structs.replace(getattr(settings, table), **fields)
    return msgspec.structs.replace(settings, **{table: changed})


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "payments",
            "Payment methods",
            "method",
            ("account", "terms", "prepaid"),
            "payment",
            lambda settings: {name: _texts(each) for name, each in settings.payments.items()},
            _payments,
        ),
        Kind(
            "shipping",
            "Shipping methods",
            "method",
            ("charge", "account", "carrier"),
            "shipping",
            lambda settings: {name: _texts(each) for name, each in settings.shipping.items()},
            _shipping,
        ),
        Kind(
            "tax",
            "Tax codes",
            "rate or percent",
            ("code",),
            "tax",
            lambda settings: _one(settings.tax.codes, "code"),
            lambda settings, entries: _inner(settings, "tax", codes=_flat(entries, "code")),
        ),
        Kind(
            "skus",
            "Products",
            "SKU in the shop",
            ("code",),
            "sku",
            lambda settings: _one(settings.skus, "code"),
            lambda settings, entries: msgspec.structs.replace(settings, skus=_flat(entries, "code")),
        ),
        Kind(
            "customers",
            "Customers",
            "e-mail or customer id",
            ("account",),
            "customer",
            lambda settings: _one(settings.customers.accounts, "account"),
            lambda settings, entries: _inner(settings, "customers", accounts=_flat(entries, "account")),
        ),
        Kind(
            "revenue",
            "Revenue accounts",
            "SKU pattern",
            ("account",),
            "",
            lambda settings: _one(settings.revenue.accounts, "account"),
            lambda settings, entries: _inner(settings, "revenue", accounts=_flat(entries, "account")),
        ),
    )
}


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


def unmapped(connection: str) -> list[dict[str, Any]]:
    """What held deliveries wait for and a mapping would give them, the most wanted first."""
    by_prefix = {kind.waits: kind for kind in KINDS.values() if kind.waits}
    found = []
    for waits_for, count in queue.waiting_for(connection).items():
        prefix, _, name = waits_for.partition(":")
        kind = by_prefix.get(prefix)
        if kind is not None:
            found.append(
                {
                    "kind": kind.name,
                    "title": kind.title,
                    "name": own_name(kind, name),
                    "count": count,
                    "waits_for": waits_for,
                }
            )
    return sorted(found, key=lambda each: -int(each["count"]))


def own_name(kind: Kind, name: str) -> str:
    """The entry's name in what a delivery waits for: a customer's stands behind the website."""
    return name.rpartition(":")[2] if kind.name == "customers" else name


def overlaid(settings: Settings, connection: str) -> Settings:
    """The file's settings with everything that was changed since."""
    for (kind_name, name), changed in mappings.in_force(connection).items():
        kind = KINDS.get(kind_name)
        if kind is not None and changed.value:
            settings = with_entry(settings, kind, name, msgspec.json.decode(changed.value))
    return settings


def with_entry(settings: Settings, kind: Kind, name: str, values: Values) -> Settings:
    """The settings with one entry set; the last one wins, and stands before `*` patterns it would follow."""
    known = kind.entries(settings)
    wanted = {field: str(values.get(field, "")) for field in kind.fields}
    if name in known or kind.name != "revenue":
        return kind.replaced(settings, {**known, name: wanted})
    return kind.replaced(settings, {name: wanted, **known})  # the first pattern that fits counts


def change(
    connection: Connection, kind_name: str, entry: str, values: Values, *, by: str, now: datetime
) -> dict[str, str]:
    """Set one entry, for this process at once and for later ones; what the entry was before.

    In the caller's transaction, or its own. Raises Refused when the configuration's own rules would refuse it.
    """
    kind, entry = KINDS.get(kind_name), entry.strip()
    if kind is None or not entry:
        raise Refused("name the entry")
    clean = {field: str(values.get(field, "")).strip() for field in kind.fields}
    if kind.fields[0] != "charge" and not clean[kind.fields[0]]:
        raise Refused(f"{kind.fields[0]} must not be empty")
    before = kind.entries(connection.settings).get(entry, {})
    changed = with_entry(connection.settings, kind, entry, clean)
    check(changed, connection)
    with transaction("mapping"):
        mappings.change(connection.name, kind.name, entry, msgspec.json.encode(clean).decode(), now, by=by)
    connection.remap(changed)
    return before


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
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
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
