"""The tables follow the models, are made by whoever comes first, and are never worked on by older code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from integration.ledger.conftest import Ledger
from integration.ledger.making import create, side_by_side
from tidegate.ledger import database, queue
from tidegate.ledger.faults import LedgerError, NotReady

pytestmark = pytest.mark.usefixtures("migrating")


def test_the_migrations_make_what_the_models_say(ledger: Ledger) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        url: str = request.getfixturevalue("postgresql")
        name = f"empty_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name}")
        yield url.replace("/ledger_", "/empty_")
    database.close()


def test_an_empty_ledger_makes_itself_ready(empty: str) -> None:
    database.open_ledger(empty)
    assert database.needs_migration()
    database.ensure_ready()
    assert not database.needs_migration()
    database.ensure_ready()
    create("k")


def test_four_threads_make_one_ledger(empty: str) -> None:
    database.open_ledger(empty)
    side_by_side(4, lambda _: database.ensure_ready())
    create("k")


@pytest.mark.process
def test_two_processes_make_one_ledger(empty: str) -> None:
    code = (
        "import sys; from tidegate.ledger import database; database.open_ledger(sys.argv[1]); "
        "database.ensure_ready(); print(database.needs_migration())"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [run.communicate(timeout=60) for run in runs]
    assert [answer[0].strip() for answer in answers] == ["False"] * 2, answers


def test_a_newer_ledger_is_left_alone(ledger: Ledger) -> None:
    with database.transaction("test"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('tidegate', '9999_future', CURRENT_TIMESTAMP)"
        )
    try:
        with pytest.raises(NotReady, match="newer Tidegate"):
            database.ensure_ready()
    finally:
        with database.transaction("test"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_future'")


def test_an_older_ledger_is_copied_before_it_is_changed(sqlite: Ledger) -> None:
    assert sqlite.path is not None
    create("k")
    with database.transaction("test"), connection.cursor() as cursor:
        # as far as Django can tell, this ledger was never migrated to where it is
        cursor.execute("DELETE FROM django_migrations")
    with pytest.raises(LedgerError, match="already exists"):
        database.migrate()
    copy = sqlite.path.with_name("ledger.db.before-0001_initial")
    database.open_ledger(f"sqlite:///{copy}")
    assert queue.by_key("k") is not None


def test_the_shell_of_another_django_project_does_not_matter(sqlite: Ledger) -> None:
    code = "from tidegate.ledger import database; print(database.vendor())"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "somebody.elses.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "sqlite"
