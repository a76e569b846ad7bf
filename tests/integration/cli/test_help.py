"""`--help` is complete on a terminal of eighty columns."""

from __future__ import annotations

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from integration.cli.test_commands_page import COMMANDS, PROGRAM
from tidegate.cli import main
from tidegate.cli.every_command import app
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


def test_every_module_has_the_commands_that_the_table_says() -> None:
    """And each command alone is found as it is among all."""
    for module, names in main.MODULES.items():
        for name in names:
            found = get_command(main.application(["--debug", "--config", "x.toml", name]))
            assert isinstance(found, TyperGroup)
            assert sorted(found.commands) == sorted(names), module
    everything = get_command(main.application(["--help"]))
    assert isinstance(everything, TyperGroup)
    assert sorted(everything.commands) == sorted(name for names in main.MODULES.values() for name in names)


def test_what_is_no_command_gets_all_of_them() -> None:
    for words in ([], ["--version"], ["-h", "status"], ["stattus"], ["--config", "status"]):
        found = get_command(main.application(words))
        assert isinstance(found, TyperGroup)
        assert len(found.commands) > 20, words
