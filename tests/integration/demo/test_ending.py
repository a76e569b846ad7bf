"""What the demonstration says at its end to somebody who reads along; without the evening before it."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tidegate.cli.every_command import app
from tidegate.clock import VirtualClock
from tidegate.demo.display import finish, quiet, verdict
from tidegate.demo.scenario import Scenario
from tidegate.demo.setup import staged
from tidegate.demo.story import CONNECTION, START, write_story
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Surroundings, open_hub
from tidegate.ledger import database
from tidegate.simulation.products import USUAL
from tidegate.transport import ClientFactory


def test_what_is_not_in_sage_the_lost_answer_and_the_verdict(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with staged(tmp_path, 1, USUAL) as stage:
        stage.write_configuration()
        configuration = stage.sign_in()
        scenario = Scenario(stage, configuration, write_story(12, 1), quiet)
        for kind in ("pending_payment", "guest", "guest"):
            scenario.ordered(kind)
        stage.lose_an_answer()
        around = Surroundings(
            clock=scenario.clock,
            factory=ClientFactory(),
            chance=random.Random(1),
            holder="demo",
            environment=stage.environment(),
        )
        with open_hub(configuration, around) as hub:
            for hours in (3, 4):  # after the backup: sent, and one of them looked up
                move(scenario, hours)
                run_cycle(hub, hub.connections[CONNECTION], "orders")
        scenario.look()
        finish(Console(width=250, highlight=False), scenario, [], drawn=False)
        lost = scenario.lost_answer()
        badly = verdict(scenario, ["one order too many"])
    database.close()
    told = capfd.readouterr().out
    account, _, rest = told.partition("not in Sage, and why")
    unsent, _, rest = rest.partition(f"$ tidegate trace {lost}")
    trace, _, verdict_at_last = rest.partition("\n3 orders: 2 in Sage, each exactly once; nothing lost")
    assert "order-status" in account
    assert "skipped" in unsent
    assert "sage-order" in trace  # what the command itself says
    assert "calls an order" in verdict_at_last
    assert badly == "This did not go well: one order too many"


def move(scenario: Scenario, hours: int) -> None:
    """So long after the beginning, everywhere."""
    clock: VirtualClock = scenario.clock
    clock.set(START + timedelta(hours=hours))
    scenario.setup.sandbox_clock.set(clock.now())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], (40, 1, False, False)),
        (["--headless", "--seed", "7"], (40, 7, True, False)),
        (["--json", "--orders", "3"], (3, 1, True, True)),
    ],
    ids=["nothing", "headless", "json"],
)
def test_the_commands_options_reach_it(
    monkeypatch: pytest.MonkeyPatch, words: list[str], told: tuple[object, ...]
) -> None:
    """Figures for a program come without a console that would wait for somebody."""
    heard: list[tuple[object, ...]] = []

    def main(*, orders: int, seed: int, sage: str, headless: bool, as_json: bool) -> int:
        heard.append((orders, seed, headless, as_json))
        return 3 if sage == USUAL.name else 0

    monkeypatch.setattr("tidegate.demo.main", main)
    assert CliRunner().invoke(app, ["demo", *words]).exit_code == 3
    assert heard == [told]
