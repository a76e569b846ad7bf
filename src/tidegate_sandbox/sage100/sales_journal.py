"""``SO_SalesJournal_upd``: the sales journal posted by BOI, as one script does it (contract, Additions, P).

No integration has any business here: the clerk posts. The installation keeps who posted in a session.
"""

from __future__ import annotations

from tidegate_sandbox.sage100.business_object import BusinessObject
from tidegate_sandbox.sage100.staff import Staff


class SalesJournal(BusinessObject):
    """Selected, printed, updated: in this order."""

    NAME = "SO_SalesJournal_upd"
    TABLE = "SO_InvoiceHeader"
    _printed = False

    def nSelectBatch(self, batch: str = "") -> int:
        """One more batch to post."""
        return 1

    def nSetPostingDate(self, day: str) -> int:
        """The posting date."""
        return 1

    def nProcessReport(self, how: str) -> int:
        """Print it; a preview does not count."""
        self._printed = how.upper() == "PRINT"
        return 1

    def nUpdate(self) -> int:
        """Post what was printed."""
        if not self._printed:
            return self.refuse("no_key")
        self._installation.posted_in_sessions.append(self.session.user)
        Staff(self._installation, self.company).post_sales_journal()
        return 1
