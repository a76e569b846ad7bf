"""What every statement costs, counted by the database itself: nothing here is timed.

SQLite tells the steps of its virtual machine, PostgreSQL the rows and pages that a plan has looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

#: SQLite says so often that it is still at work.
STEPS = 100
_TABLE = re.compile(r"\b(?:SCAN|SEARCH) (\w+)")
_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Statement:
    """One statement that was carried out. `work` is in steps of SQLite, or in rows and pages of PostgreSQL."""

    sql: str
    parameters: Any
    many: bool
    work: int = 0
    plan: tuple[str, ...] = ()


@dataclass
class Meter:
    """The statements of this thread, in their order."""

    statements: list[Statement] = field(default_factory=list)

    def __call__(
        self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        statement = Statement(sql, parameters, many)
        self.statements.append(statement)
        if connection.vendor == "postgresql" and asks(sql):
            measured(statement)
        return execute(sql, parameters, many, context)

    def tick(self) -> int:
        """A hundred steps more, of the statement that was begun last."""
        if self.statements:
            self.statements[-1].work += STEPS
        return 0  # anything else would end the statement


def asks(sql: str) -> bool:
    """Whether it is a question or a change of rows: anything else has no plan."""
    return sql.lstrip().upper().startswith(("SELECT", "WITH", *_WRITES))


@contextmanager
def metered() -> Iterator[Meter]:
    """Count what this thread's statements cost."""
    meter = Meter()
    connection.ensure_connection()
    raw: Any = connection.connection
    if connection.vendor == "sqlite":
        raw.set_progress_handler(meter.tick, STEPS)
    try:
        with connection.execute_wrapper(meter):
            yield meter
    finally:
        if connection.vendor == "sqlite":
            raw.set_progress_handler(None, 0)
    if connection.vendor == "sqlite":
        for statement in meter.statements:
            statement.plan = explained(statement)


def explained(statement: Statement) -> tuple[str, ...]:
    """SQLite's plan, line by line."""
    if not asks(statement.sql):
        return ()
    given = statement.parameters
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement.sql}", given[0] if statement.many and given else given)
        return tuple(str(row[3]) for row in cursor.fetchall())


def measured(statement: Statement) -> None:
    """PostgreSQL's plan with its figures; what changes rows is planned and not carried out."""
    given = statement.parameters
    if statement.many:
        if not given:
            return
        given = next(iter(given))
    only_asks = not statement.sql.lstrip().upper().startswith(_WRITES)
    options = "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON" if only_asks else "FORMAT JSON"
    raw: Any = connection.connection
    with raw.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}) {statement.sql}", given)
        ((found,),) = cursor.fetchall()
    top = found[0]["Plan"]
    nodes = list(_nodes(top))
    statement.plan = tuple(_reported(node) for node in nodes)
    statement.work = int(
        sum(_rows(node) for node in nodes)
        + top.get("Shared Hit Blocks", 0)
        + top.get("Shared Read Blocks", 0)
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def _rows(node: dict[str, Any]) -> float:
    if "Relation Name" not in node:
        return 0
    seen = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
    return float((seen + node.get("Rows Removed by Index Recheck", 0)) * node.get("Actual Loops", 1))


def _reported(node: dict[str, Any]) -> str:
    table = node.get("Relation Name", "")
    by = f" USING INDEX {node['Index Name']}" if "Index Name" in node else ""
    kind = "SCAN" if node["Node Type"] == "Seq Scan" else node["Node Type"]
    return f"{kind} {table}{by}".strip()


def scans(statement: Statement, tables: tuple[str, ...], aliases: dict[str, str]) -> list[str]:
    """The lines of the plan that walk the whole of one of these tables, or of an index that has it all."""
    found = []
    for line in statement.plan:
        named = _TABLE.search(line)
        if line.startswith("SCAN") and named and aliases.get(named[1], named[1]) in tables:
            found.append(line)
    return found
