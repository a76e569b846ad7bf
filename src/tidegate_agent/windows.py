"""COM on Windows, through pywin32: the only module of the agent that touches it.

Not tested without Windows. It does as little as possible: create, call, read, and find the server's process.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tidegate_agent.caller import TablesFailed

SERVER_PROGRAM = "pvxcom.exe"  # P


def com_backend() -> ComInstallation:
    """The Sage of this machine."""
    return ComInstallation()


def accpac_backend() -> AccpacInstallation:
    """The Sage 300 of this machine."""
    return AccpacInstallation()


class ComInstallation:
    """Late-bound access, and ending of servers. Tables are read by `odbc_reader.py`."""

    def native(self) -> ComNative:
        """A COM apartment for the calling thread."""
        import pythoncom

        pythoncom.CoInitialize()
        return ComNative()

    def end_server(self, process: int) -> None:
        """End exactly this process, if it is still a ProvideX server."""
        if process in server_processes():
            with suppress(OSError):
                os.kill(process, signal.SIGTERM)  # TerminateProcess on Windows

    def fetch(self, company: str, statement: str) -> list[dict[str, Any]]:
        """Not here: COM reads no tables."""
        raise TablesFailed("no table reader is configured")


class ComNative:
    """Objects of `win32com.client.dynamic`."""

    def __init__(self) -> None:
        self._server: int | None = None

    @property
    def server(self) -> int | None:
        """The process of the server that the first object started."""
        return self._server

    def create(self, progid: str) -> Any:
        """An object; the server process that appears with it is ours."""
        from win32com.client import dynamic

        if self.server is not None:
            return dynamic.Dispatch(progid)
        before = server_processes()
        made = dynamic.Dispatch(progid)
        fresh = server_processes() - before
        if len(fresh) == 1:  # two at once: nobody can say whose, so none is ever ended
            self._server = fresh.pop()
        return made

    def invoke(self, obj: Any, name: str, args: Sequence[Any], byref: Sequence[int]) -> tuple[Any, list[Any]]:
        """Call a method; by-reference arguments are VARIANTs of text."""
        import pythoncom
        from win32com.client import VARIANT

        given = [
            VARIANT(pythoncom.VT_BYREF | pythoncom.VT_BSTR, one) if place in byref else one
            for place, one in enumerate(args)
        ]
        answer = getattr(obj, name)(*given)
        return answer, [given[place].value for place in byref]

    def get(self, obj: Any, name: str) -> Any:
        """Read a property."""
        return getattr(obj, name)

    def put(self, obj: Any, name: str, value: Any) -> None:
        """Set a property."""
        setattr(obj, name, value)


class AccpacInstallation(ComInstallation):
    """Sage 300's library runs in the worker's own process: whoever ends the worker ends all of it."""

    def native(self) -> ComNative:
        """A COM apartment for the calling thread."""
        import pythoncom

        pythoncom.CoInitialize()
        return InProcessNative()

    def end_server(self, process: int) -> None:
        """Nothing: a worker ends with its agent, or by its own watchdog."""


class InProcessNative(ComNative):
    """Objects that live in this process."""

    @property
    def server(self) -> int | None:
        """This process."""
        return os.getpid()


def server_processes() -> set[int]:
    """The process ids of all ProvideX servers of this machine."""
    listed = subprocess.run(  # noqa: S603 - a fixed command
        ["tasklist", "/FO", "CSV", "/NH", "/FI", f"IMAGENAME eq {SERVER_PROGRAM}"],  # noqa: S607 - Windows' own
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = set()
    for line in listed.splitlines():
        cells = [cell.strip('"') for cell in line.split('","')]
        if len(cells) > 1 and cells[0].lower() == SERVER_PROGRAM and cells[1].isdigit():
            found.add(int(cells[1]))
    return found
