"""Late-bound access to a server of Sage 300."""

from __future__ import annotations

from tidegate_sandbox.com.late_bound import LateBound
from tidegate_sandbox.com.licence import ServerProcess
from tidegate_sandbox.com.native import FakeNative
from tidegate_sandbox.sage300.accpac import Accpac, Session
from tidegate_sandbox.sage300.accpac_orders import view_of


class AccpacNative(FakeNative[Accpac]):
    """What one worker sees."""

    def program(self, progid: str, process: ServerProcess) -> LateBound | None:
        """``AccpacCOMAPI.AccpacSession``."""
        known = progid.lower() == "accpaccomapi.accpacsession"
        return Session(self._host, process, view_of) if known else None
