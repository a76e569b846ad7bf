"""A session of Sage 100: opened in the order of the contract (section 2), dropped in the reverse one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tidegate_agent.caller import CallFailed, ClassMissing, Ref, Worker
from tidegate_agent.failure import Failure, FailureClass
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.boi import Boi, OnText, Refused
from tidegate_agent.sage100.usual_texts import USUAL
from tidegate_agent.texts import Texts

_CLASSES: dict[str, FailureClass] = {
    "locked": "locked",
    "seat_limit": "seat_limit",
    "auth": "auth",
    "record_locked": "locked",
}


class Session:
    """One logged-on user of one company. It takes a seat from ``open`` until ``drop`` or ``kill``."""

    def __init__(
        self,
        company: str,
        start_worker: Callable[[], Worker],
        *,
        home: str,
        user: str,
        password: str,
        drop_limit_s: float,
        texts: Texts = USUAL,
        on_new_text: OnText = lambda _: None,
    ) -> None:
        self.company = company
        self._start_worker = start_worker
        self._home = home
        self._user = user
        self._password = password
        self._drop_limit_s = drop_limit_s
        self._texts = texts
        self._on_new_text = on_new_text
        self._worker: Worker | None = None
        self._script: Ref | None = None
        self._session: Boi | None = None
        self._objects: list[Boi] = []
        self._module: tuple[str, str, str] | None = None

    @property
    def worker(self) -> Worker:
        """The worker. CallFailed before ``open`` and after ``drop``."""
        if self._worker is None:
            raise CallFailed("the session is not open")
        return self._worker

    def open(self) -> None:
        """Steps 1 to 5. Failure by the class of the text; CallFailed when the COM layer raises."""
        self._worker = caller = self._start_worker()
        self._script = caller.create(names.PROGID)
        caller.invoke(self._script, "Init", (self._home,))
        self._session = session = Boi(
            caller,
            self._object(names.SESSION),
            names.SESSION,
            stage="session",
            texts=self._texts,
            on_new_text=self._on_new_text,
        )
        self._write_will()
        try:
            session.done("logon", "nSetUser", self._user, self._password)
            session.done("company", "nSetCompany", self.company)
        except Refused as refused:
            raise self._failure(refused) from None

    def _object(self, name: str, *args: Ref) -> Ref:
        assert self._script is not None  # noqa: S101 - open() made it
        answer, _ = self.worker.invoke(self._script, "NewObject", (name, *args))
        if not isinstance(answer, Ref):
            raise ClassMissing(f"NewObject {name} answered no object", names.CLASS_MISSING)
        return answer

    def _failure(self, refused: Refused) -> Failure:
        kind = _CLASSES.get(refused.meaning, "unavailable")
        return Failure(kind, f"Sage refused the session at {refused.stage}.", sage_text=refused.text)

    def begin(self, task: names.Task, day: date | None = None) -> Boi:
        """Steps 6 to 8: module, date and program of a task, then its business object. Reading needs no ``day``.

        Failure ``auth`` where user or role may not run the task; what has been begun before is dropped.
        """
        session = self._session
        if session is None:
            raise CallFailed("the session is not open")
        wanted = (task.module, f"{day:%Y%m%d}" if day is not None else "", task.task)
        if self._module != wanted:
            self._module = None
            try:
                if day is not None:
                    session.done("date", "nSetDate", task.module, wanted[1])
                session.done("module", "nSetModule", task.module)
            except Refused as refused:
                raise self._failure(refused) from None
            number = session.code("nLookupTask", task.task)
            if number <= 0:
                raise Failure(
                    "auth", f"The role of the user has no task {task.task}.", sage_text=session.text()
                )
            try:
                session.done("program", "nSetProgram", number)
            except Refused as refused:
                raise self._failure(refused) from None
            self._module = wanted
        made = Boi(
            self.worker,
            self._object(task.object, session.ref),
            task.object,
            texts=self._texts,
            on_new_text=self._on_new_text,
        )
        self._objects.append(made)
        self._write_will()
        return made

    def _write_will(self) -> None:
        calls = [(one.ref, "DropObject") for one in reversed(self._objects)]
        if self._session is not None:
            calls += [(self._session.ref, "nCleanup"), (self._session.ref, "DropObject")]
        self.worker.will(calls)

    def end(self, business: Boi) -> None:
        """Drop one business object: an unwritten record in it is given up, its lock released."""
        business.drop()
        self._objects.remove(business)
        self._write_will()

    def drop(self) -> None:
        """Children first, newest first; clean-up; the session; the references; the script object last.

        CallFailed when any of it fails: the caller must then end worker and server.
        """
        worker = self._worker
        if worker is None:
            return
        worker.limit(self._drop_limit_s)
        while self._objects:
            self._objects[-1].drop()
            self._objects.pop()
        if self._session is not None:
            self._session.code("nCleanup")
            self._session.drop()
            self._session = None
        if self._script is not None:
            worker.release(self._script)
            self._script = None
        self._worker = None
        worker.end()

    def kill(self) -> None:
        """End the worker and the server process that holds the seat."""
        worker, self._worker = self._worker, None
        self._session = self._script = None
        self._objects.clear()
        if worker is not None:
            worker.kill()
