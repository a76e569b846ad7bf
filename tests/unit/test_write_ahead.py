"""An attempt is committed in one place, whatever is written and to whom."""

from __future__ import annotations

import re
from pathlib import Path

import tidegate

SOURCE = Path(tidegate.__file__).parent
#: What begins an attempt: of a delivery, or of an item of a mirror. The bench measures the ledger without a flow.
BEGINS = re.compile(r"\b(?:delivery|attempts|mirror|mirror_outcomes)\.begin\(|import (?:.*\W)?begin\b")
ALLOWED = {"flows/writing/attempts.py", "ledger/delivery.py", "ledger/mirror.py"}


def committing() -> set[str]:
    """The files that could begin an attempt."""
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if BEGINS.search(path.read_text(encoding="utf-8"))
    }
    return {name for name in found if not name.startswith(("bench/", "simulation/"))}


def test_no_flow_commits_an_attempt_by_itself() -> None:
    assert committing() == ALLOWED


def test_the_rule_sees_what_it_forbids() -> None:
    for line in (
        "attempts = delivery.begin(lease, batch, items, now)",
        "from tidegate.ledger.attempts import begin, reclaim",
        "from tidegate.ledger.mirror import begin",
    ):
        assert BEGINS.search(line), line
