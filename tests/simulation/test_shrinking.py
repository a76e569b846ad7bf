"""The fewest events that still break a promise, and the file that keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tidegate.simulation import shrinking
from tidegate.simulation.event import Event
from tidegate.simulation.run import Outcome
from tidegate.simulation.week import Week, write_week

#: Weeks that were shrunk by `tidegate simulate --shrink`, and mended since.
WEEKS = Path(__file__).with_name("weeks")
START = datetime(2026, 3, 26, 6, tzinfo=UTC)
EVENTS = [Event(START + timedelta(minutes=number), "order", {"seed": number}) for number in range(100)]


def needing(*numbers: int) -> shrinking.Fails:
    """It fails whenever all of these happen."""
    return lambda events: set(numbers) <= {each.options["seed"] for each in events}


@pytest.mark.parametrize("needed", [(), (0,), (99,), (3, 17), (0, 50, 51, 99)])
def test_only_what_is_needed_is_left(needed: tuple[int, ...]) -> None:
    found = shrinking.shrunk(EVENTS, needing(*needed))
    assert tuple(each.options["seed"] for each in found.events) == needed
    assert found.smallest
    assert found.runs <= 100


def test_it_ends_when_its_runs_are_used_up() -> None:
    found = shrinking.shrunk(EVENTS, needing(*range(100)), most=7)
    assert (found.runs, found.smallest, len(found.events)) == (7, False, 100)


def test_a_failing_week_becomes_a_file_that_fails_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bug is played: whoever edits an order after a lock breaks a promise."""

    def outcome_of(week: Week) -> Outcome:
        whats = [each.what for each in week.events]
        broken = "lock" in whats and "edit" in whats[whats.index("lock") :]
        return Outcome(week.seed, violations=[{"promise": "exactly once"}] if broken else [])

    monkeypatch.setattr(shrinking, "outcome_of", outcome_of)
    seed = next(seed for seed in range(100) if outcome_of(write_week(seed)).violations)
    path, left = shrinking.shrink(seed, "sage200", "exactly once", tmp_path)
    assert [each.what for each in left.events] == ["lock", "edit"]
    week, promise = shrinking.read(path)
    assert (week.seed, week.events, promise) == (seed, left.events, "exactly once")
    assert outcome_of(week).violations


def test_events_of_every_product_come_back_from_a_file_as_they_were(tmp_path: Path) -> None:
    for sage, house in shrinking.LIVED.items():
        week = write_week(7, house=house)
        shrinking.write(tmp_path / sage, week, "x")
        assert shrinking.read(tmp_path / sage)[0] == week


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="no week that was shrunk"):
        shrinking.read(tmp_path / "other.json")


def test_a_shrinking_that_leaves_out_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug: it believes that everything fails."""

    def believing(events: Sequence[Event], fails: shrinking.Fails, most: int = 9) -> shrinking.Shrunk:
        return own(events, lambda _: True, most)

    own = shrinking.shrunk
    monkeypatch.setattr(shrinking, "shrunk", believing)
    with pytest.raises(AssertionError):
        test_only_what_is_needed_is_left((3, 17))


def test_weeks_that_once_failed_break_no_promise() -> None:
    for path in sorted(WEEKS.glob("*.json")):
        week, _ = shrinking.read(path)
        assert shrinking.outcome_of(week).violations == [], path.stem
