"""The few calls through which the agent touches a COM server, and how they fail.

Only an implementation of :class:`Caller` knows COM. Everything above it is plain Python and runs anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ref:
    """An object of the server, by the number that its caller gave it."""

    number: int


Value = str | int | float | bool | None | Ref
Given = Value | tuple[Value, ...]
"""An argument: a value, or an array of values."""
Answer = tuple[Value, list[Value]]
"""What a method returned, and its by-reference arguments afterwards, in their order."""


class CallFailed(Exception):
    """A call raised in the COM layer. ``code`` is the HRESULT or ProvideX error, where one is known."""

    def __init__(self, text: str, code: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class ClassMissing(CallFailed):
    """ProvideX error 90: the installation has no such class, its module is off, or a right is missing."""


class ServerDied(CallFailed):
    """The server process is gone. Whether the call took effect is not known."""


class CallHung(ServerDied):
    """The call did not return within its limit, and its worker was ended.

    ``server_ended``: so was its server. Else nobody knows which process that is, and the call may yet take effect.
    """

    server_ended = True


class Caller(Protocol):
    """One COM apartment with the objects made in it. Used by one thread at a time."""

    @property
    def server(self) -> int | None:
        """The process id of the server behind it, once an object was created."""
        ...

    def create(self, progid: str) -> Ref:
        """Create an object by the name of its class. CallFailed where COM cannot start it."""
        ...

    def invoke(self, obj: Ref, name: str, args: Sequence[Given] = (), byref: Sequence[int] = ()) -> Answer:
        """Call a method. ``byref`` are the positions of arguments that are passed by reference.

        Raises CallFailed, ServerDied or CallHung.
        """
        ...

    def get(self, obj: Ref, name: str) -> Value:
        """Read a property. Raises as ``invoke``."""
        ...

    def put(self, obj: Ref, name: str, value: Value) -> None:
        """Set a property. Raises as ``invoke``."""
        ...

    def release(self, obj: Ref) -> None:
        """Forget the reference. This alone does not give a seat back."""
        ...


class Tables(Protocol):
    """Read access to the tables of one company: one statement, rows as mappings by column name."""

    def fetch(self, statement: str) -> list[dict[str, object]]:
        """The rows of a SELECT. TablesFailed when the source cannot be read or refuses the statement."""
        ...

    def widths(self, statement: str) -> dict[str, int]:
        """How many characters the columns of a SELECT hold, as far as the source says so. TablesFailed."""
        ...


class TablesFailed(Exception):
    """The tables could not be read: driver, share, server, or a statement that the dialect does not have."""


class Worker(Caller, Protocol):
    """A caller that can be ended together with its server, however stuck it is."""

    def limit(self, seconds: float) -> None:
        """From now on a call that takes longer raises CallHung."""
        ...

    def will(self, calls: Sequence[tuple[Ref, str]]) -> None:
        """What to call, in this order, should the agent die: how the seat is given back without it."""
        ...

    def end(self) -> None:
        """End the worker; its objects have been dropped."""
        ...

    def kill(self) -> None:
        """End the worker and its server process, whatever they do. Never raises."""
        ...


class Backend(Protocol):
    """A way to one installation of Sage: COM on Windows, or a fake for tests and simulations."""

    def connect(self) -> Caller:
        """A new apartment; called in the worker. CallFailed where COM cannot start."""
        ...

    def end_server(self, process: int) -> None:
        """End a server process that outlived its worker; nothing happens when it is gone."""
        ...

    def tables(self, company: str) -> Tables:
        """The table reader of a company. TablesFailed where there is none."""
        ...
