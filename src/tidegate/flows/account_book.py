"""The company's accounts and the store's customers as they were read last, kept in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from tidegate.domain.delta import Delta
from tidegate.domain.masters.account_card import StoreCustomer
from tidegate.domain.masters.master import CustomerRecord
from tidegate.flows import unreadable
from tidegate.ledger import marks, snapshot
from tidegate.tables import pl

#: Beside the mirror of the flow; nothing of these is sent to anybody.
ACCOUNTS, CUSTOMERS = "customers:accounts", "customers:people"

_RECORD = msgspec.json.Decoder(CustomerRecord)
_CUSTOMER = msgspec.json.Decoder(StoreCustomer)
_NAMES = msgspec.json.Decoder(list[str])


def accounts(connection: str) -> dict[str, CustomerRecord]:
    """The accounts by reference."""
    return {key: _RECORD.decode(value) for key, value in snapshot.read(connection, ACCOUNTS).iter_rows()}


def account(connection: str, reference: str) -> CustomerRecord | None:
    """One account, None when the company reported none of that reference."""
    found = snapshot.read(connection, ACCOUNTS).filter(pl.col("key") == reference)["value"]
    return _RECORD.decode(found[0]) if len(found) else None


def customers(connection: str) -> dict[int, StoreCustomer]:
    """The store's customers by id."""
    return {
        int(key): _CUSTOMER.decode(value) for key, value in snapshot.read(connection, CUSTOMERS).iter_rows()
    }


def updated(before: Mapping[str, CustomerRecord], delta: Delta[CustomerRecord]) -> dict[str, CustomerRecord]:
    """The accounts after a reading."""
    known = unreadable.kept(before, delta.bad) if delta.full else dict(before)
    return known | {record.account: record for record in delta.rows}


def keep(
    connection: str,
    records: Mapping[str, CustomerRecord] | None,
    customers: Mapping[int, StoreCustomer] | None,
    now: datetime,
) -> None:
    """Keep them (None: they are as they were). In a transaction."""
    if records is not None:
        snapshot.write(connection, ACCOUNTS, _frame(records), now)
        held = sorted(account for account, record in records.items() if record.on_hold or record.hidden)
        marks.write(_held(connection), msgspec.json.encode(held).decode(), now)
    if customers is not None:
        snapshot.write(
            connection, CUSTOMERS, _frame({str(key): each for key, each in customers.items()}), now
        )


def on_hold(connection: str) -> frozenset[str]:
    """The accounts that may not order now, by what the company said last."""
    text = marks.read(_held(connection))
    return frozenset(_NAMES.decode(text)) if text else frozenset()


def by_email(records: Iterable[CustomerRecord]) -> dict[str, list[str]]:
    """Accounts by e-mail; hidden ones are closed for new business."""
    found: dict[str, list[str]] = {}
    for record in records:
        if record.email and not record.hidden:
            found.setdefault(record.email.strip().lower(), []).append(record.account)
    return found


def _frame(values: Mapping[str, CustomerRecord] | Mapping[str, StoreCustomer]) -> pl.DataFrame:
    texts = [msgspec.json.encode(each).decode() for each in values.values()]
    return pl.DataFrame({"key": list(values), "value": texts}, schema=snapshot.schema())


def _held(connection: str) -> str:
    return f"accounts-on-hold:{connection}"
