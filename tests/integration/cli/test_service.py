"""`service install`: the unit of this very installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.cli.terminal import Terminal
from tidegate.cli import service
from tidegate.service.systemd import Systemd


def test_the_unit_names_this_configuration_and_its_ledger(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("service", "install", "--output", str(tmp_path / "unit"), "--user", "sage")
    text = (tmp_path / "unit").read_text()
    assert f"--config {terminal.config} run" in text
    assert f"ReadWritePaths={tmp_path}\n" in text
    assert "User=sage\n" in text


def test_what_cannot_be_installed_is_exit_1(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "program", lambda: ("/opt/tidegate/bin/tidegate",))
    monkeypatch.setattr(service, "system", lambda: Systemd(tmp_path / "nowhere"))
    assert "not installed" in terminal.run("service", "install", code=1).stderr
    monkeypatch.setattr(service, "system", lambda: Systemd(tmp_path))
    done = terminal.json("service", "install")
    assert done["command"][-3:] == ["--config", str(terminal.config), "run"]
    assert (tmp_path / "tidegate.service").exists()
