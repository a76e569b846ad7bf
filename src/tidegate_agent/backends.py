"""From the name of a back end to the back end. Nothing outside the agent is imported unless it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Protocol

from tidegate_agent.caller import Backend, Caller, Tables, TablesFailed
from tidegate_agent.native import Native, NativeCaller

Fetch = Callable[[str, str], list[dict[str, Any]]]
"""Rows of a SELECT on the tables of a company."""
Widths = Callable[[str, str], dict[str, int]]
"""How many characters its columns hold."""
KNOWN = {
    "com": "tidegate_agent.windows:com_backend",
    "accpac": "tidegate_agent.windows:accpac_backend",
    "fake": "tidegate_sandbox.sage100.backend:fake_backend",
    "fake-accpac": "tidegate_sandbox.sage300.backend:fake_backend",
}
"""The fakes stand in another distribution, for tests, demonstrations and simulations."""


def opened(name: str, fetch: Fetch | None = None, widths: Widths | None = None) -> Backend:
    """The back end of a name: ``com``, ``fake``, or ``module:function``; after ``@`` stands its argument.

    ``fetch`` and ``widths`` read tables where the platform itself does not.
    ValueError for a name that cannot be one, ImportError where its package is not installed.
    """
    known, _, argument = name.partition("@")
    module, colon, function = KNOWN.get(known, known).partition(":")
    if not colon:
        raise ValueError(f"no back end is called {name!r}: com, fake, or module:function")
    make = getattr(import_module(module), function)
    return NativeBackend(make(argument) if argument else make(), fetch, widths)


class Installation(Protocol):
    """What a platform, or the fake, hands in."""

    def native(self) -> Native:
        """Late-bound access for one worker."""
        ...

    def end_server(self, process: int) -> None:
        """End a server process."""
        ...

    def fetch(self, company: str, statement: str) -> list[dict[str, Any]]:
        """Rows of a SELECT; raises an error with ``sqlstate`` in its first argument, as ODBC drivers do."""
        ...


class NativeBackend:
    """A back end over an installation."""

    def __init__(
        self, installation: Installation, fetch: Fetch | None = None, widths: Widths | None = None
    ) -> None:
        self._installation = installation
        self._fetch = fetch if fetch is not None else installation.fetch
        self._widths: Widths | None = widths if fetch is not None else getattr(installation, "widths", None)

    def connect(self) -> Caller:
        """A new apartment."""
        return NativeCaller(self._installation.native())

    def end_server(self, process: int) -> None:
        """End a server process that outlived its worker."""
        self._installation.end_server(process)

    def tables(self, company: str) -> Tables:
        """The table reader of a company."""
        return _Tables(self._fetch, self._widths, company)


class _Tables:
    def __init__(self, fetch: Fetch, widths: Widths | None, company: str) -> None:
        self._fetch = fetch
        self._widths = widths
        self._company = company

    def fetch(self, statement: str) -> list[dict[str, object]]:
        with _failures():
            return self._fetch(self._company, statement)

    def widths(self, statement: str) -> dict[str, int]:
        with _failures():
            return self._widths(self._company, statement) if self._widths is not None else {}


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if error.args and isinstance(error.args[0], str) and len(error.args[0]) == 5:
            raise TablesFailed(" ".join(str(one) for one in error.args)) from error
        raise
