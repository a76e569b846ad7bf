"""`tidegate ... | head`: whoever has read enough closes the pipe, and no command answers with a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tidegate.cli import exits

TIDEGATE = Path(sys.executable).with_name("tidegate")
COMMANDS = (
    ("--help",),
    ("init",),
    ("init", "--answers", "store_url=https://shop.example"),
    ("status", "--help"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_that_has_gone_ends_the_command_quietly(tmp_path: Path, command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [TIDEGATE, *command],
        cwd=tmp_path,
        input="https://shop.example\n" + "\n" * 60,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    os.close(writing)
    assert "Traceback" not in run.stderr
    assert "Exception ignored" not in run.stderr
    assert "error in Tidegate" not in run.stderr
    assert run.returncode == exits.UNREAD
