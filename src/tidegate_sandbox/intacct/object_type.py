"""The objects of a company as both doors show them: fields by name, rows, and what may be done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

import msgspec

from tidegate_sandbox.intacct.document import values_of
from tidegate_sandbox.intacct.failure import bad_request, invalid
from tidegate_sandbox.intacct.formats import Kind, Value

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

Getter = Callable[[Any], Value]


@lru_cache(maxsize=1)
def _listed() -> dict[str, dict[str, list[str]]]:
    raw = files("tidegate_sandbox.intacct").joinpath("fields.json").read_bytes()
    found: dict[str, dict[str, list[str]]] = msgspec.json.decode(raw)
    return found


def listed_fields(name: str) -> list[str]:
    """The names that the contract lists for an object: each can be selected."""
    found: dict[str, None] = {}
    for part in ("public_clients", "documented", "assumed"):
        found.update(dict.fromkeys(_listed()[part].get(name, ())))
    return list(found)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object; ``codes`` are legacy one-letter values that filters may use for words."""

    getter: Getter
    kind: Kind = "text"
    codes: Mapping[str, str] = field(default_factory=dict)
    is_custom: bool = False


def _entity(record: Any) -> str:
    return str(getattr(record, "entity", "") or getattr(record, "extra", {}).get("entity", ""))


def _nothing(_record: Any) -> Value:
    return None


Create = Callable[["Session", Element], Any]
Change = Callable[["Session", Any, Element], None]
Delete = Callable[["Session", Any], None]


@dataclass(slots=True)
class ObjectType:
    """An object by its name in the gateway.

    ``rows`` gives all its records, of every entity; ``custom`` the ids of its custom fields, for a document
    type where it has any. ``create`` makes a record from its element, ``update`` changes one, ``delete``
    removes one; without them the object cannot be written. ``nested`` adds elements to a ``read``.
    """

    name: str
    rows: Callable[[], Iterable[Any]]
    fields: dict[str, Field]
    own_id: str = "RECORDNO"
    find: Callable[[str], Any] | None = None  #: a record by its own id, without looking at all
    by_key: Callable[[int], Any] | None = None  #: a record by RECORDNO, without looking at all
    entity: Callable[[Any], str] = _entity
    custom: Callable[[str], tuple[str, ...]] = lambda _docparid: ()
    custom_value: Callable[[Any, str], Value] = lambda _record, _name: None
    create: Create | None = None
    update: Change | None = None
    delete: Delete | None = None
    nested: Callable[[Any], list[Element]] | None = None
    document_type: Callable[[Any], str] = lambda _record: ""
    narrow: Callable[[str], Iterable[Any]] | None = None  #: rows of one document type

    def __post_init__(self) -> None:
        for name in listed_fields(self.name):
            self.fields.setdefault(name, Field(_nothing))

    def field(self, name: str, docparid: str = "") -> Field:
        """A field. FunctionFailure ``DL02000001`` for a name that the object does not have."""
        found = self.fields.get(name)
        if found is not None:
            return found
        if name in self.custom(docparid):
            return Field(lambda record: self.custom_value(record, name), is_custom=True)
        raise bad_request(f"{name} is not a field of {self.name}.")

    def names(self, docparid: str = "") -> list[str]:
        """All fields, the custom ones last."""
        return [*self.fields, *self.custom(docparid)]

    def given(self, element: Element) -> dict[str, str]:
        """The values that a record's element gives. An empty group of fields, which clients send, gives none."""
        groups = {name.partition(".")[0] for name in self.fields if "." in name} - self.fields.keys()
        return {name: text for name, text in values_of(element).items() if text or name not in groups}

    def make(self, session: Session, given: Element) -> Any:
        """Make a record. FunctionFailure where the object cannot be created, or the record is refused."""
        if self.create is None:
            raise invalid(f"Objects of type {self.name} cannot be created.")
        return self.create(session, given)

    def change(self, session: Session, record: Any, given: Element) -> None:
        """Change a record by what is sent. FunctionFailure where that cannot be."""
        if self.update is None:
            raise invalid(f"Objects of type {self.name} cannot be updated.")
        self.update(session, record, given)

    def drop(self, session: Session, record: Any) -> None:
        """Remove a record. FunctionFailure where that cannot be."""
        if self.delete is None:
            raise invalid(f"Objects of type {self.name} cannot be deleted.")
        self.delete(session, record)

    def seen(self, session: Session, definition: str = "", *, private: bool) -> Iterator[Any]:
        """The records that a session sees (§4): shared ones, its entity's own; ``private``: at the top, all.

        ``definition`` narrows them to one document type.
        """
        rows = self.narrow(definition) if definition and self.narrow is not None else self.rows()
        for record in rows:
            if self.sees(session, record, private=private):
                yield record

    def sees(self, session: Session, record: Any, *, private: bool) -> bool:
        """Whether a session sees a record."""
        entity = self.entity(record)
        return not entity or entity == session.entity or (private and not session.entity)

    def record(self, session: Session, key: str) -> Any | None:
        """A record by RECORDNO, or None; at the top also what entities made (A)."""
        if not key.isascii() or not key.isdigit():
            return None
        if self.by_key is not None:
            found = self.by_key(int(key))
        else:
            number = self.fields["RECORDNO"].getter
            found = next((one for one in self.rows() if str(number(one)) == key), None)
        return found if found is not None and self.sees(session, found, private=True) else None

    def named(self, session: Session, name: str) -> Any | None:
        """A record by its own id, or None."""
        if self.find is not None:
            found = self.find(name)
        else:
            own = self.fields[self.own_id].getter
            found = next((one for one in self.rows() if str(own(one)) == name), None)
        return found if found is not None and self.sees(session, found, private=True) else None
