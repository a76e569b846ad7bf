"""A session of Sage 300: a company's views, opened and closed in the stated order. Source: contract section 16.

A view that fails raises in the COM layer; its return code and the session's list of errors then say why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from tidegate_agent.caller import CallFailed, Given, Ref, ServerDied, Value, Worker
from tidegate_agent.failure import Failure, FailureClass
from tidegate_agent.sage300 import names
from tidegate_agent.sage300.refusal import FaultClass, Message, Refused
from tidegate_agent.texts import Texts

OnText = Callable[[str], None]
OF_THE_SESSION: dict[str, FailureClass] = {
    "locked": "locked",
    "seat_limit": "seat_limit",
    "auth": "auth",
    "record_locked": "locked",
}
OF_A_VIEW: dict[str, FaultClass] = {
    "locked": "locked",
    "seat_limit": "seat_limit",
    "auth": "auth",
    "record_locked": "conflict",
    "validation": "validation",
}


class Session:
    """One signed-on user of one company. It takes a seat from ``open`` until ``drop`` or ``kill``."""

    def __init__(
        self,
        company: str,
        start_worker: Callable[[], Worker],
        *,
        user: str,
        password: str,
        version: str,
        today: Callable[[], date],
        drop_limit_s: float,
        texts: Texts,
        on_new_text: OnText = lambda _: None,
    ) -> None:
        self.company = company
        self._start_worker = start_worker
        self._user = user
        self._password = password
        self._version = version
        self._today = today
        self._drop_limit_s = drop_limit_s
        self._texts = texts
        self._on_new_text = on_new_text
        self._worker: Worker | None = None
        self._session: Ref | None = None
        self._link: Ref | None = None
        self._views: list[Ref] = []

    @property
    def worker(self) -> Worker:
        """The worker. CallFailed before ``open`` and after ``drop``."""
        if self._worker is None:
            raise CallFailed("the session is not open")
        return self._worker

    # Open and drop

    def open(self) -> None:
        """Sign on and link to the company's database. Failure by the class of the text; CallFailed if the COM layer dies."""
        self._worker = caller = self._start_worker()
        self._session = caller.create(names.PROGID)
        self._write_will()
        try:
            caller.invoke(self._session, "Init", ("", names.APPLICATION, names.PROGRAM, self._version))
            given = (self._user, self._password, self.company, self._today().isoformat(), 0, "")
            caller.invoke(self._session, "Open", given)
            link, _ = caller.invoke(self._session, "OpenDBLink", (names.COMPANY_LINK, names.READ_WRITE))
        except ServerDied:
            raise
        except CallFailed as failed:
            raise self._not_opened(failed) from None
        self._link = link if isinstance(link, Ref) else None
        if self._link is None:
            raise CallFailed("OpenDBLink answered no object")
        self._write_will()

    def _not_opened(self, failed: CallFailed) -> Failure:
        said = " ".join(one.text for one in self.messages()) or failed.text
        meaning, known = self._texts.meaning_of(said, "session")
        if not known:
            self._on_new_text(said)
        return Failure(
            OF_THE_SESSION.get(meaning, "unavailable"), "Sage refused the session.", sage_text=said
        )

    def _write_will(self) -> None:
        calls = [(one, "Close") for one in reversed(self._views)]
        calls += [(one, "Close") for one in (self._link, self._session) if one is not None]
        self.worker.will(calls)

    def drop(self) -> None:
        """Views newest first, the link, the session; the references last.

        CallFailed when any of it fails: the caller must then end the worker.
        """
        worker = self._worker
        if worker is None:
            return
        worker.limit(self._drop_limit_s)
        while self._views:
            self._close_view(self._views[-1])
        for one in (self._link, self._session):
            if one is not None:
                worker.invoke(one, "Close")
                worker.release(one)
        self._link = self._session = None
        self._worker = None
        worker.end()

    def _close_view(self, ref: Ref) -> None:
        self.worker.invoke(ref, "Close")
        self.worker.release(ref)
        self._views.remove(ref)

    def kill(self) -> None:
        """End the worker, and with it the process that holds the seat."""
        worker, self._worker = self._worker, None
        self._session = self._link = None
        self._views.clear()
        if worker is not None:
            worker.kill()

    # What is asked of it

    def home_currency(self) -> str:
        """The currency of the company's books."""
        if self._link is None:
            raise CallFailed("the session is not open")
        company, _ = self.worker.invoke(self._link, "GetCompany")  # A
        if not isinstance(company, Ref):
            raise CallFailed("GetCompany answered no object")
        try:
            return str(self.worker.get(company, "HomeCurrency") or "")
        finally:
            self.worker.release(company)

    @contextmanager
    def view(self, name: str) -> Iterator[View]:
        """A view, for the length of a block, after which it is closed. Refused where it may not be opened."""
        if self._link is None:
            raise CallFailed("the session is not open")
        try:
            made, _ = self.worker.invoke(self._link, "OpenView2", (name,))
        except ServerDied:
            raise
        except CallFailed as failed:
            raise self.refusal(failed, name, 101) from None
        if not isinstance(made, Ref):
            raise CallFailed(f"OpenView2 {name} answered no object")
        self._views.append(made)
        self._write_will()
        try:
            yield View(self, made, name)
        finally:
            if made in self._views and self._worker is not None:
                self._close_view(made)
                self._write_will()

    def refusal(self, failed: CallFailed, view: str, code: int, field: str = "") -> Refused:
        """What Sage says about a call that failed: by number first, by text where there is none."""
        messages = self.messages()
        said = "; ".join(one.text for one in messages) or failed.text
        kind: FaultClass | None = names.RETURN_CODES.get(code)  # type: ignore[assignment]
        if kind is None:
            meaning, known = self._texts.meaning_of(said, "value")
            kind = OF_A_VIEW.get(meaning, "unavailable")
            if not known:
                self._on_new_text(said)
        return Refused(kind, said, view, field, messages=messages or [Message(said, "Error")])

    def messages(self) -> list[Message]:
        """What the session has to say since it was last asked; the list is then empty."""
        if self._session is None:
            return []
        worker = self.worker
        errors = worker.get(self._session, "Errors")
        if not isinstance(errors, Ref):
            return []
        found = []
        count = worker.get(errors, "Count")
        for at in range(int(count) if isinstance(count, int | float | str) else 0):
            _, outs = worker.invoke(errors, "Get", (at, "", 0, "", "", "", 0), (1, 2, 3, 4, 5, 6))
            text, priority, source, code = outs[:4]
            name = names.PRIORITIES.get(int(priority or 0), "Error")  # type: ignore[arg-type]
            found.append(Message(str(text or "").strip(), name, str(source or ""), str(code or "")))
        if found:
            worker.invoke(errors, "Clear")
        worker.release(errors)
        return found


