"""Opening, migrating, backing up, and the one way to write: `transaction`.

Django is used as a library. One process has one ledger open at a time; each thread has its own
connection to it and gives it back with `close`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import portalocker
from django.conf import settings
from django.db import connection, connections
from django.db import transaction as django_transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tidegate.ledger import file
from tidegate.ledger.faults import LedgerError, NotReady, explain
from tidegate.ledger.location import BUSY_SECONDS, Location, locate
from tidegate.ledger.location import Durability as Durability
from tidegate.ledger.migration_names import OURS, all_applied
from tidegate.ledger.writer_queue import WriterQueue

Trip = Callable[[str, str], None]

_guard = threading.Lock()
_meeting = threading.Lock()
_writers = WriterQueue()  #: of this process: SQLite would make the others fail after a while
_opened: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()
_here: Location | None = None
_trip: Trip | None = None
_file: file.Identity | None = None  #: the file that this process has opened as its ledger

# Django's own looks for an event loop each time that a connection is asked for: a hub asks for it in threads alone.
connections._connections = threading.local()  # type: ignore[attr-defined]

MIGRATION_LOCK = 0x7469_6465  # "tide": the advisory lock that PostgreSQL holds during a migration


def open_ledger(url: str, *, durability: Durability = "full") -> None:
    """Point this process at a ledger; called again, close what is open and point elsewhere.

    `durability="off"` gives up safety against power loss for speed: simulations only.
    Raises `LedgerError`, in words that say what to do.
    """
    global _here, _file
    location = locate(url, durability)
    if location.path is not None:
        file.heed_note(location.path)
    if connection.in_atomic_block:
        raise RuntimeError("open_ledger inside a transaction")
    with _guard:
        for old in list(_opened):
            old.inc_thread_sharing()  # connections of other threads, idle by now
            old.close()
        _opened.clear()
        _point_at(location.settings)
        _here, _file = location, None


def meet_file() -> None:
    """Before a connection: make the ledger's file, or see that it is a ledger, and always the same one.

    Raises `LedgerGone` when another file, or none, lies there now, and `LedgerError` for what is not a ledger.
    """
    global _file
    if _here is None or _here.path is None:
        return
    with _meeting:
        if _file is None:
            _file = file.meet(_here.path)
    check_file()


def check_file() -> None:
    """Raise `LedgerGone` when the file was deleted or replaced: what is committed to it would be lost."""
    path = _here.path if _here is not None else None
    if path is not None and _file is not None and file.identity(path) != _file:
        raise file.gone(path)


def loose_files() -> list[tuple[Path, str]]:
    """The ledger's files that others than their owner may use, with their modes."""
    return file.loose(_here.path) if _here is not None and _here.path is not None else []


def leave_note(text: str) -> None:
    """Record beside a lost ledger why the hub has stopped."""
    if _here is not None and _here.path is not None:
        file.leave_note(_here.path, text)


def _point_at(wanted: dict[str, Any]) -> None:
    """Django reads its settings once; its connections are made to see others.

    Each thread's connection object shares one dictionary of settings and reads it when it connects. So
    that is what changes: new connection objects would never be freed (a context variable keeps them), and
    a simulation opens a hundred thousand ledgers in one process.
    """
    new = connections.configure_settings({"default": wanted})["default"]
    known = connections.settings["default"]
    if known["ENGINE"] != new["ENGINE"]:
        connections._connections = threading.local()  # type: ignore[attr-defined]
        connections.settings["default"] = new
    else:
        known.clear()
        known.update(new)
    settings.DATABASES = dict(connections.settings)


