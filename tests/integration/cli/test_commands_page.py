"""`docs/commands.md` tells every command with its options, an example and its exit codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tidegate.cli import exits
from tidegate.cli.every_command import app

PAGE = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## `tidegate ([a-z -]+)`\n(.*?)(?=^#|\Z)", PAGE.replace("\n$ ", "\n")))


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command of the program with its whole name; a group that does something by itself is one, too."""
    below = getattr(command, "commands", None)
    if path and below is not None and command.invoke_without_command:
        yield " ".join(path), command
    if below is None:
        yield " ".join(path), command
        return
    for name, each in below.items():
        yield from commands(each, (*path, name))


PROGRAM = typer.main.get_command(app)
COMMANDS = dict(commands(PROGRAM))


def options(command: Any) -> set[str]:
    """The command's options, without `--help`."""
    found = {
        name
        for parameter in command.params
        if parameter.param_type_name == "option"
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    return found - {"--help", "-h"}


def reported(section: str) -> set[str]:
    """The options in the first column of the section's table of options."""
    rows = re.findall(r"(?m)^\| ((?:`-[^|\\]*(?:\\\|[^|\\]*)*)) \|", section)
    return {name for row in rows for name in re.findall(r"`(--?[a-z-]+)", row)}


def test_every_command_has_its_section_and_no_other() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_options(name: str) -> None:
    assert reported(SECTIONS[name]) == options(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_its_example_and_exit_codes(name: str) -> None:
    section = SECTIONS[name]
    (example,) = re.findall(r"(?ms)^```console\n(.*?)^```", section)
    assert f"tidegate {name}" in example
    known = options(COMMANDS[name])
    calls = [line for line in example.splitlines() if line.startswith(("tidegate", "$ tidegate"))]
    for call in calls:
        assert set(re.findall(r" (--[a-z-]+)", call)) <= known, call
    (codes,) = re.findall(r"(?ms)^Exit codes: (.*?)\n\n?(?=\Z|#|$)", section + "\n")
    assert codes.startswith("0")
    assert {int(code) for code in re.findall(r"(?:^|; |;\n)(\d+)\b", codes)} <= set(exits.MEANINGS)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_arguments(name: str) -> None:
    arguments = [each for each in COMMANDS[name].params if each.param_type_name == "argument"]
    for argument in arguments:
        word = re.sub(r"[\[\].]", "", argument.metavar or "").partition("|")[0]
        assert word, argument.name
        assert re.search(rf"`{word}`|order number", SECTIONS[name]) or "queue" in name, word


def test_the_main_options() -> None:
    assert reported(PAGE.partition("# Setting up")[0]) == options(PROGRAM)


def test_the_exit_codes() -> None:
    table = re.findall(r"(?m)^\| (\d+) \| (.+) \|$", PAGE)
    assert {int(code): meaning for code, meaning in table} == exits.MEANINGS


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_one_clear_line_at_least(name: str) -> None:
    help_text = COMMANDS[name].help or ""
    assert help_text.endswith(".")
    assert all(each.help for each in COMMANDS[name].params if each.name != "help")
