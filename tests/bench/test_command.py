"""`tidegate bench` for people, for programs, and what its exit code says."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tidegate.bench import command, measurements
from tidegate.bench.command import main
from tidegate.bench.figure import Figure, Target
from tidegate.bench.measurements import MEASUREMENTS, MeasurementFailed
from tidegate.bench.server import ADDRESS
from tidegate.simulation.products import USUAL

FIGURES = {
    "calls": Figure("sage-calls-per-order", 1.04, "calls", "counted", "Sage [25 orders]", Target("<=", 1.1)),
    "cpu": Figure("hub-cpu-per-order", 12.5, "ms", "timed", "capture to notes", Target("<", 10)),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was measured; nothing really is."""
    heard: list[tuple[str, bool]] = []

    def measured(name: str, *, quick: bool, sage: str) -> list[Figure]:
        heard.append((name, quick))
        return [FIGURES[name]] if name in FIGURES else []

    monkeypatch.setattr(command, "in_a_fresh_process", measured)
    return heard


def test_everything_is_measured_one_after_the_other(
    asked: list[tuple[str, bool]], capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, "postgresql://nobody@nowhere/nothing")
    assert main(only=None, quick=True, sage=USUAL.name, as_json=True) == 0

    assert asked == [(name, True) for name in MEASUREMENTS]
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"machine", "quick", "sage-calls-per-order", "hub-cpu-per-order"}
    assert told["quick"] is True
    assert "synchronous FULL" in told["machine"]
    assert told["sage-calls-per-order"] == {
        "value": 1.04,
        "unit": "calls",
        "target": "<= 1.1",
        "met": True,
        "kind": "counted",
        "text": "Sage [25 orders]",
    }
    assert told["hub-cpu-per-order"]["met"] is False


def test_what_needs_a_server_is_left_out_without_one(
    asked: list[tuple[str, bool]], capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    assert main(only=None, quick=True, sage=USUAL.name, as_json=True) == 0
    assert "workers" not in dict(asked)
    assert main(only="workers", quick=True, sage=USUAL.name, as_json=True) == 2
    assert f"workers needs {ADDRESS}" in capsys.readouterr().err


def test_one_measurement_printed(asked: list[tuple[str, bool]], capsys: Any) -> None:
    assert main(only="calls", quick=False, sage=USUAL.name, as_json=False) == 0

    assert asked == [("calls", False)]
    told = capsys.readouterr().out
    assert "sage-calls-per-order" in told
    assert "<= 1.1" in told
    assert "met" in told
    assert "counted: Sage [25 orders]" in told
    assert "SQLite" in told


def test_a_timed_figure_beside_its_target_is_reported_and_is_no_failure(
    asked: list[tuple[str, bool]], capsys: Any
) -> None:
    assert main(only="cpu", quick=False, sage=USUAL.name, as_json=False) == 0
    assert "missed" in capsys.readouterr().out


def test_a_counted_figure_beside_its_target_is_a_failure(
    asked: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    worse = Figure("sage-calls-per-order", 1.2, "calls", "counted", "Sage", Target("<=", 1.1))
    monkeypatch.setitem(FIGURES, "calls", worse)

    assert main(only="calls", quick=False, sage=USUAL.name, as_json=True) == 1


def test_a_measurement_that_fails_keeps_no_other_one(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def measured(name: str, *, quick: bool, sage: str) -> list[Figure]:
        if name == "calls":
            raise MeasurementFailed("calls: the measurement ended with status 1")
        return [FIGURES["cpu"]] if name == "cpu" else []

    monkeypatch.setattr(command, "in_a_fresh_process", measured)

    assert main(only=None, quick=False, sage=USUAL.name, as_json=True) == 1
    told = capsys.readouterr()
    assert "calls: the measurement ended with status 1" in told.err
    assert "hub-cpu-per-order" in json.loads(told.out)


def test_an_interrupted_measurement_reports_nothing(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def measured(_name: str, *, quick: bool, sage: str) -> list[Figure]:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "in_a_fresh_process", measured)

    assert main(only=None, quick=False, sage=USUAL.name, as_json=True) == 130
    assert capsys.readouterr().out == ""


def test_an_unknown_name_is_answered_with_the_known_ones(capsys: Any) -> None:
    assert main(only="speed", quick=False, sage=USUAL.name, as_json=False) == 2
    assert ", ".join(MEASUREMENTS) in capsys.readouterr().err


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_measurement_can_be_asked_for(name: str) -> None:
    assert callable(MEASUREMENTS[name].measure())


def test_a_measurement_has_a_process_of_its_own() -> None:
    figures = measurements.in_a_fresh_process("start", quick=True)

    assert [figure.name for figure in figures] == ["start-time", "start-cpu", "start-memory"]


def test_a_process_that_fails_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurements.sys, "executable", "/bin/false")

    with pytest.raises(MeasurementFailed, match="start: the measurement ended with status 1"):
        measurements.in_a_fresh_process("start", quick=True)
    assert sys.executable == "/bin/false"


def test_a_measurement_in_this_process_has_a_fresh_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def measure(folder: Any, *, quick: bool) -> list[Figure]:
        seen.append((folder, folder.is_dir(), quick))
        return []

    monkeypatch.setattr("tidegate.bench.start.measure", measure)

    assert measurements.in_this_process("start", quick=True) == []
    [(folder, was_there, quick)] = seen
    assert (was_there, quick, folder.exists()) == (True, True, False)
