"""The ledger's SQLite file: made for its owner's eyes only, distinguished from other files, and known again."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from tidegate.ledger.faults import LedgerError, LedgerGone

#: Stands in the header of every ledger made since this was introduced (sqlite.org/pragma, application_id).
APPLICATION_ID = 0x5469_6465
_MAGIC = b"SQLite format 3\0"

Identity = tuple[int, int]
"""Device and number of a file: another file at the same path has another one."""


def identity(path: Path) -> Identity | None:
    """Which file is there now; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def meet(path: Path) -> Identity:
    """Make the ledger's file, or see that the one that is there is a ledger. Raises `LedgerError`."""
    if identity(path) is None:
        make(path)
    refuse_foreign(path)
    found = identity(path)
    if found is None:
        raise gone(path)
    return found


def make(path: Path) -> None:
    """A new file, complete or absent at every instant, for its owner only.

    Who opens it later finds the application id, so an empty or foreign file is never one of ours.
    """
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        private(new)
        with closing(sqlite3.connect(new, isolation_level=None)) as database:
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        os.link(new, path)
    except FileExistsError:
        return  # another process was first
    except OSError as error:
        raise LedgerError(
            f"ledger {path}: the file cannot be made ({error.strerror}). Give the user that runs Tidegate "
            "the right to write to its directory, or correct `[hub] ledger`."
        ) from error
    finally:
        new.unlink(missing_ok=True)


def private(path: Path) -> None:
    """Make an empty file that only its owner may read; one that is there already stays as it is."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def sync_folder(folder: Path) -> None:
    """Make a new name in this folder durable, where the system can do that: Windows opens no folder."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def refuse_foreign(path: Path) -> None:
    """Raise `LedgerError` for an empty file and for another program's database: nothing is written into it."""
    with path.open("rb") as file:
        head = file.read(72)
    if not head:
        raise LedgerError(
            f"ledger {path}: the file is empty. Was it truncated? Then restore the last backup. If there has "
            "never been a ledger, remove the file: `tidegate run` makes a new one."
        )
    if head[:16] != _MAGIC:
        raise LedgerError(
            f"ledger {path}: this is neither a Tidegate ledger nor a SQLite database. Correct `[hub] "
            "ledger`; if a ledger was there, keep the file for analysis and restore the last backup."
        )
    if int.from_bytes(head[68:72], "big") == APPLICATION_ID:
        return
    with closing(sqlite3.connect(path)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "tidegate_delivery" in tables:
        return  # made by an earlier version
    whose = f"another program's (it has the table {min(tables)})" if tables else "empty"
    raise LedgerError(
        f"ledger {path}: this database is {whose}, so it is not a Tidegate ledger and is not changed. Name "
        "another file in `[hub] ledger`."
    )


def gone(path: Path) -> LedgerGone:
    """What to say when the file was taken away under a hub that works with it."""
    what = "was deleted" if identity(path) is None else "was replaced by another file"
    return LedgerGone(
        f"ledger {path}: the file {what} while Tidegate worked with it. Nothing more is sent. Put the ledger "
        "back, or restore the last backup, while Tidegate is stopped: orders sent since then are found "
        "again in Sage by their keys, not sent twice."
    )


# --- a note beside a lost ledger ------------------------------------------------------


def note_of(path: Path) -> Path:
    """The path of the note: a lost ledger cannot hold an alert."""
    return path.with_name(f"{path.name}.gone")


def leave_note(path: Path, text: str) -> None:
    """Keep the reason beside the ledger, so that a restart does not use an empty or other one."""
    try:
        note = note_of(path)
        private(note)
        note.write_text(text + "\n", encoding="utf-8")
    except OSError:
        return  # the directory is gone, too: log and exit code have said it


def heed_note(path: Path) -> None:
    """Raise `LedgerGone` while the note exists: a person decides and removes it."""
    note = note_of(path)
    try:
        text = note.read_text(encoding="utf-8").strip()
    except OSError:
        return
    raise LedgerGone(f"{text} Then remove {note}.")


# --- who may read it --------------------------------------------------------------------------


def loose(path: Path) -> list[tuple[Path, str]]:
    """The ledger's files, copies included, that others than their owner may use, with their modes."""
    if os.name != "posix":
        return []
    beside = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm")), note_of(path)]
    beside += sorted(path.parent.glob(f"{path.name}.before-*"))
    found = []
    for each in beside:
        try:
            mode = stat.S_IMODE(each.stat().st_mode)
        except OSError:
            continue
        if mode & 0o077:
            found.append((each, f"{mode:04o}"))
    return found
