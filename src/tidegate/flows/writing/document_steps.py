"""What is to be done about one document of an order, as a value: what a flow decides, and `documents` carries out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from tidegate.domain.errors import Failure
from tidegate.flows.connection import Connection
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item


@dataclass(frozen=True, slots=True)
class Adopt:
    """The store has it already; `follows` are steps that its confirmation brings with it."""

    id: str
    number: str
    text: str
    follows: tuple[NewDelivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """The number of what was made, the steps that its confirmation brings with it, and what is to be said of it."""

    number: str
    follows: tuple[NewDelivery, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """Nothing is ever to be written."""

    text: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: what it builds on is not there yet."""

    text: str


@dataclass(frozen=True, slots=True)
class Write:
    """One call. `send` gives the id of what was made, `number` reads its number.

    `number` also looks at what was made: a failure of it is the call's. Of a document in several parts `earlier`
    are those that are there, as (id, number); with `goes_on` this is not the last one. `lines` are the order
    items that the call names. With `read_back`, `number` reads the store, and may do so later, for several at once.
    """

    payload: msgspec.Struct
    send: Callable[[], int | Failure]
    number: Callable[[int], str | Made | Failure] = lambda made: str(made)
    lines: int = 0
    earlier: tuple[tuple[str, str], ...] = ()
    goes_on: bool = False
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class NotYet:
    """The store does not have it, and for this reason it cannot be made now."""

    failure: Failure


Step = Adopt | Drop | Later | NotYet | Write | Failure


class DocumentHandler(Protocol):
    """One flow of documents: decides about one delivery by what the store has at that moment."""

    @property
    def connection(self) -> Connection: ...

    @property
    def flow(self) -> str: ...

    @property
    def link(self) -> str:
        """The kind of the chain's link to what is made; "" for none."""
        ...

    @property
    def after(self) -> tuple[str, ...]:
        """Beginnings of `flow/step` that must be finished before, for the same order."""
        ...

    def decide(self, item: Item) -> Step:
        """Read the order as it is now, and decide. Changes nothing."""
        ...