class View:
    """One open view: fields by name, records one after the other."""

    def __init__(self, session: Session, ref: Ref, name: str) -> None:
        self._session = session
        self._worker = session.worker
        self.ref = ref
        self.name = name
        self._fields: Ref | None = None
        self._known: dict[str, Ref] = {}

    def call(self, method: str, *args: Given) -> Value:
        """Call a method. Refused, with the class of its return code, where the view fails."""
        try:
            answer, _ = self._worker.invoke(self.ref, method, args)
        except ServerDied:
            raise
        except CallFailed as failed:
            raise self._refusal(failed) from None
        return answer

    def _refusal(self, failed: CallFailed, field: str = "") -> Refused:
        code = int(self._worker.get(self.ref, "LastReturnCode") or 0)  # type: ignore[arg-type]
        refused = self._session.refusal(failed, self.name, code, field)
        refused.code = code
        return refused

    def field(self, name: str) -> Ref:
        """A field; it shows the record that the view stands on. Refused ``format`` for a name that there is not."""
        found = self._known.get(name)
        if found is None:
            if self._fields is None:
                fields = self._worker.get(self.ref, "Fields")
                if not isinstance(fields, Ref):
                    raise CallFailed(f"{self.name} has no fields")
                self._fields = fields
            try:
                made, _ = self._worker.invoke(self._fields, "Item", (name,))
            except ServerDied:
                raise
            except CallFailed:
                self._session.messages()
                raise Refused("format", f"there is no field {name}", self.name, name) from None
            if not isinstance(made, Ref):
                raise Refused("format", f"there is no field {name}", self.name, name)
            found = self._known[name] = made
        return found

    def text(self, name: str) -> str:
        """A field's value as text."""
        value = self._worker.get(self.field(name), "Value")
        if isinstance(value, bool):
            return "1" if value else "0"
        return str(value if value is not None else "").rstrip()

    def row(self, wanted: Sequence[str]) -> dict[str, str]:
        """Several fields of the record that the view stands on."""
        return {name: self.text(name) for name in wanted}

    def set(self, name: str, value: str, *, verify: bool = True) -> None:
        """Set a field; Sage checks it at once, unless ``verify`` is off. Refused names the field."""
        field = self.field(name)
        try:
            if verify:
                self._worker.put(field, "Value", value)
            else:
                self._worker.invoke(field, "PutWithoutVerification", (value,))
        except ServerDied:
            raise
        except CallFailed as failed:
            raise self._refusal(failed, name) from None

    def browse(self, where: str, wanted: Sequence[str]) -> Iterator[dict[str, str]]:
        """The rows that a filter in browse syntax lets through, in the sequence of the index."""
        fields = list(dict.fromkeys(wanted))
        for name in fields:
            self.field(name)
        self.call("Browse", where, names.ASCENDING)
        while self.call("Fetch"):
            yield self.row(fields)
