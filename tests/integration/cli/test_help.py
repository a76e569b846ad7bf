"""`--help` is complete on a terminal of eighty columns."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from integration.cli.test_commands_page import COMMANDS, PROGRAM
from tidegate.cli.main import app
from tidegate.engine.cycles import FLOWS

GROUPS = [name for name, command in PROGRAM.commands.items() if hasattr(command, "commands")]  # type: ignore[attr-defined]


def shown(*words: str) -> str:
    result = CliRunner().invoke(
        app, [*words, "--help"], prog_name="tidegate", env={"COLUMNS": "80"}, terminal_width=80
    )
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.parametrize("name", ["", *GROUPS, *COMMANDS])
def test_nothing_is_cut_or_wider_than_eighty_columns(name: str) -> None:
    text = shown(*name.split())
    assert max(map(len, text.splitlines())) <= 80
    _, _, body = text.partition("\n")  # the usage line has ellipses of its own
    assert not [line for line in body.splitlines() if line.endswith("...")]


def test_every_flow_is_named() -> None:
    text = " ".join(shown("cycle").split())
    assert [flow for flow in FLOWS if flow not in text] == []
