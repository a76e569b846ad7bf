"""A campaign that goes on where it was broken off, and the table of flows, states and faults."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tidegate.cli.every_command import app
from tidegate.simulation import campaign_file, command, coverage, fault_states
from tidegate.simulation.campaign_file import Campaign, spans_of
from tidegate.simulation.run import Outcome
from tidegate.simulation.trade import CADENCES
from tidegate.simulation.week import write_week

TWO = ("sage200", "x3")
Week = tuple[int, str]


def outcome(seed: int) -> Outcome:
    """A week of two orders and one fault."""
    return Outcome(
        seed, orders=2, by_state=Counter({"slow @ orders @ in doubt": 1}), faults=Counter({"slow": 1})
    )


def campaign(
    monkeypatch: pytest.MonkeyPatch, keep: Path, *, seeds: int, dies_after: int = 1000
) -> list[Week]:
    """What it ran before it died, or to its end."""
    ran: list[Week] = []

    def lived(weeks: Iterable[Week], jobs: int, days: int | None) -> Iterator[tuple[str, Outcome]]:
        for seed, sage in list(weeks)[:dies_after]:
            ran.append((seed, sage))
            yield sage, outcome(seed)
        if dies_after < 1000:
            raise KeyboardInterrupt

    monkeypatch.setattr(command, "outcomes", lived)
    with suppress(KeyboardInterrupt):
        command.main(seeds=seeds, first=0, products=TWO, jobs=1, as_json=True, keep=keep)
    return ran


def simulate(*arguments: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, ["simulate", *arguments])


def test_it_goes_on_where_it_was_broken_off_and_runs_no_week_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "campaign.json"
    first = campaign(monkeypatch, keep, seeds=5, dies_after=3)
    assert first == [(0, "sage200"), (0, "x3"), (1, "sage200")]  # each seed with all products before the next
    second = campaign(monkeypatch, keep, seeds=5)
    assert sorted(first + second) == sorted((seed, sage) for seed in range(5) for sage in TWO)
    told = json.loads(capsys.readouterr().out)
    assert (told["seeds"], told["orders"], told["faults"]) == (10, 20, {"slow": 10})
    assert told["by_state"]["orders"]["in doubt"]["slow"] == 10
    assert campaign(monkeypatch, keep, seeds=5) == []
    assert list(campaign(monkeypatch, keep, seeds=6)) == [(5, "sage200"), (5, "x3")]


def test_violations_are_kept_and_fail_the_campaign_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "campaign.json"
    broken = Outcome(0, violations=[{"promise": "exactly once", "subject": "order 7", "text": "twice"}])
    monkeypatch.setattr(command, "outcomes", lambda weeks, jobs, days: (("x3", broken) for _ in weeks))
    for _ in range(2):  # the second one has nothing left to run
        assert command.main(seeds=1, first=0, products=["x3"], jobs=1, as_json=True, keep=keep) == 1
        (violation,) = json.loads(capsys.readouterr().out)["violations"]
        assert violation["replay"] == "tidegate simulate --seeds 1 --first 0 --sage x3"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is no file of a campaign"),
        ("[]", "is no file of a campaign"),
        ('{"tidegate": "x", "done": {}}', "is no file of a campaign"),
        ('{"tidegate": "0.0.1", "done": {}, "summary": {}}', "is of Tidegate 0.0.1"),
        ('{"tidegate": "0.0.1", "done": {}, "summary": {"weeks": 1}}', "is no file of a campaign"),
    ],
)
def test_another_file_is_refused_and_stays_as_it_is(tmp_path: Path, text: str, complaint: str) -> None:
    keep = tmp_path / "campaign.json"
    keep.write_text(text, encoding="utf-8")
    result = simulate("--keep", str(keep))
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.replace("│", " ").split())
    assert keep.read_text(encoding="utf-8") == text


def test_weeks_of_another_length_are_another_campaign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "campaign.json"
    broken = Outcome(
        0, days=2, violations=[{"promise": "exactly once", "subject": "order 7", "text": "twice"}]
    )
    monkeypatch.setattr(command, "outcomes", lambda weeks, jobs, days: (("x3", broken) for _ in weeks))
    assert command.main(seeds=1, first=0, products=["x3"], jobs=1, as_json=True, keep=keep, days=2) == 1
    (violation,) = json.loads(capsys.readouterr().out)["violations"]
    assert violation["replay"] == "tidegate simulate --seeds 1 --first 0 --sage x3 --days 2"
    result = simulate("--keep", str(keep))
    assert result.exit_code == 2
    assert "was begun with --days 2" in " ".join(result.output.replace("│", " ").split())


def test_days_give_the_orders_that_are_not_given() -> None:
    assert write_week(1, days=4).events == write_week(1).events
    assert write_week(7, days=3).events == write_week(7).events
    short = write_week(1, days=2)
    assert (short.days, write_week(1).days) == (2, 4)
    assert max(each.at for each in short.events) < max(each.at for each in write_week(1).events)


def test_seeds_are_kept_as_spans() -> None:
    assert list(spans_of([3, 1, 2, 9, 7, 8, 20])) == [(1, 3), (7, 9), (20, 20)]
    assert list(spans_of([])) == []
    assert list(campaign_file.seeds_of([(1, 3), (20, 20)])) == [1, 2, 3, 20]


def test_an_empty_campaign_comes_back_as_it_was(tmp_path: Path) -> None:
    campaign_file.write(tmp_path / "kept", Campaign())
    assert campaign_file.read(tmp_path / "kept") == Campaign()
    assert campaign_file.read(tmp_path / "none") == Campaign()


def test_every_flow_has_its_states_in_the_table_and_seldom_cells_are_named() -> None:
    assert fault_states.STATES.keys() >= set(CADENCES) | {"orders", "order-status"}
    cells = fault_states.table({"slow @ orders @ in doubt": 20})
    below = set(fault_states.below(cells, 20))
    assert "slow in orders, in doubt: 20" not in below
    assert "refuse in orders, in doubt: 0" in below
    assert "process death in orders, sending: 0" in below
    assert not any(
        name.startswith("slow in orders, sending") for name in below
    )  # only a death leaves it there
    assert max(map(len, fault_states.table_lines(cells, 20))) <= 80


def test_a_cycle_counts_each_kind_of_fault_once_for_each_state_of_its_flow() -> None:
    by_state = fault_states.counted(["status-429-absurd", "pause-7", "late"], "orders", ["queued", "review"])
    assert by_state == {
        f"{kind} @ orders @ {state}": 1 for kind in ("pause-absurd", "late") for state in ("queued", "review")
    }
    assert all(kind in fault_states.KINDS for kind in map(coverage.kind_of, ("status-429-absurd", "late")))
