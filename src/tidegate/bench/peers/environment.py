"""A throw-away environment with other packages in it: made for one run, gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Seconds.
PATIENCE = 300
#: The umask of what is made: a process with an open ledger makes files for its owner only.
READABLE = 0o022


class NoPackages(RuntimeError):
    """The packages could not be installed: without a package index there is nothing to compare with."""


@contextmanager
def environment(folder: Path, requirements: Sequence[str]) -> Iterator[Path]:
    """The Python of an environment with these packages, in `folder`; this Python without any. Raises NoPackages."""
    place = folder / "environment"
    try:
        yield made(place, requirements) if requirements else Path(sys.executable)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def made(place: Path, requirements: Sequence[str]) -> Path:
    """Make it; its Python."""
    return installed(place, requirements, subprocess.run)


def installed(place: Path, requirements: Sequence[str], run: Callable[..., Any]) -> Path:
    """With uv where there is one, else with the standard library's `venv` and pip, started by `run`."""
    uv = shutil.which("uv")
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if uv:
        commands = [
            [uv, "venv", "--quiet", "--python", sys.executable, str(place)],
            [uv, "pip", "install", "--quiet", "--link-mode=copy", "--python", str(python), *requirements],
        ]
    else:
        venv.create(place, with_pip=True)
        commands = [[str(python), "-m", "pip", "install", "--quiet", *requirements]]
    for command in commands:
        try:
            ended = run(  # our own commands, and requirements that are pinned
                command, capture_output=True, text=True, check=False, timeout=PATIENCE, umask=READABLE
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPackages(f"{', '.join(requirements)}: {error}") from error
        if ended.returncode:
            last = (ended.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise NoPackages(
                f"{', '.join(requirements)} could not be installed ({last}): is a package index within reach?"
            )
    return python
