"""Figures, targets, folders, the pace and the machine line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tidegate.bench import folder
from tidegate.bench.figure import Figure, Target
from tidegate.bench.machine import machine_line
from tidegate.bench.pace import Paced
from tidegate.bench.resources import cpu_seconds, peak_memory
from tidegate.clock import SystemClock


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target("<", 10), 9.99, True),
        (Target("<", 10), 10, False),
        (Target("<=", 1.1), 1.1, True),
        (Target("<=", 1.1), 1.11, False),
        (Target(">=", 95), 95, True),
        (Target(">=", 95), 94.9, False),
    ],
)
def test_a_target_is_met_or_missed(target: Target, value: float, met: bool) -> None:
    assert Figure("name", value, "ms", "timed", "", target).met is met


def test_a_figure_without_target_is_neither() -> None:
    assert Figure("name", 1, "ms", "timed", "what").as_dict() == {
        "value": 1,
        "unit": "ms",
        "target": None,
        "met": None,
        "kind": "timed",
        "text": "what",
    }


@pytest.mark.parametrize("target", [None, Target(">=", 2000)])
def test_a_figure_passes_from_one_process_to_the_other(target: Target | None) -> None:
    figure = Figure("rate", 2100, "deliveries/s", "timed", "what", target)

    assert Figure.from_wire(json.loads(json.dumps(figure.to_wire()))) == figure


def test_a_fresh_folder_is_on_a_disk_and_gone_afterwards() -> None:
    with folder.fresh_folder() as fresh:
        assert folder.file_system(fresh) not in folder.IN_MEMORY
        (fresh / "ledger.db").write_text("")

    assert not fresh.exists()


def test_memory_is_no_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(folder.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(folder, "file_system", lambda path: "tmpfs" if path == tmp_path else "ext4")

    assert folder.on_disk() != tmp_path


@pytest.mark.skipif(not Path("/proc/mounts").exists(), reason="this machine does not list its file systems")
def test_the_innermost_file_system_counts() -> None:
    assert folder.file_system(Path("/proc/self")) == "proc"
    assert folder.file_system(Path("/")) != folder.UNKNOWN


def test_the_machine_line_names_what_a_timed_figure_depends_on() -> None:
    line = machine_line()

    for part in (
        "cores",
        "GiB",
        "load",
        "ledgers on",
        "Python 3.",
        "SQLite 3.",
        "synchronous FULL",
        "Tidegate",
    ):
        assert part in line


def test_a_process_knows_what_it_has_used() -> None:
    before = cpu_seconds()
    sum(range(200_000))

    assert cpu_seconds() > before
    assert 10 < peak_memory() < 100_000


def test_a_paced_app_takes_its_time_and_no_longer() -> None:
    clock = SystemClock()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        clock.wait(environ["work"])
        start_response("200 OK", [])
        return [b"one ", b"two"]

    def answer(pace: float, work: float) -> float:
        began = clock.monotonic()
        assert Paced(app, pace)({"work": work}, lambda *_: None) == (b"one two",)
        return clock.monotonic() - began

    assert answer(0.05, 0.02) >= 0.05
    assert answer(0.01, 0.03) >= 0.03
