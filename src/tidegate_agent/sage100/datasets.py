"""The datasets that the hub reads: fixed tables, fixed columns, keyset paging, delta by stamp (section 6)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tidegate_agent.failure import Failure
from tidegate_agent.sage100.columns import COLUMNS, KEYS, kind_of
from tidegate_agent.sage100.reader import Condition, Literal_, Reader, Row, Where, beyond

MOST = 5000
OVERLAP = timedelta(minutes=15)
OVERLAP_OF_THE_CLOCK_CHANGE = timedelta(minutes=75)


@dataclass(frozen=True)
class Dataset:
    """A dataset: its table, how it is read, and which column bounds it."""

    table: str
    by_stamp: bool = False
    bound: str = ""  #: a date column that `since` is compared with, where there is no stamp
    filters: tuple[str, ...] = ()  #: columns that the hub may narrow by
    passes_locks: bool = False  #: read whole, it need not wait for a posting (section 6.2: stock and history)


DATASETS: dict[str, Dataset] = {
    "items": Dataset("CI_Item", True),
    "stock": Dataset("IM_ItemWarehouse", filters=("WarehouseCode",), passes_locks=True),
    "price-codes": Dataset("IM_PriceCode", True),
    "customers": Dataset("AR_Customer", True, filters=("ARDivisionNo",)),
    "ship-tos": Dataset("SO_ShipToAddress", True),
    "contacts": Dataset("AR_CustomerContact", True),
    "terms": Dataset("AR_TermsCode", True),
    "salespeople": Dataset("AR_Salesperson", True),
    "orders": Dataset("SO_SalesOrderHeader", True, filters=("CustomerPONo", "SalesOrderNo")),
    "order-lines": Dataset("SO_SalesOrderDetail", filters=("SalesOrderNo",)),
    "order-history": Dataset(
        "SO_SalesOrderHistoryHeader", True, filters=("CustomerPONo", "SalesOrderNo"), passes_locks=True
    ),
    "order-invoice-links": Dataset("SO_ARInvoiceHistoryLink", filters=("SalesOrderNo",)),
    "open-shipments": Dataset("SO_InvoiceHeader"),
    "open-shipment-lines": Dataset("SO_InvoiceDetail", filters=("InvoiceNo",)),
    "shipment-tracking": Dataset("SO_InvoiceTracking"),
    "invoices": Dataset("AR_InvoiceHistoryHeader", True, filters=("InvoiceNo",)),
    "invoice-lines": Dataset("AR_InvoiceHistoryDetail", filters=("InvoiceNo",)),
    "tracking": Dataset("AR_InvoiceHistoryTracking", filters=("InvoiceNo",)),
    "open-items": Dataset("AR_OpenInvoice"),
    "payments": Dataset("AR_TransactionPaymentHistory", True),
    "receipts": Dataset("AR_CashReceiptsHistory", bound="DepositDate"),
    "gl-postings": Dataset("GL_DetailPosting", bound="PostingDate", filters=("DocumentNo",)),
    "accounts": Dataset("GL_Account"),
}


@dataclass(frozen=True)
class Page:
    """What is asked for. ``since``: changes from then on; None: all of it."""

    since: datetime | None
    after: str
    limit: int
    columns: tuple[str, ...]
    narrowed: tuple[tuple[str, tuple[str, ...]], ...] = ()  #: column -> its values, any of which will do


class DatasetReader:
    """Reads pages of datasets. ``zone``: of the server's clock, in which Sage stamps."""

    def __init__(self, reader: Reader, zone: ZoneInfo, now: datetime) -> None:
        self._reader = reader
        self._zone = zone
        self._now = now

    def page(self, name: str, asked: Page) -> dict[str, Any]:
        """One page. Failure ``not_found`` for an unknown dataset, ``format`` for what cannot be asked of it."""
        dataset = DATASETS.get(name)
        if dataset is None:
            raise Failure("not_found", f"There is no dataset {name}.")
        key = KEYS[dataset.table]
        wanted = self._columns(dataset, asked)
        where = self._where(dataset, asked)
        if asked.after:
            where.append(beyond(key, _opened(asked.after, key, dataset.table)))
        read = (*dict.fromkeys((*wanted, *key, *(_STAMPS if dataset.by_stamp else ()))),)
        whole = dataset.passes_locks and asked.since is None and not asked.narrowed
        rows = self._reader.rows(dataset.table, read, where, order=key, top=asked.limit + 1, whole=whole)
        is_last = len(rows) <= asked.limit
        rows = rows[: asked.limit]
        cut = _sealed([_plain(rows[-1][name]) for name in key]) if rows and not is_last else None
        chosen = [row for row in rows if self._is_recent(dataset, asked, row)]
        return {
            "rows": [self._shown(row, wanted, dataset) for row in chosen],
            "next": cut,
            "high": self._high(),
            "complete": True,
        }

    def _columns(self, dataset: Dataset, asked: Page) -> tuple[str, ...]:
        known = COLUMNS[dataset.table]
        for name in asked.columns:
            # A name goes into the statement: one of ours, or one that can be nothing but a name.
            if name not in known and not _UDF.fullmatch(name):
                raise Failure("format", f"the dataset has no column {name}")
        return asked.columns or known

    def _where(self, dataset: Dataset, asked: Page) -> list[Condition]:
        where: list[Condition] = []
        for column, values in asked.narrowed:
            if column not in dataset.filters:
                raise Failure("format", f"the dataset cannot be narrowed by {column}")
            where.append(Where(column, "=", values[0]) if len(values) == 1 else Where(column, "IN", values))
        if asked.since is not None:
            if not dataset.by_stamp and not dataset.bound:
                raise Failure("format", "this dataset is read whole: leave 'since' out")
            day = asked.since.astimezone(self._zone).date()
            where.append(Where("DateUpdated" if dataset.by_stamp else dataset.bound, ">=", day))
        return where

    def _is_recent(self, dataset: Dataset, asked: Page, row: Row) -> bool:
        """By date only in the statement; the hours, a decimal number in text, are compared here."""
        if asked.since is None or not dataset.by_stamp:
            return True
        since = asked.since.astimezone(self._zone)
        if row["DateUpdated"] != since.date():
            return bool(row["DateUpdated"] and row["DateUpdated"] > since.date())
        hours = Decimal(row["TimeUpdated"] or "0")
        return hours >= Decimal(since.hour) + Decimal(since.minute * 60 + since.second) / 3600

    def _high(self) -> str:
        """The next ``since``: now, less the overlap; more of it on the night when the clocks go back."""
        later, earlier = (
            self._now.astimezone(self._zone),
            (self._now - timedelta(hours=6)).astimezone(self._zone),
        )
        went_back = later.utcoffset() != earlier.utcoffset()
        overlap = OVERLAP_OF_THE_CLOCK_CHANGE if went_back else OVERLAP
        return (self._now - overlap).astimezone(self._zone).isoformat()

    def _shown(self, row: Row, wanted: Sequence[str], dataset: Dataset) -> dict[str, Any]:
        shown: dict[str, Any] = {name: _plain(row[name]) for name in wanted}
        if dataset.by_stamp and row["DateUpdated"] is not None:
            hours = Decimal(row["TimeUpdated"] or "0")
            shown["updated"] = {
                "date": row["DateUpdated"].isoformat(),
                "hours": str(row["TimeUpdated"]),
                "at": stamped(row["DateUpdated"], hours, self._zone).isoformat(),
            }
        return shown


_UDF = re.compile(r"UDF_[A-Z0-9_]{1,40}")
_STAMPS = ("DateUpdated", "TimeUpdated")


def stamped(day: date, hours: Decimal, zone: ZoneInfo) -> datetime:
    """Sage's stamp as a time: decimal hours of the server's local day."""
    seconds = int((hours * 3600).to_integral_value())
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + timedelta(seconds=seconds)).astimezone(UTC).astimezone(zone)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _sealed(parts: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def _opened(text: str, key: Sequence[str], table: str) -> list[Literal_]:
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, UnicodeError):
        raise Failure("format", "'after' is not one of ours") from None
    if not isinstance(found, list) or len(found) != len(key):
        raise Failure("format", "'after' is not one of ours")
    kinds = [kind_of(table, column) for column in key]
    try:
        return [_typed(value, kind) for value, kind in zip(found, kinds, strict=True)]
    except (ValueError, ArithmeticError):
        raise Failure("format", "'after' is not one of ours") from None


def _typed(value: Any, kind: str) -> Literal_:
    if kind == "d":
        return date.fromisoformat(str(value))
    if kind == "n":
        number = Decimal(str(value))
        if not number.is_finite():
            raise ValueError(value)
        return number
    return str(value)
