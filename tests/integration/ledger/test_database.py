"""Opening, committing, and what is said when the ledger cannot be used."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW, create, new, side_by_side
from tidegate.ledger import alerts, database, delivery, marks, queue
from tidegate.ledger.faults import LedgerError


class Killed(BaseException):
    """The process dies here."""


def test_a_commit_is_all_or_nothing(ledger: Ledger) -> None:
    def fail() -> None:
        with database.transaction("test"):
            marks.write("a", "1", NOW)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fail()
    assert marks.read("a") is None


def test_an_inner_block_joins_and_undoes_only_itself(ledger: Ledger) -> None:
    def inner() -> None:
        with database.transaction("inner"):
            marks.write("b", "1", NOW)
            raise RuntimeError("no")

    with database.transaction("outer"):
        marks.write("a", "1", NOW)
        with pytest.raises(RuntimeError):
            inner()
        with database.transaction("inner"):
            marks.write("c", "1", NOW)
    assert [marks.read(name) for name in "abc"] == ["1", None, "1"]


def test_what_follows_a_commit_is_of_what_was_not_undone(ledger: Ledger) -> None:
    """Savepoints of one depth are one behind the other: undoing the later one leaves what the earlier one asked for."""
    done: list[str] = []

    def inner(name: str, fails: bool) -> None:
        with database.transaction("inner"):
            marks.write(name, "1", NOW)
            database.when_committed(lambda: done.append(name))
            with database.transaction("innermost"):
                marks.write(f"{name} within", "1", NOW)
            if fails:
                raise RuntimeError("no")

    with database.transaction("outer"):
        inner("a", fails=False)
        with pytest.raises(RuntimeError):
            inner("b", fails=True)
        inner("c", fails=False)
        assert done == []
    assert done == ["a", "c"]
    names = ("a", "a within", "b", "b within", "c", "c within")
    assert [marks.read(name) for name in names] == ["1", "1", None, None, "1", "1"]


def test_the_trip_is_called_around_outermost_commits_only(ledger: Ledger) -> None:
    seen: list[tuple[str, str]] = []
    database.set_trip(lambda label, moment: seen.append((label, moment)))
    with database.transaction("outer"), database.transaction("inner"):
        marks.write("a", "1", NOW)
    assert seen == [("outer", "before"), ("outer", "after")]


@pytest.mark.parametrize(("moment", "kept"), [("before", None), ("after", "1")])
def test_a_death_at_a_commit(ledger: Ledger, moment: str, kept: str | None) -> None:
    def trip(_: str, when: str) -> None:
        if when == moment:
            raise Killed

    def commit() -> None:
        with database.transaction("test"):
            marks.write("a", "1", NOW)

    database.set_trip(trip)
    with pytest.raises(Killed):
        commit()
    database.set_trip(None)
    database.close()
    assert marks.read("a") == kept


def test_changes_need_a_transaction_and_an_aware_instant(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="inside `with transaction"):
        delivery.create_many([new("k")], NOW)
    with pytest.raises(RuntimeError, match="inside"):
        alerts.raise_alert("code", "", "", "text", NOW)
    naive = datetime(2026, 3, 2)
    with pytest.raises(ValueError, match="aware"), database.transaction("test"):
        delivery.create_many([new("k")], naive)


@pytest.mark.usefixtures("durable")
def test_sqlite_is_set_to_lose_nothing(sqlite: Ledger) -> None:
    def pragma(name: str) -> object:
        with connection.cursor() as cursor:
            return cursor.execute(f"PRAGMA {name}").fetchone()[0]

    database.open_ledger(sqlite.url)
    assert [pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")] == [
        "wal",
        2,
        1,
        30_000,
    ]
    database.open_ledger(sqlite.url, durability="off")
    assert pragma("synchronous") == 0


@pytest.mark.usefixtures("durable")
def test_postgresql_is_set_to_lose_nothing(postgresql: str) -> None:
    def setting() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    database.open_ledger(postgresql)
    assert setting() == "on"
    database.open_ledger(postgresql, durability="off")
    assert setting() == "off"
    database.close()


def test_writers_wait_for_each_other(ledger: Ledger) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            with database.transaction("test"):
                delivery.create_many([new(f"{number}-{turn}")], NOW)

    side_by_side(6, work)
    assert queue.depth("main-uk") == 60


def test_one_process_can_open_another_ledger(sqlite: Ledger, migrated: Path, tmp_path: Path) -> None:
    create("first")
    second = tmp_path / "second.db"
    shutil.copyfile(migrated, second)
    waiting, go = threading.Event(), threading.Event()
    seen: list[object] = []

    def other_thread() -> None:
        seen.append(queue.by_key("first"))
        waiting.set()
        go.wait(10)
        seen.append(queue.by_key("first"))
        database.close()

    thread = threading.Thread(target=other_thread)
    thread.start()
    waiting.wait(10)
    database.open_ledger(f"sqlite:///{second}")
    go.set()
    thread.join(10)
    assert queue.by_key("first") is None
    assert seen[0] is not None
    assert seen[1] is None
    database.open_ledger(sqlite.url)
    assert queue.by_key("first") is not None


def test_not_while_a_transaction_is_open(sqlite: Ledger) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"), database.transaction("test"):
        database.open_ledger(sqlite.url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://host/db", "sqlite:///tidegate.db"),
        ("tidegate.db", "sqlite:///tidegate.db"),
        ("sqlite:///", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("sqlite:////nowhere/at/all/tidegate.db", "/nowhere/at/all does not exist"),
        ("sqlite:////tmp", "is a directory"),
        ("postgresql://", "names no database"),
        ("postgresql://u:sesame@host/db?no=1", "not a PostgreSQL URL"),
        ("postgresql://u:sesame%zz@host/db", "not a PostgreSQL URL"),
    ],
)
def test_a_wrong_address(url: str, said: str) -> None:
    with pytest.raises(LedgerError) as raised:
        database.open_ledger(url)
    assert said in str(raised.value)
    assert "sesame" not in str(raised.value)


def test_relative_addresses_stay_where_they_were_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database.open_ledger("sqlite:///a%20b.db")
    database.migrate()
    monkeypatch.chdir("/")
    create("k")
    database.close()
    assert (tmp_path / "a b.db").exists()
    assert str(tmp_path / "a b.db") in database.where()


def test_the_password_is_never_shown(postgresql: str) -> None:
    database.open_ledger("postgresql://ann:sesame@127.0.0.1:1/books")
    with pytest.raises(LedgerError) as raised:
        database.needs_migration()
    assert "cannot be reached" in str(raised.value)
    assert "books" in str(raised.value)
    assert "sesame" not in str(raised.value)
    database.close()


def test_a_full_disk(sqlite: Ledger) -> None:
    create("before")
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LedgerError, match="disk that holds the ledger is full"):
        create(*(f"k{number}" for number in range(500)), subject="x" * 1000)
    assert queue.depth("main-uk") == 1
    database.close()  # as the runner does; the limit goes with the connection
    create("after")


def test_a_ledger_locked_by_a_stranger(sqlite: Ledger) -> None:
    assert sqlite.path is not None
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(sqlite.path)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="locked by another process"):
            create("k")
    create("k")


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    path.write_text("Dear Sir or Madam, " * 1000)
    database.open_ledger(f"sqlite:///{path}")
    with pytest.raises(LedgerError, match="restore the last backup"):
        database.ensure_ready()
    database.close()


def test_a_damaged_file(sqlite: Ledger) -> None:
    assert sqlite.path is not None
    create(*(f"k{number}" for number in range(300)))
    database.close()
    with closing(sqlite3.connect(sqlite.path)) as tidy:
        tidy.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(sqlite.path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    sqlite.path.write_bytes(content)
    with pytest.raises(LedgerError, match="damaged"):
        queue.due("main-uk", "orders", "order", 10, NOW)


def test_an_empty_ledger_says_that_it_is(tmp_path: Path) -> None:
    database.open_ledger(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(LedgerError, match="missing or out of date"):
        queue.depth("main-uk")
    database.close()


def test_a_ledger_that_may_not_be_written(sqlite: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA query_only = ON"
        )  # root may write anything: the right itself cannot be taken away
    with pytest.raises(LedgerError, match="right to write"):
        create("k")


def test_a_server_that_went_away_is_connected_again(postgresql: str) -> None:
    database.open_ledger(postgresql)
    marks.read("a")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]

    def end_it(_: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [own])

    side_by_side(1, end_it)
    with pytest.raises(LedgerError, match="closed the connection"):
        marks.read("a")
    assert marks.read("a") is None
    side_by_side(1, end_it)
    database.close()


def test_a_backup_opens_and_goes_on(sqlite: Ledger, tmp_path: Path) -> None:
    create("before")
    copy = tmp_path / "copy.db"
    stop = threading.Event()

    def writer() -> None:
        number = 0
        while not stop.is_set():
            create(f"during-{number}")
            number += 1
        database.close()

    thread = threading.Thread(target=writer)
    thread.start()
    try:
        for _ in range(3):
            database.backup(copy)
    finally:
        stop.set()
        thread.join(10)
    assert stat.S_ISREG(copy.stat().st_mode)
    assert not copy.with_name("copy.db.partial").exists()
    total = queue.depth("main-uk")
    database.open_ledger(f"sqlite:///{copy}")
    assert not database.needs_migration()
    assert queue.by_key("before") is not None
    assert 1 <= queue.depth("main-uk") <= total
    create("after")


def test_a_backup_says_how_far_it_is_and_does_not_begin_anew_for_a_writer(
    sqlite: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two parts of the copy somebody commits: SQLite starts a copy without a view of its own again."""
    monkeypatch.setattr(database, "PAGES", 20)
    create("before")
    steps: list[tuple[int, int]] = []

    def progress(copied: int, of: int) -> None:
        create(f"during-{len(steps)}")
        steps.append((copied, of))

    database.backup(tmp_path / "copy.db", progress)
    whole = steps[0][1]
    assert steps == [(min(20 * number, whole), whole) for number in range(1, len(steps) + 1)]
    assert len(steps) > 5
    assert queue.by_key("during-0") is not None
    database.open_ledger(f"sqlite:///{tmp_path / 'copy.db'}")
    assert queue.by_key("before") is not None
    assert queue.by_key("during-0") is None, "of the moment at which it began"


def test_a_backup_is_complete_or_absent(sqlite: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="ledger itself"):
        database.backup(sqlite.path or "")
    with pytest.raises(LedgerError, match="does not exist"):
        database.backup(tmp_path / "no" / "copy.db")
    with pytest.raises(LedgerError, match="directory"):
        database.backup(tmp_path)
    assert queue.depth("main-uk") == 0


def test_postgresql_has_its_own_backups(postgresql: str) -> None:
    database.open_ledger(postgresql)
    assert database.vendor() == "postgresql"
    with pytest.raises(LedgerError, match="pg_dump"):
        database.backup("/tmp/copy.db")
    database.close()
