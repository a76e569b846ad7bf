"""One installation of Sage 100: its companies, users, licence, and what may go wrong with a call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage100.company import SageCompany
from tidegate_sandbox.sage100.faults import Arranged
from tidegate_sandbox.sage100.late_bound import CLASS_MISSING, ComError
from tidegate_sandbox.sage100.licence import Licence
from tidegate_sandbox.sage100.options import Options
from tidegate_sandbox.sage100.texts import TEXTS


class Call(NamedTuple):
    """One call as the installation saw it."""

    process: int
    object: str
    method: str
    args: tuple[Any, ...]
    answer: Any


@dataclass
class Installation:
    """A Windows host with Sage 100. Safe from several threads: one call at a time.

    ``block_on_hang``: a hanging call really blocks until its process is ended (for worker processes);
    otherwise the caller sees it at once, and ``on_hang`` hears of it, so that a simulated clock can move.
    """

    companies: dict[str, SageCompany]
    options: Options = field(default_factory=Options)
    seats: int | None = None
    users: dict[str, str] = field(default_factory=lambda: {"tidegate": "secret"})
    home: str = "C:\\Sage\\MAS90\\Home"
    block_on_hang: bool = False

    def __post_init__(self) -> None:
        self.licence = Licence(self.seats)
        self.faults: list[Arranged] = []
        self.calls: list[Call] = []
        self.backups: list[str] = []
        self.texts = dict(TEXTS)
        self.lock = threading.RLock()
        self.ended = threading.Condition()
        self.on_hang: Callable[[], object] = lambda: None
        self.pace: Callable[[float], object] | None = (
            None  #: lets so many seconds pass; None: calls take none
        )
        self.before_call: Callable[[str, str], object] = lambda _object, _method: None
        self.after_call: Callable[[str, str], object] = lambda _object, _method: None
        self.tables_down = ""  #: the SQLSTATE that every read gets, where reading is down
        self.held_tables: set[str] = set()  #: Premium: what a posting under way has changed already

    def text(self, name: str, **values: Any) -> str:
        """A text of Sage."""
        return self.texts[name].format(**values)

    def end_server(self, process: int) -> None:
        """End a server process: its seats are free and its locks gone."""
        with self.lock:
            self.licence.end(process)
            for company in self.companies.values():
                company.locks = {
                    key: owner
                    for key, owner in company.locks.items()
                    if getattr(owner, "process_number", None) != process
                }
        with self.ended:
            self.ended.notify_all()

    # Faults

    def arrange(
        self, kind: Any, method: str = "", object: str = "", *, skip: int = 0, times: int = 1
    ) -> None:
        """Let a coming call go wrong."""
        self.faults.append(Arranged(kind, method.lower(), object.lower(), skip, times))

    def fault_of(self, object: str, method: str) -> str:
        """What goes wrong with this call; empty: nothing."""
        for one in self.faults:
            if one.applies_to(object, method):
                return one.kind
        return ""

    @property
    def dropped(self) -> list[str]:
        """The objects dropped, in their order."""
        return [call.object for call in self.calls if call.method.lower() == "dropobject"]

    def methods(self, *objects: str) -> Iterable[str]:
        """The methods called on these objects, in their order."""
        return [call.method for call in self.calls if call.object in objects]


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
