"""The algorithm page shows what the translation really does, and names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from unit.domain.worked_tables import MARKED, PAGE, TABLES, with_tables

TESTS = Path(__file__).parent


def test_the_worked_tables_are_the_real_output() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page), "run: PYTHONPATH=tests python -m unit.domain.worked_tables"


def test_every_table_is_shown() -> None:
    assert {found["name"] for found in MARKED.finditer(PAGE.read_text(encoding="utf-8"))} == set(TABLES)


def test_the_guarantees_name_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    written = {
        name
        for file in TESTS.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= written, named - written
