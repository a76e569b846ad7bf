"""The ledger's file: whose it is, who may read it, and what happens when it is taken away."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW
from tidegate.ledger import database, file, marks, presence
from tidegate.ledger.faults import LedgerError, LedgerGone, explain


def opened(path: Path) -> None:
    database.open_ledger(f"sqlite:///{path}")
    try:
        database.ensure_ready()
    finally:
        database.close()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.touch()
    with pytest.raises(LedgerError, match="the file is empty"):
        opened(path)
    assert path.stat().st_size == 0


def test_another_program_s_database_is_refused_and_stays_untouched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TABLE customers (name TEXT)")
        foreign.commit()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"another program's \(it has the table customers\)"):
        opened(path)
    assert path.read_bytes() == before


def test_an_empty_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as empty:
        empty.execute("PRAGMA journal_mode = WAL")
    with pytest.raises(LedgerError, match="this database is empty"):
        opened(path)


def test_a_text_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("orders\n" * 100)
    with pytest.raises(LedgerError, match="neither a Tidegate ledger"):
        opened(path)


def test_a_ledger_that_was_made_and_not_yet_migrated_is_ours(tmp_path: Path) -> None:
    """A process that is killed right after it made the file leaves one that the next process goes on with."""
    path = tmp_path / "ledger.db"
    file.make(path)
    opened(path)
    assert path.stat().st_size > 100_000


def test_a_ledger_of_an_earlier_version_is_known_by_its_tables(sqlite: Ledger) -> None:
    assert sqlite.path is not None
    database.close()
    with closing(sqlite3.connect(sqlite.path)) as older:
        older.execute("PRAGMA application_id = 0")
    opened(sqlite.path)


def test_only_the_owner_may_read_what_is_made(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    before = os.umask(0)
    try:
        database.open_ledger(f"sqlite:///{path}")
        database.ensure_ready()
        with database.transaction("test"):
            marks.write("a", "1", NOW)
        database.backup(tmp_path / "copy.db")
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    finally:
        os.umask(before)
        database.close()
    assert set(modes) == {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock", "copy.db"}
    assert set(modes.values()) == {0o600}


def test_a_looser_mode_is_named(sqlite: Ledger) -> None:
    assert sqlite.path is not None
    sqlite.path.chmod(0o600)
    assert database.loose_files() == []
    sqlite.path.chmod(0o640)
    assert database.loose_files() == [(sqlite.path, "0640")]


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_committed_to_a_file_that_is_gone(sqlite: Ledger, tmp_path: Path, replaced: bool) -> None:
    assert sqlite.path is not None
    shutil.copy(sqlite.path, tmp_path / "copy.db")
    with database.transaction("test"):
        marks.write("a", "1", NOW)
    sqlite.path.unlink()
    if replaced:
        (tmp_path / "copy.db").rename(sqlite.path)

    def write() -> None:
        with database.transaction("test"):
            marks.write("a", "2", NOW)

    with pytest.raises(LedgerGone, match="was replaced" if replaced else "was deleted"):
        write()
    database.close()
    with pytest.raises(LedgerGone):
        marks.read("a")  # a new connection neither makes a new file nor takes the other one
    assert sqlite.path.exists() is replaced


def test_an_older_copy_in_place_of_the_ledger_is_noticed_on_both_databases(ledger: Ledger) -> None:
    with database.transaction("test"):
        number = presence.register(NOW)
    presence.check(number)
    with database.transaction("test"):
        marks.write(presence.STARTS, str(number - 1), NOW)
    with pytest.raises(LedgerGone, match="content was replaced"):
        presence.check(number)


def test_a_note_beside_the_ledger_keeps_the_next_start_from_going_on(sqlite: Ledger) -> None:
    assert sqlite.path is not None
    database.leave_note("ledger x: the file was deleted.")
    with pytest.raises(LedgerGone, match=r"was deleted\. Then remove .*ledger\.db\.gone"):
        database.open_ledger(sqlite.url)
    file.note_of(sqlite.path).unlink()
    database.open_ledger(sqlite.url)


def test_a_disk_error_is_reported_as_what_it_is() -> None:
    told = str(explain(OperationalError("disk I/O error"), "ledger x"))
    assert "the disk, or the network share" in told
    assert "damaged or is not" not in told
