# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""A ledger in a file, moved into an empty PostgreSQL database: row by row the same, and resumable.

Tables are copied in an order in which every row finds those that it refers to, each in chunks by its ids. What
was copied is known by the highest id in the target, so an interrupted move continues after it. In the end
every row of both is read and compared; only then the new ledger says that it is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import transaction as django_transaction
from django.db.models import Model

from tidegate.ledger import database, marks, models, presence
from tidegate.ledger.faults import LedgerError, NotReady
from tidegate.ledger.location import locate

#: Rows that are copied in one transaction, and read for one comparison.
AT_ONCE = 2_000
#: The alias of the new ledger beside the open one.
TARGET = "moved"
#: Stands in the new ledger until it is whole.
UNFINISHED = "move-unfinished"


@dataclass(frozen=True, slots=True)
class Moved:
    """One table: how many rows it has, and how many of them this run has copied."""

    table: str
    rows: int
    copied: int


Report = Callable[[str, int], None]


def check_whole() -> None:
    """Raise `NotReady` for a ledger in PostgreSQL that a move has not finished: what it lacks would be sent again."""
    if database.vendor() == "postgresql" and marks.read(UNFINISHED) is not None:
        raise NotReady(
            f"{database.where()}: the ledger was not moved to this database completely. Run `tidegate ledger move` "
            "again, with the file as `[hub] ledger`: it continues where it was interrupted."
        )


def tables() -> list[type[Model]]:
    """All tables of the ledger, those that others refer to first."""
    left = [getattr(models, name) for name in models.__all__]
    done: list[type[Model]] = []
    while left:
        ready = [model for model in left if _refers_to(model) <= set(done)]
        if not ready:
            raise AssertionError(f"tables refer to each other in a circle: {left}")
        done += ready
        left = [model for model in left if model not in ready]
    return done


def _refers_to(model: type[Model]) -> set[Any]:
    return {
        field.related_model
        for field in model._meta.concrete_fields
        if field.related_model is not None and field.related_model is not model
    }


def move(url: str, now: datetime, report: Report = lambda _table, _rows: None) -> list[Moved]:
    """Copy the open ledger (a file) to PostgreSQL at `url`, and compare every row; the tables with their figures.

    Nothing may work with either meanwhile. Raises `LedgerError`: for a database that another ledger has, for a row
    that is not the same, and for one that can not be reached. Called again, it continues where it was interrupted.
    """
    if database.vendor() != "sqlite":
        raise LedgerError(f"{database.where()}: this ledger is already in PostgreSQL")
    where = locate(url, "full")
    if where.path is not None:
        raise LedgerError("a ledger is moved to PostgreSQL: write postgresql://user@host/database")
    if working := presence.others("", now - presence.SILENT, now):
        raise LedgerError(
            f"{database.where()}: a hub works with this ledger (process {working[0].split(':')[1]}): stop it first. "
            "One that was killed on another machine is forgotten after five minutes."
        )
    with _beside(where.settings), database.explained():
        _begin(where.words, now)
        moved = [_copy(model, report) for model in tables()]
        for model in tables():
            _compare(model, where.words)
            report(f"{model._meta.db_table} compared", _count(model, DEFAULT_DB_ALIAS))
        with django_transaction.atomic(using=TARGET):
            models.Mark.objects.using(TARGET).filter(name=UNFINISHED).delete()
            _go_on_behind()
    return moved


@contextmanager
def _beside(settings: dict[str, Any]) -> Iterator[None]:
    """The new ledger as a second database of Django's, its tables brought up to date; gone when the block ends."""
    from django.core.management import call_command

    known = connections.configure_settings({DEFAULT_DB_ALIAS: settings})[DEFAULT_DB_ALIAS]
    connections.settings[TARGET] = known
    try:
        with database.explained():
            call_command("migrate", database=TARGET, verbosity=0, interactive=False)
        yield
    finally:
        connections[TARGET].close()
        del connections[TARGET]
        del connections.settings[TARGET]


def _begin(words: str, now: datetime) -> None:
    """Claim an empty ledger, or continue an interrupted move."""
    marks = models.Mark.objects.using(TARGET)
    if marks.filter(name=UNFINISHED).exists():
        return
    filled = [model._meta.db_table for model in tables() if model.objects.using(TARGET).exists()]  # type: ignore[attr-defined]
    if filled:
        raise LedgerError(
            f"{words}: the database already contains a ledger (table {filled[0]} has rows). Name an empty "
            "database: two ledgers cannot be merged."
        )
    marks.create(pk=-1, name=UNFINISHED, value=now.isoformat())  # an id that no row of the file has


def _copy(model: type[Model], report: Report) -> Moved:
    """The rows after the highest id in the target, in chunks; a table without ids is copied by its primary key."""
    source, target = _rows(model, DEFAULT_DB_ALIAS), _rows(model, TARGET)
    copied = 0
    while True:
        last = target.order_by("-pk").values_list("pk", flat=True).first()
        behind = source.order_by("pk") if last is None else source.filter(pk__gt=last).order_by("pk")
        part = list(behind[:AT_ONCE])
        if not part:
            break
        with django_transaction.atomic(using=TARGET):
            target.bulk_create(part)
        copied += len(part)
        report(model._meta.db_table, copied)
    return Moved(model._meta.db_table, _count(model, DEFAULT_DB_ALIAS), copied)


def _rows(model: type[Model], alias: str) -> Any:
    """All rows of a table, but the mark of the move itself."""
    found = model._default_manager.using(alias)
    return found.exclude(name=UNFINISHED) if model is models.Mark else found.all()


def _count(model: type[Model], alias: str) -> int:
    return int(_rows(model, alias).count())


def _compare(model: type[Model], words: str) -> None:
    """Every column of every row, read on both sides. Raises `LedgerError` for the first that differs."""
    names = [field.attname for field in model._meta.concrete_fields]
    both = [
        _rows(model, alias).order_by("pk").values_list("pk", *names) for alias in (DEFAULT_DB_ALIAS, TARGET)
    ]
    before, after = (each.iterator(AT_ONCE) for each in both)
    table = model._meta.db_table
    while True:
        here, there = next(before, None), next(after, None)
        if here is None and there is None:
            return
        if here is None or there is None or _plain(here) != _plain(there):
            which = (here or there or ("?",))[0]
            columns = [
                name
                for name, one, other in zip(
                    names, _plain(here or ())[1:], _plain(there or ())[1:], strict=False
                )
                if one != other
            ]
            raise LedgerError(
                f"{words}: {table} {which} is not the same as in the file ({', '.join(columns) or 'missing'}"
                "). Did something use either ledger during the move? Empty the database and move again."
            )


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Bytes as bytes on both databases."""
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _go_on_behind() -> None:
    """New rows get ids behind those that were copied."""
    with connections[TARGET].cursor() as cursor:
        for model in tables():
            table, key = model._meta.db_table, model._meta.pk
            if key is not None and key.get_internal_type() == "BigAutoField":
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{key.column}'), max({key.column})) "
                    f"FROM {table} HAVING max({key.column}) IS NOT NULL"
                )
