"""The COM library of Sage 300 as the gateway needs it: session, link, errors. Source: contract section 16, all assumed.

A session takes a LanPak from ``Open`` until ``Close``, or until its process ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tidegate_sandbox.com.host import ComHost
from tidegate_sandbox.com.late_bound import EXCEPTION, ByRef, ComError, LateBound
from tidegate_sandbox.com.licence import ServerProcess
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.face import Sage300Face
from tidegate_sandbox.sage300.lanpaks import Seats
from tidegate_sandbox.sage300.problem import TEXTS, Problem

WARNING, ERROR = 2, 3
OPEN_FAILED, GENERAL = 101, 1000
SPEEDS = {"open": 1.5, "openview2": 0.02, "insert": 0.6, "fetch": 0.001, "process": 2.0}


class LanPaks:
    """The LanPaks of the server, shared with the users of its Web API."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats

    def take(self, holder: str) -> int:
        """A seat; Refusal ``seats`` when none is free."""
        try:
            return self._seats.sit(holder)
        except Problem as problem:
            raise Refusal("seats", problem.text) from None

    def release(self, number: int) -> None:
        """Give it back."""
        self._seats.stand_up(number)

    def holders(self) -> list[str]:
        """Who holds one by a program."""
        return self._seats.sitting()


class Accpac(ComHost):
    """A Windows host with Sage 300; ``face`` is the server behind it."""

    def __init__(self, face: Sage300Face, *, block_on_hang: bool = False) -> None:
        super().__init__(LanPaks(face.api.seats), block_on_hang=block_on_hang)
        self.face = face

    def seconds_of(self, object: str, method: str) -> float:
        """Assumed."""
        return SPEEDS.get(method.lower(), 0.0)


ViewOf = Callable[["Link", str], LateBound | None]


@dataclass
class Said:
    """One message of the session."""

    text: str
    priority: int = ERROR
    source: str = ""
    code: str = ""


class Errors(LateBound):
    """``AccpacErrors``: what was said since it was cleared."""

    NAME = "AccpacErrors"
    ALSO = ("Count", "Get", "Clear")

    def __init__(self) -> None:
        self.said: list[Said] = []

    @property
    def Count(self) -> int:
        """How many."""
        return len(self.said)

    def Get(self, at: int, *outs: ByRef) -> None:
        """One, into its by-reference arguments: text, priority, source, code, help file, help number."""
        one = self.said[at]
        for out, value in zip(outs, (one.text, one.priority, one.source, one.code, "", 0), strict=False):
            out.value = value

    def Clear(self) -> None:
        """Forget them."""
        self.said.clear()


class Session(LateBound):
    """``AccpacSession``."""

    NAME = "AccpacSession"
    ALSO = ("Init", "Open", "OpenDBLink", "Close", "Errors")

    def __init__(self, host: Accpac, process: ServerProcess, view_of: ViewOf) -> None:
        """``view_of`` makes a view of a link by its name; None for one that there is not."""
        self.host = host
        self.view_of = view_of
        self.errors = Errors()
        self.user = ""
        self.database: Database | None = None
        self.links: list[Link] = []
        self._process = process
        self._seat: int | None = None
        self._is_ready = False

    @property
    def Errors(self) -> Errors:
        """What was said."""
        return self.errors

    def fail(self, text: str, code: int = GENERAL, source: str = "") -> ComError:
        """Note an error; the exception that goes with it."""
        self.errors.said.append(Said(text, ERROR, source, str(code)))
        return ComError(EXCEPTION, "Exception occurred.")

    def Init(self, handle: str, application: str, program: str, version: str) -> None:
        """Must be the first call."""
        self._is_ready = True

    def Open(self, user: str, password: str, company: str, day: str, flags: int, reserved: str) -> None:
        """Sign on; this takes the seat."""
        if not self._is_ready:
            raise self.fail("The session has not been initialized.")
        site = self.host.face.site
        if site.users.get(user) != password:
            raise self.fail(TEXTS["Unauthorized"])
        if company not in site.databases:
            raise self.fail(f"Company {company} does not exist.")
        date.fromisoformat(day)
        try:
            self._seat = self.host.licence.take(self._process, f"{user} in {company}")
        except Refusal as refusal:
            raise self.fail(refusal.text) from None
        self.user, self.database = user, site.databases[company]

    def OpenDBLink(self, kind: int, flags: int) -> Link:
        """The link to the company's database; a company in exclusive use refuses it."""
        if self.database is None:
            raise self.fail("The session is not open.")
        reason = self.database.company.window.closed()
        if reason is not None:
            raise self.fail(TEXTS["locked"].format(reason=reason))
        self.links.append(Link(self, self.database))
        return self.links[-1]

    def Close(self) -> None:
        """Sign off; a link that is still open keeps the seat (assumed: so the sequence matters)."""
        if any(not one.is_closed for one in self.links):
            raise self.fail("A database link is still open.")
        self.database = None
        if self._seat is not None:
            self.host.licence.give_back(self._process, self._seat)
            self._seat = None


class Link(LateBound):
    """``AccpacDBLink``."""

    NAME = "AccpacDBLink"
    ALSO = ("OpenView2", "GetCompany", "Close")

    def __init__(self, session: Session, database: Database) -> None:
        self.session = session
        self.database = database
        self.is_closed = False
        self.open_views = 0

    def OpenView2(self, name: str) -> LateBound:
        """A view. It fails for one that there is not."""
        made = self.session.view_of(self, name)
        if made is None:
            raise self.session.fail(f"The view {name} cannot be opened.", OPEN_FAILED)
        self.open_views += 1
        return made

    def GetCompany(self) -> LateBound:
        """The company's own data."""
        return CompanyData(self.database)

    def Close(self) -> None:
        """Close the link; views that are still open keep it."""
        if self.open_views:
            raise self.session.fail("A view is still open.")
        self.is_closed = True


class CompanyData(LateBound):
    """``AccpacCompany``."""

    NAME = "AccpacCompany"
    ALSO = ("HomeCurrency",)

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def HomeCurrency(self) -> str:
        """Its currency."""
        return self._database.company.currency(None).code
