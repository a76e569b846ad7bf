"""`tidegate user` makes the console's first user without a browser. In processes of their own: it changes Django."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = "from tidegate.cli.main import run; run()"


@pytest.mark.process
def test_users_are_made_listed_and_shut_out(tmp_path: Path) -> None:
    def tidegate(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    os.umask(0o077)
    first = json.loads(tidegate("init", "--sandbox", "--json").stdout)["console"]
    assert first["user"] == "demo"
    assert len(first["password"]) >= 12
    made = json.loads(tidegate("user", "add", "anna", "--json").stdout)
    assert made["roles"] == "administrator of everything"
    assert made["link"].startswith("http://127.0.0.1:8900/invitation/")
    again = tidegate("user", "add", "anna")
    assert (again.returncode, "already" in again.stderr) == (1, True)
    assert tidegate("user", "add", "ben", "--connection", "nowhere").returncode == 5
    (anna, _demo) = json.loads(tidegate("user", "list", "--json").stdout)["users"]
    assert anna["roles"] == [{"role": "administrator", "connection": "*"}]
