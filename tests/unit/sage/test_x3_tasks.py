"""The batch server's recurring tasks as a calendar: when a file is worked on, and what is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tidegate.config.company import Window
from tidegate.config.problem import Report
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.tasks import Runs, Task
from tidegate.sage.x3.writers import ByFiles

HALF_HOURLY = Task(does="import", rule="FREQ=HOURLY;BYMINUTE=0,30", minutes=10)
NIGHTLY = Task(does="export", rule="FREQ=DAILY;BYHOUR=4;BYMINUTE=0", minutes=20)
BACKUP = Window(rule="FREQ=DAILY;BYHOUR=1;BYMINUTE=0", minutes=120)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left_at", "by"),
    [
        (at(10, 5), at(10, 40)),
        (at(10, 30), at(11, 10)),  # it has begun: the file may have come too late
        (at(0, 35), at(3, 10)),  # nothing runs during the backup
    ],
)
def test_a_file_is_worked_on_by_the_first_run_that_begins_after_it(left_at: datetime, by: datetime) -> None:
    runs = Runs([HALF_HOURLY, NIGHTLY], "import", "UTC", [BACKUP])
    assert runs.worked_by(left_at) == by
    assert not runs.is_late(left_at, by - timedelta(seconds=1))
    assert runs.is_late(left_at, by)


def test_without_a_task_nothing_is_ever_late() -> None:
    runs = Runs([NIGHTLY], "import", "UTC")
    assert runs.worked_by(at(10)) is None
    assert not runs.is_late(at(10), at(10, day=20))


def test_rules_are_in_the_companys_time_zone() -> None:
    assert Runs([NIGHTLY], "export", "Europe/Paris").worked_by(at(1)) == at(3, 20)


def test_what_makes_no_sense_is_refused() -> None:
    report = Report("tidegate.toml")
    tasks = (Task(does="import", rule="EVERY HOUR"), Task(does="export", rule="FREQ=HOURLY", minutes=0))
    X3Settings(tasks=tasks, stock="files", writer=ByFiles(folder="orders")).check("companies.a", report)
    found = {one.key for one in report.problems}
    assert {
        "companies.a.tasks[1].rule",
        "companies.a.tasks[2].minutes",
        "companies.a.exports_folder",
        "companies.a.writer.folder",
    } <= found
