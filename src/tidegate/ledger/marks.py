"""Small facts by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable

_WRITE = """
    INSERT INTO tidegate_mark (name, value) VALUES {}
    ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value
"""


def read(name: str) -> str | None:
    """The mark's value, or None."""
    row = rows.fetch_one("SELECT value FROM tidegate_mark WHERE name = %s", name)
    return str(row[0]) if row else None


def read_all(names: Sequence[str]) -> dict[str, str]:
    """The marks of these names that are set, by one statement."""
    found: dict[str, str] = {}
    for part in rows.chunks(names):
        found |= rows.find(models.Mark, ("name", "value"), f"WHERE name IN ({rows.marks(part)})", *part)
    return found


def last_runs(connection: str, flows: Iterable[str]) -> dict[str, datetime]:
    """When these flows last began to run; left out are those that never did."""
    names = {last_run(connection, flow): flow for flow in flows}
    return {names[name]: datetime.fromisoformat(at) for name, at in read_all(list(names)).items()}


def last_run(connection: str, flow: str) -> str:
    """The name of the mark that keeps when a flow last began to run."""
    return f"last-run:{connection}:{flow}"


def write(name: str, value: str, now: datetime) -> None:
    """Set it."""
    write_all({name: value}, now)


def write_all(values: Mapping[str, str], now: datetime) -> None:
    """Set these few by one statement."""
    inside(now)
    pairs = [text for name, value in values.items() for text in (name, storable(value))]
    rows.execute(_WRITE.format(", ".join(["(%s, %s)"] * len(values))), *pairs)


def remove(name: str, now: datetime) -> bool:
    """Forget it; false when it was not set."""
    inside(now)
    return rows.execute("DELETE FROM tidegate_mark WHERE name = %s", name) > 0


def beginning(prefix: str) -> dict[str, str]:
    """The marks whose names begin so, by name."""
    return dict(models.Mark.objects.filter(name__startswith=prefix).values_list("name", "value"))
