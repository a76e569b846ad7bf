"""A foreign record as a typed value, whatever shapes PHP has written; and a list of them, row by row.

PHP has one kind of array. An empty object arrives as `[]`, a list that has lost an entry as `{"0": …}`, an
empty amount as `""`, an absent text as `false` (Magento contract, point 30). They are read as what they mean;
what means nothing is refused by the name of its field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from msgspec import inspect

from tidegate.domain.bad_row import BadRow
from tidegate.reading import values
from tidegate.reading.document import Unreadable, read

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Take = Callable[[Any], Any]

#: Rows of one answer; what goes on for ever is no page.
MOST_ROWS = 100_000


class Decoder(Protocol[T_co]):
    """Whatever makes a value of an answer's body."""

    def decode(self, body: bytes, /) -> T_co:
        """The value. Raises Unreadable."""
        ...


class Shape(Generic[T]):
    """Reads values of one type; `decode` is what the clients call."""

    def __init__(self, kind: Any) -> None:
        """`kind` is a Struct, or a type made of those, lists and plain values."""
        self._take = _taker(inspect.type_info(kind))
        self._lists = isinstance(inspect.type_info(kind), inspect.ListType)

    def decode(self, body: bytes | str) -> T:
        """The value of a JSON document. Raises Unreadable."""
        return self.take(read(body))

    def take(self, value: Any) -> T:
        """The typed value of what was read already. Raises Unreadable."""
        taken = self._take(value)
        if taken is None or (self._lists and value == {}):  # no list of PHP's: an empty one is []
            raise Unreadable(f"{values.shown(value)} was not expected")
        return cast(T, taken)


@dataclass(frozen=True)
class PageShape(Generic[T]):
    """Rows of a list: the good ones, and those that cannot be read by their own names."""

    total_count: int
    items: list[T] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    @property
    def count(self) -> int:
        """So many rows came."""
        return len(self.items) + len(self.bad)


class Rows(Generic[T]):
    """Reads `{"items": […], "total_count": N}` or a bare list, each row alone."""

    def __init__(self, kind: Any, *, name: str = "sku", key: str = "id") -> None:
        """`name` and `key` are the fields that a bad row is called by and paged by."""
        self._row: Shape[T] = Shape(kind)
        self._name = name
        self._key = key

    def decode(self, body: bytes | str) -> PageShape[T]:
        """The page. Raises Unreadable where it is none at all."""
        value = read(body)
        listed, total = value, None
        if isinstance(value, dict) and ("items" in value or "total_count" in value):
            listed, total = value.get("items"), _field("total_count", values.whole, value.get("total_count"))
        rows = as_list(listed)
        if rows is None:
            if listed not in (None, False, ""):
                raise Unreadable(f"{values.shown(listed)} instead of a list")
            rows = []
        if len(rows) > MOST_ROWS:
            raise Unreadable(f"a page of {len(rows)} rows")
        page: PageShape[T] = PageShape(len(rows) if total is None else total)
        for number, row in enumerate(rows, 1):
            try:
                page.items.append(self._row.take(row))
            except Unreadable as error:
                page.bad.append(self._bad(row, number, str(error)))
        return page

    def _bad(self, row: Any, number: int, why: str) -> BadRow:
        known = row if isinstance(row, dict) else {}
        try:
            name = values.text(known.get(self._name)) or ""
        except Unreadable:
            name = ""
        try:
            key = values.whole(known.get(self._key))
        except Unreadable:
            key = None
        return BadRow(name or (f"id {key}" if key is not None else f"row {number}"), why, key)


