"""Objects that read a table: `_svc` objects and items (contract section 3 and Additions, BOI).

``nSetKey`` is not dependable on a `_svc` object (it refuses, by option); ``nFind`` may stand on a neighbour, so
whoever looks compares the key read back. Without a browse filter rows come in no order that means anything.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tidegate_sandbox.com.late_bound import ByRef
from tidegate_sandbox.sage100.business_object import BusinessObject, Values
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.schema import shapes
from tidegate_sandbox.sage100.script import Session
from tidegate_sandbox.sage100.tables import rows

SEPARATOR = "\u0160"  #: byte 0x8A of code page 1252
MOST_KEYS = 250


class TableObject(BusinessObject):
    """Reads rows of ``TABLE``. Nothing can be written."""

    def __init__(self, installation: Installation, session: Session) -> None:
        super().__init__(installation, session)
        self._rows: list[Values] = []
        self._at = -1
        self._filter = ""

    def blank(self) -> Values:
        """A stored row has no defaults: what it lacks is empty."""
        return {one.name: one.empty for one in self._columns().values()}

    def load(self, name: str) -> Values | None:
        """The stored row of a key."""
        return next((row for row in rows(self.company, self.TABLE) if self._key_of(row) == name), None)

    def _key_of(self, row: Values) -> str:
        return "-".join(str(row.get(name, "")) for name in self.KEY)

    def nSetKey(self, key: Any = None) -> int:
        """Refused on a `_svc` object, by option."""
        if self.NAME.endswith("_svc") and self._installation.options.svc_setkey_refuses:
            return self.refuse("no_key")
        return super().nSetKey(key)

    def nFind(self, key: Any = None) -> int:
        """Found: 1. Else it stands on the next record by key and answers 1 as well, or 0 behind the last one."""
        if super().nFind(key):
            return 1
        wanted = self.key_text()
        later = sorted(
            (row for row in rows(self.company, self.TABLE) if self._key_of(row) > wanted), key=self._key_of
        )
        if not later:
            return 0
        self.values = {**self.blank(), **later[0]}
        return 1

    def nWrite(self) -> int:
        """Not by these objects."""
        return self.refuse("no_right")

    # Walking

    def nSetBrowseFilter(self, prefix: str) -> int:
        """Only rows whose key begins so."""
        self._filter = prefix
        return 1

    def nMoveFirst(self) -> int:
        """Stand on the first row."""
        found = [row for row in rows(self.company, self.TABLE) if self._key_of(row).startswith(self._filter)]
        self._rows = sorted(found, key=self._key_of) if self._filter else list(reversed(found))
        return self._stand(0)

    def nMoveNext(self) -> int:
        """Stand on the next row."""
        return self._stand(self._at + 1)

    def _stand(self, position: int) -> int:
        self._at = position
        if self.nEOF:
            return 0
        self.values = {**self.blank(), **self._rows[position]}
        return 1

    @property
    def nEOF(self) -> int:
        """Whether the walk is at its end."""
        return 0 if 0 <= self._at < len(self._rows) else 1

    def nGetRecord(self, into: ByRef) -> int:
        """The present row, its columns joined by the separator."""
        into.value = SEPARATOR.join(
            _as_text(self.values.get(one.name, one.empty)) for one in self._columns().values()
        )
        return 1

    # Bulk and discovery

    def nGetResultSets(
        self,
        column: str,
        key_column: str,
        values: ByRef,
        keys: ByRef,
        prefix: str = "",
        begin: str = "",
        end: str = "",
    ) -> int:
        """Two columns of many rows, each joined by the separator."""
        first, second = self.column(column), self.column(key_column)
        if first is None or second is None:
            return self.refuse("no_column", field=column)
        chosen = []
        for row in sorted(rows(self.company, self.TABLE), key=self._key_of):
            key = str(row.get(second.name, ""))
            if key.startswith(prefix) and key >= begin and (not end or key <= end):
                chosen.append((str(row.get(first.name, first.empty)), key))
        values.value = SEPARATOR.join(value for value, _ in chosen[:MOST_KEYS])
        keys.value = SEPARATOR.join(key for _, key in chosen[:MOST_KEYS])
        return 1

    def sGetDataSources(self) -> str:
        """The tables behind the object."""
        return self.TABLE

    def sGetColumns(self, _source: str = "") -> str:
        """The columns, with a site's own fields; texts end in ``$``."""
        return SEPARATOR.join(
            one.name if one.kind == "n" else f"{one.name}$" for one in self._columns().values()
        )

    def sGetKeyColumns(self) -> str:
        """The columns of the key."""
        return SEPARATOR.join(f"{name}$" for name in self.KEY)

    def nGetRecordCount(self, _source: str = "") -> int:
        """How many rows there are."""
        return sum(1 for _ in rows(self.company, self.TABLE))


class ItemObject(TableObject):
    """``CI_ItemCode_bus``."""

    NAME, TABLE, KEY = "CI_ItemCode_bus", "CI_Item", ("ItemCode",)


class ItemService(TableObject):
    """``CI_Item_svc``."""

    NAME, TABLE, KEY = "CI_Item_svc", "CI_Item", ("ItemCode",)


class CustomerService(TableObject):
    """``AR_Customer_svc``."""

    NAME, TABLE, KEY = "AR_Customer_svc", "AR_Customer", ("ARDivisionNo", "CustomerNo")


class ShipToService(TableObject):
    """``SO_ShipToAddress_svc``."""

    NAME, TABLE = "SO_ShipToAddress_svc", "SO_ShipToAddress"
    KEY = ("ARDivisionNo", "CustomerNo", "ShipToCode")


def service_of(table: str) -> type[TableObject]:
    """The object that reads a table, by the form of the known names (assumed)."""
    shape = shapes()[table]
    name = f"{table.removesuffix('Header')}_svc"
    return type(f"{table}Service", (TableObject,), {"NAME": name, "TABLE": table, "KEY": shape.key})


def _as_text(value: Any) -> str:
    """A value as objects hand it out: dates as yyyymmdd."""
    return f"{value:%Y%m%d}" if isinstance(value, date) else str(value)
