"""Errors: one readable block that names file, key and what to do; never a traceback."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from integration.cli.terminal import Terminal
from tidegate.cli import exits, status
from tidegate.cli.complaint import EXTRAS, Unknown, complaint_of, sentences
from tidegate.cli.every_command import app


def run(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), env=env, prog_name="tidegate")


def test_the_version() -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, "tidegate 0.1.0\n")


def test_a_missing_configuration() -> None:
    result = run("--config", "nowhere.toml", "status")
    assert result.exit_code == exits.CONFIGURATION
    assert "nowhere.toml" in result.stderr
    assert "tidegate init" in result.stderr


def test_the_configuration_from_the_environment() -> None:
    assert "elsewhere.toml" in run("status", env={"TIDEGATE_CONFIG": "elsewhere.toml"}).stderr


def test_every_problem_of_a_configuration_at_once(terminal: Terminal) -> None:
    terminal.write_config(
        text={'every = "15m"': 'every = "15 min"', '"America/Detroit"': '"America/Detriot"'}
    )
    result = terminal.run("status", code=exits.CONFIGURATION)
    assert "the configuration has 2 problems" in result.stderr
    assert "connections.web.flows.orders.every" in result.stderr
    assert 'did you mean "America/Detroit"?' in result.stderr
    assert result.stdout == ""


def test_a_missing_secret_names_file_key_and_variable(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_ACCESS_TOKEN")
    result = terminal.run("check", code=exits.CONFIGURATION)
    assert f"{terminal.config}: stores.main.access_token" in result.stderr
    assert "set SHOP_ACCESS_TOKEN" in result.stderr


def test_reports_need_no_secrets(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_ACCESS_TOKEN")
    terminal.run("status")
    terminal.run("queue", "list")
    terminal.run("alerts")


def test_a_damaged_ledger(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "tidegate.db").write_bytes(b"this is no database, but it is long enough to be one" * 100)
    result = terminal.run("status", code=exits.LEDGER)
    assert "restore the last backup" in result.stderr


def test_an_error_in_json_is_a_document_too(fresh: Terminal) -> None:
    result = fresh.run("status", "--json", code=exits.LEDGER)
    document = json.loads(result.stdout)
    assert document["error"]["exit"] == exits.LEDGER
    assert "there is no ledger yet" in " ".join(document["error"]["lines"])


def test_debug_shows_where_it_came_from() -> None:
    result = run("--debug", "--config", "nowhere.toml", "status")
    assert result.exit_code == exits.CONFIGURATION
    assert "Traceback" in result.stderr


def test_our_own_faults_are_reported_as_such(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(report: object) -> None:
        raise ZeroDivisionError("Bearer abcdefghijklmnop")

    monkeypatch.setattr(status, "show", breaks)
    result = run("--config", str(terminal.config), "status")
    assert result.exit_code == exits.BUG
    assert "an error in Tidegate" in result.stderr
    assert "abcdefghijklmnop" not in result.stderr


def test_a_backup_while_it_is_in_use(terminal: Terminal, tmp_path: Path) -> None:
    terminal.sell(1)
    terminal.cycle()
    copy = tmp_path / "copy.db"
    assert terminal.json("backup", str(copy))["bytes"] == copy.stat().st_size
    assert "exists" in terminal.run("backup", str(copy), code=exits.USAGE).stderr
    terminal.run("backup", str(copy), "--force")
    assert (
        "does not exist" in terminal.run("backup", str(tmp_path / "no" / "copy.db"), code=exits.LEDGER).stderr
    )


def test_unknown_names_suggest_known_ones() -> None:
    assert Unknown("connection", "wbe", ["web", "trade"]).remedy == "did you mean web?"
    assert Unknown("connection", "x", ["web", "trade"]).remedy == "there are: trade, web"


def test_only_errors_of_users_are_explained() -> None:
    assert complaint_of(ValueError("x")) is None
    missing = FileNotFoundError(2, "No such file or directory", "there.csv")
    found = complaint_of(missing)
    assert found is not None
    assert found.headline == "there.csv: No such file or directory"


def test_a_long_text_is_shown_sentence_by_sentence() -> None:
    assert sentences("One thing. Another thing. The end") == ("One thing.", "Another thing.", "The end")


def test_every_extra_is_one_of_the_package() -> None:
    document = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    extras = document["project"]["optional-dependencies"]

    assert set(EXTRAS.values()) == set(extras)
    for module, extra in EXTRAS.items():
        assert any(each.startswith(module) for each in extras[extra])
