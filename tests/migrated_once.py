"""Ledgers in files are migrated once in each worker: whoever makes another empty one ready is given a copy of the first.

Migrations take longer than most tests, and every command makes its ledger ready. Tests that ask about migrations
themselves are `migrating`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from django.apps import apps
from django.db import connection

from tidegate.ledger import database

OWN: Callable[[], None] = database.migrate
#: The first ledger of each set of applications, in memory: the console has tables of its own, and is not always there.
_first: dict[tuple[str, ...], sqlite3.Connection] = {}


def migrate() -> None:
    """As `tidegate.ledger.database.migrate`."""
    installed = tuple(sorted(each.name for each in apps.get_app_configs()))
    if database.place() is None or connection.introspection.table_names():
        OWN()
    elif installed in _first:
        with database._migration_lock():
            if not connection.introspection.table_names():
                _first[installed].backup(connection.connection)
    else:
        OWN()
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(kept)
        _first[installed] = kept


def forget() -> None:
    """The session is over."""
    for each in _first.values():
        each.close()
    _first.clear()
