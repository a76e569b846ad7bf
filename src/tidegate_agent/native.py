"""Objects of a late-bound server under numbers, and its exceptions as ours.

Windows (`windows.py`) and the fake hand in their own way to create, call and read; both raise errors that carry
an HRESULT, as pywin32's ``com_error`` does. So the rules of this module are tested on any system.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from tidegate_agent.caller import Answer, CallFailed, CallHung, ClassMissing, Given, Ref, ServerDied, Value

RPC_UNAVAILABLE = -2147023174  # 0x800706BA
RPC_FAILED = -2147023170  # 0x800706BE
DISCONNECTED = -2147417848  # 0x80010108
GONE = frozenset({RPC_UNAVAILABLE, RPC_FAILED, DISCONNECTED})
CLASS_MISSING = 90


class Native(Protocol):
    """Late-bound access as the platform has it."""

    @property
    def server(self) -> int | None:
        """Process id of the server, once an object was created."""
        ...

    def create(self, progid: str) -> Any:
        """An object of this class."""
        ...

    def invoke(self, obj: Any, name: str, args: Sequence[Any], byref: Sequence[int]) -> tuple[Any, list[Any]]:
        """Call a method: what it returned, and the by-reference arguments afterwards."""
        ...

    def get(self, obj: Any, name: str) -> Any:
        """Read a property."""
        ...

    def put(self, obj: Any, name: str, value: Any) -> None:
        """Set a property."""
        ...


class NativeCaller:
    """The calls over a platform's own objects."""

    def __init__(self, native: Native) -> None:
        self._native = native
        self._objects: dict[int, Any] = {}
        self._next = 1

    @property
    def server(self) -> int | None:
        """The process id of the server behind it."""
        return self._native.server

    def create(self, progid: str) -> Ref:
        """Create an object."""
        try:
            made = self._native.create(progid)
        except Exception as error:
            raise translated(error) from error
        return self._named(made)

    def invoke(self, obj: Ref, name: str, args: Sequence[Given] = (), byref: Sequence[int] = ()) -> Answer:
        """Call a method."""
        given = [self._given(one) for one in args]
        try:
            answer, outs = self._native.invoke(self._objects[obj.number], name, given, byref)
        except Exception as error:
            raise translated(error) from error
        return self._value(answer), [self._value(one) for one in outs]

    def get(self, obj: Ref, name: str) -> Value:
        """Read a property."""
        try:
            return self._value(self._native.get(self._objects[obj.number], name))
        except Exception as error:
            raise translated(error) from error

    def put(self, obj: Ref, name: str, value: Value) -> None:
        """Set a property."""
        try:
            self._native.put(self._objects[obj.number], name, self._given(value))
        except Exception as error:
            raise translated(error) from error

    def _given(self, value: Given) -> Any:
        if isinstance(value, tuple):
            return [self._given(one) for one in value]
        return self._objects[value.number] if isinstance(value, Ref) else value

    def release(self, obj: Ref) -> None:
        """Forget a reference."""
        self._objects.pop(obj.number, None)

    def _value(self, value: Any) -> Value:
        if value is None or isinstance(value, str | int | float | bool):
            return value
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, date):  # a time of day is part of no field that is read
            return f"{value:%Y%m%d}"
        return self._named(value)

    def _named(self, native: Any) -> Ref:
        for number, known in self._objects.items():
            if known is native:
                return Ref(number)
        number, self._next = self._next, self._next + 1
        self._objects[number] = native
        return Ref(number)


def translated(error: Exception) -> CallFailed:
    """An exception of the COM layer as one of ours; anything else is raised as it is."""
    if isinstance(error, CallFailed):
        return error
    if getattr(error, "hangs", False):  # only a fake without processes can say so
        return CallHung(str(error))
    code = getattr(error, "hresult", None)
    if not isinstance(code, int):
        raise error
    text = str(getattr(error, "text", "") or _description(error) or error)
    if code in GONE:
        return ServerDied(text, code)
    if code == CLASS_MISSING or "error 90" in text.lower() or "#90" in text:
        return ClassMissing(text, CLASS_MISSING)
    return CallFailed(text, code)


def _description(error: Exception) -> str:
    """The text that a server put into pywin32's excepinfo, where there is one."""
    info = getattr(error, "excepinfo", None)
    return str(info[2]) if isinstance(info, tuple) and len(info) > 2 and info[2] else ""