def _prepare(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    _opened.add(connection)
    if _explained not in connection.execute_wrappers:
        connection.execute_wrappers.append(_explained)


connection_created.connect(_prepare, dispatch_uid="tidegate.ledger")


def _explained(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    try:
        return execute(sql, params, many, context)
    except Exception as error:
        clear = explain(error, where())
        if clear is None:
            raise
        wrapper = context["connection"]
        if wrapper.vendor == "postgresql" and not wrapper.in_atomic_block:
            wrapper.close_if_unusable_or_obsolete()  # a restarted server: the next call connects again
        raise clear from error


@contextmanager
def explained() -> Iterator[None]:
    """What the database says, said so that an operator knows what to do; by Django's way, or by its driver's own."""
    try:
        with connection.wrap_database_errors:
            yield
    except Exception as error:
        clear = explain(error, where())
        if clear is None:
            raise
        raise clear from error


def where() -> str:
    """The ledger's place in words, without secrets."""
    return _here.words if _here else "ledger (not opened)"


def place() -> Path | None:
    """The file of a SQLite ledger; None for PostgreSQL, or when none is open."""
    return _here.path if _here is not None else None


def vendor() -> str:
    """`sqlite` or `postgresql`."""
    return connection.vendor


def set_trip(trip: Trip | None) -> None:
    """Have `trip(label, "before" | "after")` called around every commit; it may raise to act a crash."""
    global _trip
    _trip = trip


@contextmanager
def transaction(label: str) -> Iterator[None]:
    """All or nothing, and on disk when it ends. Used inside another one, it joins that one.

    An inner block that raises undoes its own changes only, so that an outer one may catch and go on.
    """
    if connection.in_atomic_block:
        with django_transaction.atomic():
            yield
        return
    check_file()
    connection.close_if_unusable_or_obsolete()
    with explained(), _turn_to_write(), django_transaction.atomic(durable=True):
        yield
        if _trip is not None:
            _trip(label, "before")
    if _trip is not None:
        _trip(label, "after")


def in_transaction() -> bool:
    """Whether this thread is inside a transaction."""
    return bool(connection.in_atomic_block)


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """Threads of this process write to SQLite one after the other, however long one of them takes."""
    if connection.vendor != "sqlite":
        yield
        return
    with _writers.turn():
        yield


def when_committed(act: Callable[[], None]) -> None:
    """Do it when what this transaction says is true: after its commit, and not at all when it is undone."""
    django_transaction.on_commit(act, robust=True)  # a log that cannot be written undoes nothing


def inside(now: datetime) -> None:
    """Assert what every changing function needs: an open transaction and an aware instant."""
    if not connection.in_atomic_block:
        raise RuntimeError("the ledger is changed inside `with transaction(...)` only")
    if now.tzinfo is None:
        raise ValueError("`now` must be aware, e.g. datetime(2026, 3, 2, tzinfo=UTC)")


def close() -> None:
    """Give back this thread's connection; a thread that used the ledger calls this before it ends."""
    connections.close_all()


def rest() -> None:
    """This thread waits: it gives back a server's connection, of which there are few. One to a file is in nobody's way."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        close()


# --- migrations -------------------------------------------------------------------------------


def needs_migration() -> bool:
    """Whether the ledger is empty or older than this program; `NotReady` when it is newer."""
    with explained():
        if all_applied():
            return False
    return bool(_outstanding())


def ensure_ready() -> None:
    """Bring an empty or older ledger up to date, one process at a time; raises `LedgerError`."""
    if needs_migration():
        migrate()


def migrate() -> None:
    """Apply what is outstanding, under a lock. An older SQLite ledger is copied first, beside itself."""
    with _migration_lock():
        outstanding = _outstanding()
        if not outstanding:
            return
        if _here is not None and _here.path is not None and connection.introspection.table_names():
            backup(_here.path.with_name(f"{_here.path.name}.before-{outstanding[0]}"))
        from django.core.management import call_command

        with explained():
            call_command("migrate", verbosity=0, interactive=False)


def _outstanding() -> list[str]:
    from django.db.migrations.executor import MigrationExecutor  # a ledger that is up to date needs none

    with explained():
        executor = MigrationExecutor(connection)
    applied = {name for app, name in executor.loader.applied_migrations if app == OURS}
    known = {name for app, name in executor.loader.disk_migrations if app == OURS}
    if newer := sorted(applied - known):
        raise NotReady(
            f"{where()}: a newer Tidegate has worked with this ledger (it has {newer[-1]}). "
            "Install that version again, or restore the backup made before the upgrade."
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration.name for migration, _ in plan]


@contextmanager
def _migration_lock() -> Iterator[None]:
    if _here is not None and _here.path is not None:
        beside = _here.path.with_name(_here.path.name + ".lock")
        file.private(beside)
        with portalocker.Lock(beside, "a", flags=portalocker.LockFlags.EXCLUSIVE):  # waits for its turn
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")  # a long migration elsewhere is waited for
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
            cursor.execute("RESET lock_timeout")


# --- what was deleted --------------------------------------------------------------------------


def compact() -> bool:
    """Write a SQLite file anew, so that no freed page and no WAL holds what was deleted.

    False when another process kept the old WAL open. PostgreSQL's autovacuum does it by itself, later.
    """
    if connection.vendor != "sqlite":
        return True
    with explained(), _turn_to_write(), connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA busy_timeout = 2000")  # a reader that stays may do so
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return busy is None or not busy[0]


# --- backup -----------------------------------------------------------------------------------


#: Pages that are copied between two words about the progress: 16 MiB.
PAGES = 4_096

Progress = Callable[[int, int], None]
"""How many pages are copied, and of how many."""


def backup(path: str | Path, progress: Progress = lambda _copied, _of: None) -> None:
    """Copy a SQLite ledger to `path` while it is in use; consistent, checked, and complete or absent.

    The copy is of the moment at which it began: what is written meanwhile neither waits for it nor starts it anew.
    """
    if _here is None or _here.path is None:
        raise LedgerError(
            f"{where()}: PostgreSQL has its own tools for backups: "
            "use pg_dump --format=custom, or continuous archiving."
        )
    target = Path(path).expanduser().absolute()
    if target.is_dir():
        raise LedgerError(f"backup to {target}: this is a directory. Name a file in it.")
    if not target.parent.is_dir():
        raise LedgerError(f"backup to {target}: the directory {target.parent} does not exist.")
    if target.exists() and _here.path.exists() and target.samefile(_here.path):
        raise LedgerError(f"backup to {target}: this is the ledger itself. Name another file.")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        file.private(partial)
        with closing(sqlite3.connect(_here.path)) as live, closing(sqlite3.connect(partial)) as copy:
            live.execute("BEGIN")
            live.execute(
                "SELECT count(*) FROM sqlite_master"
            ).fetchone()  # this view of the ledger is what is copied
            live.backup(copy, pages=PAGES, progress=lambda _, left, of: progress(of - left, of), sleep=0)
            live.rollback()
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise LedgerError(f"backup to {target}: the copy is damaged, so the ledger may be: {verdict}")
        with partial.open("rb") as copied:
            os.fsync(copied.fileno())
        partial.replace(target)
        file.sync_folder(target.parent)
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"backup to {target} failed: {error}. The ledger itself is untouched.") from error
    finally:
        partial.unlink(missing_ok=True)
