"""`tidegate simulate --replay FILE`: a week that was shrunk, run again."""

from __future__ import annotations

import sys
from pathlib import Path

from tidegate.simulation import shrinking
from tidegate.simulation.command import prepare


def main(path: Path) -> int:
    """Run it; 0 when it breaks no promise any more, 1 when it does."""
    prepare()
    week, promise = shrinking.read(path)
    violations = shrinking.outcome_of(week).violations
    for each in violations:
        sys.stdout.write(f"VIOLATION {each['promise']}: {each['subject']}: {each['text']}\n")
    if not violations:
        sys.stdout.write(f"{path}: {len(week.events)} events, no promise is broken (it was: {promise})\n")
    return 1 if violations else 0
