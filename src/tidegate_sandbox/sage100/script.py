"""``ProvideX.Script`` and ``SY_Session``: how a session is opened and dropped (contract section 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from tidegate_sandbox.com.late_bound import EXCEPTION, ByRef, ComError, LateBound
from tidegate_sandbox.com.licence import ServerProcess
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage100.company import SageCompany
from tidegate_sandbox.sage100.installation import Installation, class_missing

TASKS = {
    "so_salesorder_bus": ("SO_SalesOrder_ui", "S/O"),
    "so_salesjournal_upd": ("SO_SalesJournal_ui", "S/O"),  # assumed
    "ar_customer_bus": ("AR_Customer_ui", "A/R"),
    "ci_itemcode_bus": ("CI_ItemCode_ui", "C/I"),
    "ci_item_svc": ("CI_ItemCode_ui", "C/I"),
    "ar_customer_svc": ("AR_Customer_ui", "A/R"),
    "so_shiptoaddress_svc": ("SO_ShipToAddress_ui", "S/O"),
}

OF_MODULES = {
    "so": ("SO_SalesOrder_ui", "S/O"),
    "ar": ("AR_Customer_ui", "A/R"),
    "ci": ("CI_ItemCode_ui", "C/I"),
    "im": ("CI_ItemCode_ui", "C/I"),
    "gl": ("GL_Account_ui", "G/L"),
}
"""The task that the other objects of a module need (assumed)."""


class Script(LateBound):
    """The script object: ``Init`` first, then ``SY_Session``, then business objects."""

    NAME = "ProvideX.Script"
    ALSO = ("Init", "NewObject")

    def __init__(
        self,
        installation: Installation,
        process: ServerProcess,
        objects: Mapping[str, Callable[..., LateBound]],
    ) -> None:
        self._installation = installation
        self._process = process
        self._objects = objects
        self._home = ""

    def Init(self, home: str) -> int:
        """Say where the installation is; a wrong path shows later, as error 90."""
        self._home = home
        return 1

    def NewObject(self, name: str, session: Session | None = None) -> LateBound:
        """A Sage object. Error 90 for a class that the installation does not have or the user may not use."""
        if not self._home:
            raise ComError(EXCEPTION, "The Init method must be called first.")
        if self._home.rstrip("\\/").lower() != self._installation.home.rstrip("\\/").lower():
            raise class_missing(name)
        if name.lower() == "sy_session":
            return Session(self._installation, self._process)
        kind = self._objects.get(name.lower())
        if session is None or session.company is None or session.is_dropped:
            raise ComError(EXCEPTION, "The session object must be created and set up first.")
        if kind is None:
            raise class_missing(name)
        task, module = TASKS.get(name.lower()) or OF_MODULES[name[:2].lower()]
        if session.module != module or session.program != task:
            raise class_missing(name)
        return kind(self._installation, session)


class Session(LateBound):
    """``SY_Session``."""

    NAME = "SY_Session"
    ALSO = ("DropObject",)

    def __init__(self, installation: Installation, process: ServerProcess) -> None:
        self._installation = installation
        self._process = process
        self._seat: int | None = None
        self._error = ""
        self._tasks: dict[int, str] = {}
        self.user = ""
        self.company: SageCompany | None = None
        self.module = ""
        self.program = ""
        self.day: date | None = None
        self.is_dropped = False
        self.children: list[LateBound] = []

    @property
    def process_number(self) -> int:
        """The server process that it lives in."""
        return self._process.process

    @property
    def sLastErrorMsg(self) -> str:
        """The text of its last failure."""
        return self._error

    @property
    def sCompanyCode(self) -> str:
        """The company."""
        return self.company.code if self.company is not None else ""

    @property
    def sModuleDate(self) -> str:
        """The module date, yyyymmdd."""
        return self.day.strftime("%Y%m%d") if self.day is not None else ""

    def _refuse(self, name: str, **values: Any) -> int:
        self._error = self._installation.text(name, **values)
        return 0

    def nSetUser(self, user: str, password: str) -> int:
        """Log on; this takes the seat (assumed: not earlier)."""
        if self._installation.users.get(user) != password:
            return self._refuse("wrong_user")
        if self._seat is None:
            try:
                self._seat = self._installation.licence.take(self._process, user)
            except Refusal:
                return self._refuse("no_seat")
        self.user = user
        return 1

    def nLogon(self) -> int:
        """Log on a Windows-linked user: there is none, use nSetUser."""
        return 0

    def nSetCompany(self, code: str) -> int:
        """Choose the company."""
        if not self.user:
            return self._refuse("wrong_user")
        company = self._installation.companies.get(code)
        if company is None:
            return self._refuse("no_company")
        if not self._installation.options.external_access:
            return self._refuse("no_external_access")
        if company.kernel.window.closed() is not None:
            return self._refuse("company_locked")
        self.company = company
        return 1

    def nSetDate(self, module: str, day: str) -> int:
        """Set the date of a module; it must lie in a period that may be used."""
        if self.company is None:
            return self._refuse("no_company")
        try:
            self.day = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 - a date, not a time
            self.company.kernel.calendar.require_open(self.day)
        except (ValueError, Refusal):
            return self._refuse("closed_period")
        return 1

    def nGetModuleInfo(self, module: str, name: ByRef, day: ByRef) -> int:
        """Name and date of a module, by reference; only of the one that is set."""
        if module != self.module or self.day is None:
            return self._refuse("no_right")
        name.value, day.value = module, self.sModuleDate
        return 1

    def nSetModule(self, module: str) -> int:
        """Choose the module."""
        self.module = module
        return 1

    def nLookupTask(self, task: str) -> int:
        """The number of a task; 0: unknown, or the role has no right."""
        if task not in self._installation.options.rights:
            return self._refuse("no_right")
        number = 100 + sorted(self._installation.options.rights).index(task)
        self._tasks[number] = task
        return number

    def nSetProgram(self, task: int) -> int:
        """Choose the task."""
        if int(task) not in self._tasks:
            return self._refuse("no_right")
        self.program = self._tasks[int(task)]
        return 1

    def nCleanup(self) -> int:
        """Close the files of the session."""
        return 1

    def DropObject(self) -> int:
        """Give the seat back. Business objects that still live keep it (assumed: so the order matters)."""
        if self.children:
            return 0
        self.is_dropped = True
        if self._seat is not None:
            self._installation.licence.give_back(self._process, self._seat)
            self._seat = None
        return 1
