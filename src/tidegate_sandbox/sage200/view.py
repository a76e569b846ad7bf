"""How a record of the company is shown as a documented schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tidegate_sandbox.sage200.contract import Field, Schema, schemas

Getter = Callable[[Any], Any]
ZEROS = {places: Decimal(0).scaleb(-places) for places in range(10)}


@dataclass(frozen=True, slots=True)
class Profile:
    """What the reader may see: edition, version, and how absent texts and dates look."""

    professional: bool
    spare: bool
    date_suffix: str = ""
    empty_text: bool = False

    def shows(self, one: Field) -> bool:
        """Whether this edition and version has the field."""
        if one.professional and not self.professional:
            return False
        return self.spare or not one.name.startswith("spare_")


def moment(value: datetime) -> str:
    """A time of change: UTC with ``Z``, the fraction trimmed (contract §7, P)."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    text = value.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text.rstrip("0").rstrip(".") + "Z" if "." in text else text + "Z"


@dataclass(frozen=True, slots=True)
class Child:
    """A child object or array: its view, and how it is got from the parent."""

    view: View
    get: Getter  #: one record or None for an object, an iterable for an array
    many: bool


@dataclass(slots=True)
class _Shape:
    """A view for one profile: what is always shown, and what is computed."""

    template: dict[str, Any]
    computed: list[tuple[str, Getter, bool]]
    date_fields: frozenset[str]


def no_loose(_record: Any) -> Mapping[str, Any]:
    """For records without loose values."""
    return {}


def own_loose(record: Any) -> Mapping[str, Any]:
    """The loose values of a kernel record."""
    values: Mapping[str, Any] = record.extra
    return values


@dataclass(slots=True)
class View:
    """A schema with, for its fields, the way to the value. Fields without one are read from ``loose``."""

    schema: Schema
    getters: dict[str, Getter]
    loose: Callable[[Any], Mapping[str, Any]] = own_loose
    children: dict[str, Child] = field(default_factory=dict)
    _shapes: dict[Profile, _Shape] = field(default_factory=dict)
    _fields: dict[Profile, dict[str, Field]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, name: str, getters: dict[str, Getter], loose: Callable[[Any], Mapping[str, Any]] = own_loose
    ) -> View:
        """The view of the schema ``name``. Raises KeyError for getters of fields that it does not have."""
        schema = schemas()[name]
        for one in getters:
            schema.fields[one]
        return cls(schema, getters, loose)

    def child(self, name: str, view: View, get: Getter) -> None:
        """Let ``$expand=name`` show a child."""
        self.children[name] = Child(view, get, self.schema.fields[name].kind == "array")

    def getter(self, name: str) -> Getter:
        """The way to a field's value, as kernel types."""
        found = self.getters.get(name)
        if found is not None:
            return found
        loose, default = self.loose, self._default(self.schema.fields[name], None)
        return lambda record: loose(record).get(name, default)

    def fields(self, profile: Profile) -> dict[str, Field]:
        """The fields without children that the profile shows."""
        found = self._fields.get(profile)
        if found is None:
            found = self._fields[profile] = {
                name: one
                for name, one in self.schema.fields.items()
                if not one.is_child and profile.shows(one)
            }
        return found

    def _default(self, one: Field, profile: Profile | None) -> Any:
        match one.kind:
            case "boolean":
                return one.default == "True"
            case "decimal":
                return ZEROS[one.size or 0]
            case "text":
                if one.default is not None:
                    return one.default
                empty = "analysis_code_" in one.name or (profile is not None and profile.empty_text)
                return "" if empty else None
        return None

    def _shape(self, profile: Profile) -> _Shape:
        shape = self._shapes.get(profile)
        if shape is None:
            shown = self.fields(profile)
            shape = self._shapes[profile] = _Shape(
                {name: self._default(one, profile) for name, one in shown.items()},
                [
                    (name, self.getters[name], shown[name].kind == "date-time")
                    for name in shown
                    if name in self.getters
                ],
                frozenset(name for name, one in shown.items() if one.kind == "date-time"),
            )
        return shape

    def show(self, record: Any, profile: Profile, expand: Iterable[str] = ()) -> dict[str, Any]:
        """The record as JSON-able values: all fields, and the children asked for."""
        shape = self._shape(profile)
        row = shape.template.copy()
        for name, value in self.loose(record).items():
            if name in row and value is not None:
                row[name] = shown_date(value, profile) if name in shape.date_fields else value
        for name, get, is_date in shape.computed:
            value = get(record)
            if is_date:
                value = shown_date(value, profile)
            elif value is None:
                continue
            row[name] = value
        for name in expand:
            row[name] = self.show_child(name, record, profile)
        return row

    def show_child(self, name: str, record: Any, profile: Profile) -> Any:
        """One child of the record, expanded."""
        child = self.children[name]
        found = child.get(record)
        if child.many:
            return [child.view.show(one, profile) for one in found]
        return child.view.show(found, profile) if found is not None else None


def shown_date(value: Any, profile: Profile) -> Any:
    """A time of change or a business date as text."""
    if type(value) is str or value is None:  # most of a row
        return value
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00{profile.date_suffix}"
    return value
