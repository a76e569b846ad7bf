"""Late-bound objects as COM shows them: names without regard to case, properties that answer both ways."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Any

MEMBER_NOT_FOUND = -2147352573  # 0x80020003, DISP_E_MEMBERNOTFOUND
RPC_UNAVAILABLE = -2147023174  # 0x800706BA
EXCEPTION = -2147352567  # 0x80020009, DISP_E_EXCEPTION
CLASS_MISSING = 90


class ComError(Exception):
    """An error of the COM layer, with the attributes that pywin32's ``com_error`` has."""

    def __init__(self, hresult: int, text: str) -> None:
        super().__init__(hresult, text)
        self.hresult = hresult
        self.text = text
        self.excepinfo = (0, "ProvideX", text, None, 0, hresult)


class Hung(Exception):
    """The call never returns; a simulation without processes sees that at once."""

    hangs = True


class ByRef:
    """An argument passed by reference."""

    def __init__(self, value: Any = "") -> None:
        self.value = value


def method_table(kind: type) -> dict[str, str]:
    """The late-bound names of a class: what starts with n, s or o and a capital, or stands in ALSO."""
    also = set(getattr(kind, "ALSO", ()))
    found = {}
    for name in dir(kind):
        if name in also or (len(name) > 2 and name[0] in "nso" and name[1].isupper()):
            found[name.lower()] = name
    return found


class LateBound:
    """An object whose members are found by name at run time. ``NAME`` is what it is called in Sage."""

    NAME = ""
    ALSO: tuple[str, ...] = ()
    _members: dict[str, str] = {}

    def __init_subclass__(cls) -> None:
        cls._members = method_table(cls)

    def _member(self, name: str) -> Any:
        found = self._members.get(name.lower())
        if found is None:
            raise ComError(MEMBER_NOT_FOUND, f"Member not found: {name}")
        return getattr(self, found)

    def call(self, name: str, args: Sequence[Any]) -> Any:
        """Call a method; a property answers as well."""
        member = self._member(name)
        if not callable(member):
            return member
        try:
            signature(member).bind(*args)
        except TypeError as error:
            raise ComError(EXCEPTION, f"{name}: {error}") from None
        return member(*args)

    def read(self, name: str) -> Any:
        """Read a property; a method without arguments answers as well."""
        member = self._member(name)
        return member() if callable(member) else member

    def write(self, name: str, value: Any) -> None:
        """Set a property. Those that cannot be set answer as an unknown member does."""
        found = self._members.get(name.lower())
        kind = getattr(type(self), found, None) if found is not None else None
        if not isinstance(kind, property) or kind.fset is None:
            raise ComError(MEMBER_NOT_FOUND, f"Member not found: {name}")
        kind.fset(self, value)
