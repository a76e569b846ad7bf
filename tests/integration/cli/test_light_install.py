"""`pip install tidegate` without extras: a hub works, and a command that needs an extra names it and its installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.fernet import Fernet

from tidegate.cli import exits
from tidegate.cli.complaint import EXTRAS

#: Runs commands, one after the other, in an interpreter that cannot import what extras bring.
PROGRAM = """
import json, sys

absent, commands = json.loads(sys.argv[1])

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())

from typer.testing import CliRunner
from tidegate.cli.every_command import app

answers = []
for command in commands:
    result = CliRunner().invoke(app, command, prog_name="tidegate")
    answers.append((result.exit_code, result.output))
print(json.dumps(answers))
"""
INIT = ("init", "--answers", "store_url=http://127.0.0.1:9")
KEY = Fernet.generate_key().decode()
SECRETS = (
    *(
        f"TIDEGATE_MAIN_{each}"
        for each in ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET")
    ),
    *(f"TIDEGATE_UK_{each}" for each in ("CLIENT_ID", "CLIENT_SECRET")),
)
ON_POSTGRESQL = ("-c", "postgresql.toml")
#: Commands of a hub's every day, and what each answers where no ledger is made yet.
DAILY = {
    ("--help",): exits.FINE,
    ("--version",): exits.FINE,
    INIT: exits.FINE,
    ("status",): exits.LEDGER,
    ("queue", "list"): exits.LEDGER,
    ("alerts",): exits.LEDGER,
    ("digest",): exits.FINE,
    ("run", "--help"): exits.FINE,
    (*ON_POSTGRESQL, *INIT, "--answers", "ledger=postgresql://tidegate@127.0.0.1:9/tidegate"): exits.FINE,
}
OTHERS = {
    ("sandbox",): "demo",
    ("demo", "--headless"): "demo",
    ("simulate", "--seeds", "1"): "demo",
    ("bench",): "demo",
    ("advise", "--plot", "curves.svg"): "plots",
    (*ON_POSTGRESQL, "status"): "postgresql",
}


class Answer(NamedTuple):
    """What a command ended with."""

    exit_code: int
    output: str


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Answer]:
    here = tmp_path_factory.mktemp("light")
    commands = [*DAILY, *OTHERS]
    return dict(zip(commands, answered(here, commands), strict=True))


def answered(here: Path, commands: list[tuple[str, ...]]) -> list[Answer]:
    program = [sys.executable, "-c", PROGRAM, json.dumps([list(EXTRAS), commands])]
    environment = {**os.environ, **dict.fromkeys(SECRETS, "secret"), "TIDEGATE_ENCRYPTION_KEY": KEY}
    ended = subprocess.run(
        program, cwd=here, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    return [Answer(*each) for each in json.loads(ended.stdout.splitlines()[-1])]


@pytest.mark.parametrize("command", DAILY, ids=" ".join)
def test_a_hub_works_without_any_extra(
    answers: dict[tuple[str, ...], Answer], command: tuple[str, ...]
) -> None:
    assert answers[command].exit_code == DAILY[command], answers[command].output


@pytest.mark.parametrize("command", OTHERS, ids=" ".join)
def test_a_command_names_the_extra_that_it_misses(
    answers: dict[tuple[str, ...], Answer], command: tuple[str, ...]
) -> None:
    extra, answer = OTHERS[command], answers[command]
    assert answer.exit_code == exits.FOUND
    first, second = answer.output.splitlines()
    assert f"of the extra {extra}, which is not installed" in first
    assert second == f"  pip install 'tidegate[{extra}]'"
