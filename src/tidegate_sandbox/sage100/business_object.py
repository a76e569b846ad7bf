"""What all business objects share: the key, values checked field by field, texts, locks (contract section 3)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate_sandbox.com.late_bound import ByRef, LateBound
from tidegate_sandbox.sage100.company import SageCompany
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.schema import Column, known_columns
from tidegate_sandbox.sage100.script import Session

Values = dict[str, Any]


class Fields(LateBound):
    """Values of one row, with the rules of their columns. ``TABLE`` is its table."""

    TABLE = ""
    FOREIGN = "\x81"  #: what code page 1252 does not have

    def __init__(self, installation: Installation, company: SageCompany) -> None:
        self._installation = installation
        self.company = company
        self._error = ""
        self.values: Values = {}

    @property
    def sLastErrorMsg(self) -> str:
        """The text of the last failure or warning of this object."""
        return self._error

    def refuse(self, name: str, **values: Any) -> int:
        """Keep a text and answer 0."""
        self._error = self._installation.text(name, **values)
        return 0

    def warn(self, name: str, **values: Any) -> int:
        """Keep a text and answer -1."""
        self.refuse(name, **values)
        return -1

    # Columns

    def column(self, field: str) -> Column | None:
        """The column of a field; text fields end in ``$``, numbers do not."""
        name = field.removesuffix("$")
        known = self._columns().get(name.lower())
        if known is None:
            return None
        is_text = known.kind != "n"
        return known if is_text == field.endswith("$") else None

    def _columns(self) -> dict[str, Column]:
        options = self._installation.options
        return known_columns(self.TABLE, options.widths, tuple(options.udfs.get(self.TABLE, {}).items()))

    def blank(self) -> Values:
        """A new row with the defaults of the layout."""
        return {one.name: one.default or one.empty for one in self._columns().values()}

    def parsed(self, field: str, value: Any) -> tuple[Column, Any] | None:
        """(column, value) where the value may stand in the column; else the text is kept and None answered."""
        column = self.column(field)
        if column is None:
            self.refuse("no_column", field=field)
            return None
        if column.read_only:
            self.refuse("read_only", field=column.name)
            return None
        if column.kind == "n":
            number = self._number(column, value)
            return (column, number) if number is not None else None
        text = str(value) if value is not None else ""
        if column.zero_filled and text.isdigit():
            text = text.zfill(column.width)
        if column.width and column.kind == "s" and len(text) > column.width:
            self.refuse("too_long", field=column.name, width=column.width)
            return None
        if column.allowed and text and text not in column.allowed:
            self.refuse("not_allowed", field=column.name)
            return None
        return column, text

    def _number(self, column: Column, value: Any) -> Decimal | None:
        refused = isinstance(value, Decimal) and self._installation.options.decimal_argument_refused
        try:
            number = None if refused or isinstance(value, bool) else Decimal(str(value))
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            self.refuse("not_allowed", field=column.name)
            return None
        step = Decimal(1).scaleb(-column.places)
        if number != number.quantize(step):
            self.refuse("not_allowed", field=column.name)
            return None
        return number.quantize(step)

    # Reading

    def shown(self, field: str) -> Any:
        """The present value of a field, or None for an unknown column."""
        column = self.column(field)
        return None if column is None else self.values.get(column.name, column.empty)

    def nGetValue(self, field: str, into: ByRef) -> int:
        """A value into a by-reference argument; numbers arrive as text."""
        value = self.shown(field)
        if value is None:
            return self.refuse("no_column", field=field)
        into.value = str(value)
        return 1

    def sValue(self, field: str) -> str:
        """A value as text."""
        return str(self.shown(field) or "")


class BusinessObject(Fields):
    """An object with a key, made by ``NewObject`` in a session."""

    ALSO = ("DropObject",)
    KEY: tuple[str, ...] = ()

    def __init__(self, installation: Installation, session: Session) -> None:
        assert session.company is not None  # noqa: S101 - the script asked
        super().__init__(installation, session.company)
        self.session = session
        self.state = "none"  #: none, new, found
        self._key_values: dict[str, str] = {}
        self._locked: tuple[str, str] | None = None
        session.children.append(self)

    # Key and lock

    def nSetKeyValue(self, field: str, value: Any) -> int:
        """One column of the key."""
        found = self.column(field)
        if found is None or found.name not in self.KEY:
            return self.refuse("no_column", field=field)
        text = str(value)
        if len(text) > found.width:
            return self.refuse("too_long", field=found.name, width=found.width)
        self._key_values[found.name] = (
            text.zfill(found.width) if found.zero_filled and text.isdigit() else text
        )
        return 1

    def nSetKey(self, key: Any = None) -> int:
        """Open a record for editing: 1 it exists, 2 it is new, 0 it is locked."""
        self.release_lock()
        if key is not None:
            self._key_values = {self.KEY[-1]: str(key)}
        if any(not self._key_values.get(name) for name in self.KEY):
            return self.refuse("no_key")
        name = self.key_text()
        if self.company.locks.get((self.TABLE, name)) not in (None, self.session):
            return self.refuse("record_locked")
        refused = self.may_not_edit(name)
        if refused:
            return self.refuse(refused)
        self._lock(name)
        self.values = {**self.blank(), **self._key_values}
        stored = self.load(name)
        if stored is None:
            self.state = "new"
            self.begin()
            return 2
        self.values.update(stored)
        self.state = "found"
        return 1

    def nFind(self, key: Any = None) -> int:
        """Stand on a record for reading, without a lock: 1 found, 0 not."""
        if key is not None:
            self._key_values = {self.KEY[-1]: str(key)}
        stored = self.load(self.key_text())
        if stored is None:
            return 0
        self.values = {**self.blank(), **self._key_values, **stored}
        self.state = "read"
        return 1

    def key_text(self) -> str:
        """The key as one text."""
        return "-".join(self._key_values.get(name, "") for name in self.KEY)

    def _lock(self, name: str) -> None:
        self._locked = (self.TABLE, name)
        self.company.locks[self._locked] = self.session

    def release_lock(self) -> None:
        """Let others edit the record."""
        if self._locked is not None and self.company.locks.get(self._locked) is self.session:
            del self.company.locks[self._locked]
        self._locked = None

    # Writing

    def nSetValue(self, field: str, value: Any) -> int:
        """Set a field; it is checked here, not when the record is written."""
        if self.state not in ("new", "found"):
            return self.refuse("no_key")
        parsed = self.parsed(field, value)
        if parsed is None:
            return 0
        return self.assign(*parsed)

    def nClear(self) -> int:
        """Give the record up."""
        self.release_lock()
        self.state, self.values, self._key_values = "none", {}, {}
        self.cleared()
        return 1

    def DropObject(self) -> int:
        """Give the record up and the object back."""
        self.nClear()
        if self in self.session.children:
            self.session.children.remove(self)
        return 1

    # What a kind of object adds

    def load(self, name: str) -> Values | None:
        """The stored row of a key."""
        raise NotImplementedError

    def may_not_edit(self, name: str) -> str:
        """The name of a text where the record may not be edited now."""
        return ""

    def begin(self) -> None:
        """A new record was begun."""

    def cleared(self) -> None:
        """The record was given up."""

    def assign(self, column: Column, value: Any) -> int:
        """Take a checked value."""
        self.values[column.name] = value
        return 1
