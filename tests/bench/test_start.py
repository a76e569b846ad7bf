"""The start of a command."""

from __future__ import annotations

from pathlib import Path

from tidegate.bench import start


def test_a_start_is_measured_from_outside_and_inside() -> None:
    once = start.start_once()

    assert once.cpu > 0
    assert once.seconds > 0
    assert 5 < once.memory < 80


def test_the_figures_are_medians(tmp_path: Path) -> None:
    figures = {figure.name: figure for figure in start.measure(tmp_path, quick=True)}

    assert set(figures) == {"start-time", "start-cpu", "start-memory"}
    assert {figure.kind for figure in figures.values()} == {"timed"}
