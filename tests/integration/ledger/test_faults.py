"""What the database says, and what the operator is told."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

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
