"""Late-bound access to an installation of Sage 100."""

from __future__ import annotations

from tidegate_sandbox.com.late_bound import LateBound
from tidegate_sandbox.com.licence import ServerProcess
from tidegate_sandbox.com.native import FakeNative
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.objects import OBJECTS
from tidegate_sandbox.sage100.script import Script


class ProvidexNative(FakeNative[Installation]):
    """What one worker sees."""

    def program(self, progid: str, process: ServerProcess) -> LateBound | None:
        """``ProvideX.Script``."""
        known = progid.lower() in ("providex.script", "providex.script.1")
        return Script(self._host, process, OBJECTS) if known else None
