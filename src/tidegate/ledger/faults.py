"""What can be wrong with the ledger itself, each with what to do about it."""

from __future__ import annotations

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError


class LedgerError(Exception):
    """The ledger cannot be used; the text says what to do."""


class LedgerGone(LedgerError):
    """The ledger was deleted or replaced under a running hub: it stops, and a person decides."""


class NotReady(LedgerError):
    """The ledger is empty, or older or newer than this version of Tidegate."""


class LeaseLost(Exception):
    """Another worker took over: nothing of this one may be committed."""


class KeyReuse(Exception):
    """A key would go out again while an earlier attempt under it is unresolved: a programmer's error."""


class ParcelOpen(Exception):
    """A second parcel would be opened where the company takes one at a time."""


class NotAllowed(Exception):
    """An operator asked for what this delivery's state does not allow; the text says what is possible."""


class NotFound(NotAllowed):
    """There is no such delivery."""


#: What concerns the ledger or this worker as a whole, and no single record.
OF_THE_LEDGER = (LedgerError, LeaseLost, KeyReuse, DatabaseError, InterfaceError)

#: parts of the databases' own messages, in lower case -> the text for the operator
_EXPLANATIONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("disk is full", "no space left", "disk full", "sqlite_ioerr_shmsize"),
        "the disk that holds the ledger is full. Nothing was recorded, so nothing was sent. Free some "
        "space; the hub continues by itself with the next cycle.",
    ),
    (
        ("database is locked", "database table is locked", "lock timeout", "could not obtain lock"),
        "the ledger is locked by another process for more than 30 seconds. "
        "Close other programs that have the database open (a database browser, a backup of the live file); "
        "use `tidegate backup` for backups.",
    ),
    (
        ("readonly database", "read-only", "permission denied"),
        "the ledger cannot be written. Give the user that runs Tidegate the right to write to the file "
        "AND to its directory (SQLite keeps its journal beside it), or to the tables.",
    ),
    (
        ("disk i/o error",),
        "the disk, or the network share, that holds the ledger reported an error (disk I/O error). Nothing "
        "was recorded, so nothing was sent; the hub tries again. Check the machine's log (`dmesg`) and the "
        "mount for disk errors. The ledger may still be sound: `tidegate backup` checks it.",
    ),
    (
        ("malformed", "not a database", "file is encrypted"),
        "the ledger's file is damaged or is not a Tidegate ledger. Stop Tidegate, keep the file for "
        "analysis and restore the last backup: orders sent since then are found again in Sage by "
        "their keys, not sent twice.",
    ),
    (
        ("password authentication failed", "no password supplied", "pg_hba.conf", 'fatal:  role "'),
        "PostgreSQL refused the user or the password in `[hub] ledger`.",
    ),
    (
        ("too many clients", "too many connections", "remaining connection slots"),
        "PostgreSQL runs, but gives out no more connections: its `max_connections`, or the limit of this user "
        "or database, is reached. Raise it, or lower `[hub] threads` or `tidegate worker --jobs`; what other "
        "programs keep open counts, too. Nothing was recorded, so nothing was sent; the hub tries again.",
    ),
    (
        ('fatal:  database "',),
        "PostgreSQL has no database of that name. Create it (`createdb`), or correct `[hub] ledger`.",
    ),
    (
        ("no such table", "no such column", "has no column", "does not exist"),
        "the ledger's tables are missing or out of date. `tidegate run` creates them; or correct `[hub] "
        "ledger`.",
    ),
    (
        ("unable to open database file",),
        "the ledger's file cannot be opened. Check the path in `[hub] ledger`: its directory must exist and "
        "be writable.",
    ),
    (
        (
            "connection refused",
            "could not connect",
            "connection failed",
            "could not translate",
            "failed to resolve",
            "is the server running",
            "the database system is",  # starting up, shutting down, in recovery
        ),
        "PostgreSQL cannot be reached at the address in `[hub] ledger`. Is the server running, "
        "and reachable from here?",
    ),
    (
        (
            "server closed the connection",
            "terminating connection",
            "connection is closed",
            "consuming input failed",
        ),
        "PostgreSQL closed the connection. What was not committed was not recorded; "
        "the next cycle connects again.",
    ),
)


def explain(error: BaseException, where: str) -> LedgerError | None:
    """The clear error for a database's own one, or None when it is not the database's state."""
    if not isinstance(error, DatabaseError | InterfaceError) or isinstance(error, IntegrityError | DataError):
        return None  # the last two speak of one row, and may quote it
    text = str(error).strip()
    # SQLite calls a disk that is full already when the file is opened an I/O error; its own name says more
    lowered = f"{text} {getattr(error.__cause__, 'sqlite_errorname', '')}".lower()
    for signs, advice in _EXPLANATIONS:
        if any(sign in lowered for sign in signs):
            return LedgerError(f"{where}: {advice} (The database says: {text})")
    if isinstance(error, OperationalError | InterfaceError):
        return LedgerError(f"{where}: the database failed: {text}")
    return None
