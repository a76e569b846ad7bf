"""The page that says which test proves which sentence of the agent's contract names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from unit.agent import test_gateway_mutants, test_mutants

TESTS = Path(__file__).parents[2]
PAGE = TESTS.parent / "docs" / "sage" / "agent-proofs.md"
FOLDERS = (TESTS / "unit" / "agent", TESTS / "process")


def test_every_test_that_the_page_names_exists() -> None:
    named = re.findall(r"`(test_\w+)\.(test_\w+)`", PAGE.read_text("utf-8"))
    assert len(named) > 40
    known = {
        (path.stem, name)
        for folder in FOLDERS
        for path in folder.glob("test_*.py")
        for name in re.findall(r"(?m)^def (test_\w+)\(", path.read_text("utf-8"))
    }
    assert [one for one in named if one not in known] == []


def test_there_are_at_least_fifteen_deliberate_bugs_of_the_agent() -> None:
    assert len(test_mutants.MUTANTS) >= 15
    assert len(test_gateway_mutants.MUTANTS) >= 5
