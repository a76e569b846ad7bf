"""One installation of Sage 100: its companies, users, licence, and what may go wrong with a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate_sandbox.com.host import ComHost
from tidegate_sandbox.com.late_bound import CLASS_MISSING, ComError
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.seats import SeatPool
from tidegate_sandbox.sage100.company import SageCompany
from tidegate_sandbox.sage100.options import Options
from tidegate_sandbox.sage100.texts import TEXTS

SPEEDS = {
    "nsetuser": 2.5,
    "nsetprogram": 0.3,
    "nsetvalue": 0.015,
    "nwrite": 0.6,
    "ngetresultsets": 0.5,
}
LINE_WRITE = 0.06


class Installation(ComHost):
    """A Windows host with Sage 100."""

    def __init__(
        self,
        companies: dict[str, SageCompany],
        options: Options | None = None,
        seats: int | None = None,
        users: Mapping[str, str] | None = None,
        home: str = "C:\\Sage\\MAS90\\Home",
        *,
        block_on_hang: bool = False,
    ) -> None:
        self.pool = SeatPool(seats)
        super().__init__(self.pool, block_on_hang=block_on_hang)
        self.companies = companies
        self.options = options if options is not None else Options()
        self.users = dict(users) if users is not None else {"tidegate": "secret"}
        self.home = home
        self.backups: list[str] = []
        self.posted_in_sessions: list[str] = []  #: users whose sessions posted the sales journal
        self.stale_rows: list[tuple[int, str]] = []  #: (process, user) that the Master Console still shows
        self.texts = dict(TEXTS)
        self.tables_down = ""  #: the SQLSTATE that every read gets, where reading is down
        self.held_tables: set[str] = set()  #: Premium: what a posting under way has changed already

    def seconds_of(self, object: str, method: str) -> float:
        """As the contract has it (section 14, A)."""
        name = method.lower()
        return LINE_WRITE if name == "nwrite" and object.endswith(".oLines") else SPEEDS.get(name, 0.0)

    def busy_text(self) -> str:
        """ProvideX error 0."""
        return self.text("busy")

    def text(self, name: str, **values: Any) -> str:
        """A text of Sage."""
        return self.texts[name].format(**values)

    def forget(self, process: int) -> None:
        """The records that it had locked."""
        for company in self.companies.values():
            company.locks = {
                key: owner
                for key, owner in company.locks.items()
                if getattr(owner, "process_number", None) != process
            }

    @property
    def dropped(self) -> list[str]:
        """The objects dropped, in their order."""
        return [call.object for call in self.calls if call.method.lower() == "dropobject"]


def class_missing(name: str) -> ComError:
    """ProvideX error 90."""
    return ComError(CLASS_MISSING, f"Error #90: class definition not found: {name}")


def refusal_text(installation: Installation, refusal: Refusal) -> str:
    """A refusal of the kernel as Sage says it."""
    names = {
        "locked": "company_locked",
        "closed_period": "closed_period",
        "seats": "no_seat",
        "in_use": "record_locked",
    }
    name = names.get(refusal.kind)
    return installation.text(name) if name is not None else refusal.text
