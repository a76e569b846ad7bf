"""What the database says, and what the operator is told."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError
from django.db.backends.sqlite3 import base

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW, create
from tidegate.ledger import database, models, queue
from tidegate.ledger.faults import LedgerError, explain


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("postgresql://postgres:@/nothing?", "createdb"),
        ("postgresql://nobody:sesame@/postgres?", "refused the user or the password"),
    ],
)
def test_a_server_without_such_a_database_or_user(postgresql: str, start: str, said: str) -> None:
    database.open_ledger(start + postgresql.partition("?")[2])
    with pytest.raises(LedgerError, match=said):
        queue.depth("main-uk")
    database.close()


def test_a_refused_row_is_not_taken_for_a_broken_ledger(ledger: Ledger) -> None:
    """PostgreSQL quotes the row in its message, and a row may hold any words."""
    key = "database disk image is malformed"
    create(key)
    with pytest.raises(IntegrityError), database.transaction("test"):
        models.Delivery.objects.create(
            connection="c", flow="f", step="s", key=key, state="queued", created_at=NOW, changed_at=NOW
        )


def test_what_nobody_foresaw_is_still_a_ledger_error() -> None:
    told = explain(OperationalError("the moon is full"), "ledger x")
    assert str(told) == "ledger x: the database failed: the moon is full"
    assert explain(DatabaseError("odd"), "ledger x") is None
    assert explain(ValueError("disk is full"), "ledger x") is None


@pytest.mark.parametrize(
    "said",
    [
        'connection to server on socket "/tmp/.s.PGSQL.5432" failed: No such file or directory\n'
        "\tIs the server running locally and accepting connections on that socket?",
        "connection failed: FATAL:  the database system is starting up",
    ],
)
def test_a_server_that_is_not_there(said: str) -> None:
    assert "cannot be reached" in str(explain(OperationalError(said), "ledger x"))


def test_a_disk_that_is_full_when_the_file_is_opened_is_not_a_broken_file() -> None:
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    error = OperationalError("disk I/O error")
    error.__cause__ = cause
    assert "is full" in str(explain(error, "ledger x"))
    cause.sqlite_errorname = "SQLITE_IOERR_READ"
    assert "reported an error" in str(explain(error, "ledger x"))


def test_a_file_that_its_last_user_is_leaving_is_waited_for(
    sqlite: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, refused = base.DatabaseWrapper.get_new_connection, [3]

    def sometimes(self: base.DatabaseWrapper, parameters: dict[str, Any]) -> Any:
        if refused[0]:
            refused[0] -= 1
            raise sqlite3.OperationalError("database is locked")
        return connect(self, parameters)

    monkeypatch.setattr(base.DatabaseWrapper, "get_new_connection", sometimes)
    database.close()
    assert queue.depth("main-uk") == 0
    assert refused == [0]
