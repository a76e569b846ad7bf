"""The console's record of changes lies in the ledger's database: persons are taken out of it here.

Its table is there only where a console has run, and its model only in the console's own processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from tidegate.domain.orders.personal import ERASED, Quotes
from tidegate.ledger import rows

TABLE = "console_change"
_TEXTS = "subject, before, after, reason"


def blank(connection_name: str, deliveries: Iterable[int], quotes: Quotes) -> int:
    """Take a person out of all that was changed of a connection; how many rows were changed. In a transaction."""
    if not _is_there():
        return 0
    sql = f"SELECT id, delivery, act, {_TEXTS} FROM {TABLE} WHERE connection = %s"  # noqa: S608 - our own names
    return _rewrite(rows.fetch_all(sql, connection_name), set(deliveries), quotes)


def blank_of(deliveries: Sequence[int], quotes: Quotes) -> int:
    """The same of these deliveries alone."""
    if not deliveries or not _is_there():
        return 0
    sql = f"SELECT id, delivery, act, {_TEXTS} FROM {TABLE} WHERE delivery IN ({rows.marks(deliveries)})"  # noqa: S608
    return _rewrite(rows.fetch_all(sql, *deliveries), set(deliveries), quotes)


def _is_there() -> bool:
    return TABLE in connection.introspection.table_names()


def _rewrite(found: Iterable[tuple[object, ...]], deliveries: set[int], quotes: Quotes) -> int:
    """Edits of the person's own deliveries lose their values whole, everything else what it quotes."""
    count = 0
    for pk, delivery, act, *texts in found:
        known = [str(text) for text in texts]
        after = [quotes.out_of(text) for text in known]
        if act == "edit" and delivery in deliveries:
            after = [after[0], *(ERASED if text else "" for text in known[1:])]
        if after != known:
            sql = f"UPDATE {TABLE} SET subject = %s, before = %s, after = %s, reason = %s WHERE id = %s"  # noqa: S608
            count += rows.execute(sql, *after, pk)
    return count
