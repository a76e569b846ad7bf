"""The batch server's import: requests that SOAP left there, and files of a folder that a recurring task takes (contract §8).

Documents are judged one by one; rejected ones do not stop the rest. A file that was worked through moves to ``done/``, with a
trace of its rejected documents beside it (A for its place and form).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.objects import Row
from tidegate_sandbox.x3.order_object import ELEMENTS, OrderObject
from tidegate_sandbox.x3.problem import Problem

HEADER = (
    *("SALFCY", "SOHTYP", "SOHNUM", "CUSORDREF", "BPCORD", "ORDDAT", "CUR", "STOFCY", "BPDNAM"),
    *("ADDLIG1", "ADDLIG2", "ADDLIG3", "BPDPOSCOD", "BPDCTY", "BPDSAT", "BPDCRY", "DEMDLVDAT", "MDL"),
    *("BPTNUM", "YMAGKEY", "VACBPR", "PRITYP", "SOHTEX"),
)
LINE = ("ITMREF", "SAU", "QTY", "GROPRI", "DISCRGVAL1", "DSTOFCY", "ITMDES", "VACITM", "YMAGLIN")
END = "END"
Document = tuple[Row, dict[str, list[Row]]]


@dataclass(slots=True)
class Work:
    """One text of documents, as far as it was worked on."""

    documents: list[Document]
    due: datetime  #: the batch server takes it up then
    whole: str = ""  #: why none of it can be read
    checked: int = 0
    log: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether every document was judged."""
        return bool(self.whole) or self.checked == len(self.documents)


class ImportTask:
    """The template of orders, and what waits for it.

    ``refuses`` orders by their reference, each with its text; ``cannot_read`` texts in which one of these stands;
    ``keeps_logs``: whether anything is left of what was worked through.
    """

    def __init__(self, folder: Folder, orders: OrderObject) -> None:
        self._folder = folder
        self._orders = orders
        self._files: dict[str, Work] = {}
        self.requests: dict[str, Work] = {}
        self._taken = 0  #: documents of requests, and of files that were taken up
        self.pick_up: Path | None = None  #: where the recurring task finds files
        self._next_run = folder.clock.now()
        self.refuses: dict[str, str] = {}
        self.cannot_read: set[str] = set()
        self.keeps_logs = True

    def request(self, text: str, separator: str) -> str:
        """A new request in batch; its number."""
        number = f"{len(self.requests) + 1:08d}"
        self.requests[number] = self.work_of(text, separator)
        return number

    @property
    def arrived(self) -> int:
        """Documents that have come so far, whatever becomes of them; those of files that wait, too."""
        waiting = self.pick_up.glob("*.csv") if self.pick_up is not None else ()
        texts = [path.read_text("utf-8") for path in waiting if path.name not in self._files]
        return self._taken + sum(len(list(self._documents(text, "\n"))) for text in texts)

    def work_of(self, text: str, separator: str, *, carried: bool = True) -> Work:
        """The documents of a text; one that SOAP carries must end with END."""
        wait = timedelta(minutes=self._folder.options.batch_minutes or 0)
        work = Work([], self._folder.clock.now() + wait)
        if carried and not text.rstrip().endswith(END):
            work.whole = "END is missing: the text cannot be read"
        else:
            work.documents = list(self._documents(text, separator))
        self._taken += len(work.documents)
        if any(header.get("CUSORDREF") in self.cannot_read for header, _ in work.documents):
            work.whole = "the text is damaged and cannot be read"
        return work

    def run(self, most: int | None = None) -> None:
        """Let the batch server work: requests, then the recurring task; or as far as so many documents of each more."""
        with self._folder.company.staff():
            for number, work in sorted(self.requests.items()):
                self.go_on(work, most, number)
            self._files_of_the_folder(most)

    def next_due(self) -> datetime | None:
        """When the batch server goes on with what waits; None when nothing does, or nobody knows."""
        minutes = self._folder.options.batch_minutes
        moments = [work.due for work in self.requests.values() if not work.is_done]
        if self.pick_up is not None and any(self.pick_up.glob("*.csv")):
            moments.append(self._next_run)
        if minutes is None or not moments:
            return None
        return self._folder.company.window.open_from(max(min(moments), self._folder.clock.now()))

    def run_due(self) -> None:
        """What the batch server has done by now; in single-user mode it is stopped, too."""
        minutes = self._folder.options.batch_minutes
        if minutes is None or self._folder.company.window.closed() is not None:
            return
        now = self._folder.clock.now()
        for number, work in sorted(self.requests.items()):
            if not work.is_done and work.due <= now:
                with self._folder.company.staff():
                    self.go_on(work, None, number)
        if self.pick_up is not None and now >= self._next_run:
            self._next_run = now + timedelta(minutes=minutes)
            with self._folder.company.staff():
                self._files_of_the_folder(None)

    def _files_of_the_folder(self, most: int | None) -> None:
        if self.pick_up is not None:
            for path in sorted(self.pick_up.glob("*.csv")):
                self._file(path, most)

    def go_on(self, work: Work, most: int | None = None, name: str = "") -> None:
        """Judge further documents."""
        while not work.is_done and most != 0:
            most = None if most is None else most - 1
            header, tables = work.documents[work.checked]
            work.checked += 1
            key = str(header.get("CUSORDREF", ""))
            try:
                if key in self.refuses:
                    raise Problem(self.refuses[key])
                order, _ = self._orders.save(header, tables)
                work.log.append(f"{order.number} created")
            except (Problem, Refusal) as problem:
                texts = problem.messages if isinstance(problem, Problem) else (problem.text,)
                line = f"{name} record {work.checked} {key}: {'; '.join(texts)}"
                work.log.append(line)
                work.rejected.append(line)

    def _file(self, path: Path, most: int | None) -> None:
        if path.name not in self._files:
            self._files[path.name] = self.work_of(path.read_text("utf-8"), "\n", carried=False)
        work = self._files[path.name]
        self.go_on(work, most, path.name)
        if not work.is_done:
            return
        if not self.keeps_logs:
            path.unlink()
            return
        done = path.parent / "done"
        done.mkdir(exist_ok=True)
        lines = [f"{path.name}: {work.whole}"] if work.whole else work.rejected
        if lines:
            (done / path.name).with_suffix(".tra").write_text("\n".join(lines), "utf-8")
        path.replace(done / path.name)

    def _documents(self, text: str, separator: str) -> Iterator[Document]:
        header: Row | None = None
        tables: dict[str, list[Row]] = {}
        for record in [*text.split(separator), END]:
            kind, *parts = record.strip().split(";")
            if kind in ("E", END) and header is not None:
                yield header, tables
                header = None
            if kind == "E":
                header, tables = _header(parts), {self._orders.lines: [], ELEMENTS: []}
            elif kind == "L" and header is not None:
                tables[self._orders.lines].append(_named(LINE, parts))
            elif kind == "F" and header is not None:
                tables[ELEMENTS].append(_named(("INVDTA", "INVDTAAMT"), parts))


def _named(names: tuple[str, ...], parts: list[str]) -> Row:
    return {name: part for name, part in zip(names, parts, strict=False) if part}


def _header(parts: list[str]) -> Row:
    found = _named(HEADER, parts)
    lines = [found.pop(f"ADDLIG{at}", "") for at in (1, 2, 3)]
    return {**found, "BPDADDLIG": lines} if any(lines) else found