def as_list(value: Any) -> list[Any] | None:
    """A list, or what PHP makes of one that has lost an entry; None for anything else."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and all(name.isdecimal() for name in value):
        return list(value.values())
    return None


def as_object(value: Any) -> dict[str, Any] | None:
    """An object; `[]` is one without keys (point 30). None for anything else."""
    if isinstance(value, dict):
        return value
    return {} if value == [] else None


# --- one taker for each type; each answers None for what is absent ----------------------------------

_PLAIN: dict[type, Take] = {
    inspect.StrType: values.text,
    inspect.IntType: values.whole,
    inspect.BoolType: values.flag,
    inspect.DecimalType: values.figure,
    inspect.DateType: values.day,
    inspect.DateTimeType: values.moment,
    inspect.AnyType: lambda value: value,
}


def _taker(kind: inspect.Type) -> Take:
    if isinstance(kind, inspect.UnionType):
        return _union([each for each in kind.types if not isinstance(each, inspect.NoneType)])
    if isinstance(kind, inspect.StructType):
        return _struct(kind)
    if isinstance(kind, inspect.DictType):
        return as_object
    if isinstance(kind, inspect.ListType):
        return _list(_taker(kind.item_type), _may_be_none(kind.item_type))
    if type(kind) in _PLAIN:
        return _PLAIN[type(kind)]
    raise TypeError(f"no way to read a {kind}")


def _union(kinds: list[inspect.Type]) -> Take:
    if len(kinds) == 1:
        return _taker(kinds[0])
    names = {type(each) for each in kinds}
    if names == {inspect.StrType, inspect.IntType}:
        return _text_or_number
    if names == {inspect.BoolType, inspect.IntType}:
        return lambda value: value if isinstance(value, bool) else values.whole(value)
    listed = next((each for each in kinds if isinstance(each, inspect.ListType)), None)
    if listed is not None:
        several = _taker(listed)
        rest = _union([each for each in kinds if each is not listed])
        return lambda value: several(value) if isinstance(value, list | dict) else rest(value)
    raise TypeError(f"no way to read one of {kinds}")


def _text_or_number(value: Any) -> Any:
    if type(value) is str:
        return values.text(value)
    written = values.text(value)
    return value if isinstance(value, int) and written is not None else written


def _list(each: Take, nullable: bool) -> Take:
    def take(value: Any) -> list[Any] | None:
        rows = as_list(value)
        if rows is None:
            if value in (None, False, ""):
                return None
            raise Unreadable(f"{values.shown(value)} instead of a list")
        taken = [_field(f"[{number}]", each, row) for number, row in enumerate(rows)]
        if not nullable and None in taken:
            raise Unreadable("it is missing", f"[{taken.index(None)}]")
        return taken

    return take


def _struct(kind: inspect.StructType) -> Take:
    made: list[tuple[str, str, Take, bool, bool]] = []
    needed = any(each.required and not _nullable(each) for each in kind.fields)

    def take(value: Any) -> Any:
        if not made:  # late: a struct may hold itself
            made.extend(
                (each.encode_name, each.name, _taker(each.type), each.required, _nullable(each))
                for each in kind.fields
            )
        known = value if type(value) is dict else as_object(value)
        if known is None:
            if value in (None, False, ""):
                return None
            raise Unreadable(f"{values.shown(value)} instead of an object")
        if needed and value == []:
            return None  # a missing object
        found: dict[str, Any] = {}
        for outer, inner, each, required, nullable in made:
            given = known.get(outer)
            if given is not None:
                try:
                    taken = each(given)
                except Unreadable as error:
                    raise error.within(outer) from None
                if taken is not None:
                    found[inner] = taken
                    continue
            if required:
                if not nullable:
                    raise Unreadable("it is missing", outer)
                found[inner] = None
        return kind.cls(**found)

    return take


def _nullable(each: inspect.Field) -> bool:
    return _may_be_none(each.type)


def _may_be_none(kind: inspect.Type) -> bool:
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return any(isinstance(kind, inspect.NoneType | inspect.AnyType) for kind in kinds)


def _field(name: str, take: Take, value: Any) -> Any:
    """One field; a reason gets its name."""
    try:
        return take(value)
    except Unreadable as error:
        raise error.within(name) from None


class Anything:
    """Reads a document whatever it is."""

    def decode(self, body: bytes | str) -> Any:
        """Its values. Raises Unreadable."""
        return read(body)


ANYTHING = Anything()
