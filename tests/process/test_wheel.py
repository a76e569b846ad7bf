"""The wheel, installed as people install programs: with uv's and pipx's own environments, from nothing but its file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 900
#: What is no Python and has to be in the wheel all the same.
CARRIED = (
    "tidegate/console/templates/pages/home.html",
    "tidegate/console/static/vendor/htmx.js",
    "tidegate/console/static/console.css",
    "tidegate/config/tidegate.toml.template",
)


def uv() -> str:
    """uv of this machine; skips where there is none."""
    found = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    if not Path(found).exists():
        pytest.skip("no uv")
    return found


def run(*command: str, **environment: str) -> str:
    """What a command says; it must go well."""
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as it is for a release."""
    folder = tmp_path_factory.mktemp("wheel")
    run(uv(), "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT))
    (made,) = folder.glob("*.whl")
    return made


@pytest.mark.process
@pytest.mark.campaign
def test_it_carries_pages_and_templates_and_names_its_extras(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        told = content.read(metadata).decode()
    assert [name for name in CARRIED if name not in names] == []
    assert [name for name in names if "/tests/" in name or name.startswith("tests/")] == []
    for extra in ("demo", "plots", "postgresql", "telemetry", "workers"):
        assert f"Provides-Extra: {extra}" in told


@pytest.mark.process
@pytest.mark.campaign
@pytest.mark.timeout(PATIENCE)  # what it needs is downloaded
@pytest.mark.parametrize("how", ["uv tool", "pipx"])
def test_it_is_a_program_of_its_own(wheel: Path, tmp_path: Path, how: str) -> None:
    places = {
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
    }
    python = sys.executable
    if how == "uv tool":
        run(uv(), "tool", "install", "--quiet", "--python", python, str(wheel), **places)
    else:
        run(uv(), "tool", "run", "--quiet", "pipx", "install", "--python", python, str(wheel), **places)
    program = str(tmp_path / "bin" / "tidegate")
    assert run(program, "--version").startswith("tidegate ")
    assert "run" in run(program, "--help")
