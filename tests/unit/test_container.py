"""Tidegate in a container: built and run where a container tool answers, linted everywhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from unit.config.configuration_files import ENVIRONMENT, problems, whole

ROOT = Path(__file__).parents[2]
#: Megabytes that the image may have.
LARGEST = 700
CONSOLE = """
[console]
listen = "0.0.0.0:8900"
url = "http://localhost:8900"
"""


def lint(program: str, *arguments: str) -> None:
    """A linter of the development group, which is beside this Python."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_is_linted() -> None:
    lint("hadolint", str(ROOT / "Dockerfile"))


def test_the_composition_is_linted() -> None:
    lint("compose-lint", str(ROOT / "compose.yaml"))


def test_the_image_is_small_and_not_roots() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"(?m)^USER 10001$", last)
    assert "HEALTHCHECK" in last
    assert "/health" in last
    assert "uv " not in last  # what builds stays behind
    assert 'ENTRYPOINT ["tidegate"]' in last
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert allowed[0] == "*"  # no secret and no ledger of the folder goes into the image
    assert {"!src", "!uv.lock"} <= set(allowed)


def test_whatever_the_image_copies_is_there_and_not_ignored() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"(?m)^COPY (?!--from)(.*)$", text) for name in line.split()[:-1]]
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied
    assert [name for name in copied if not (ROOT / name).exists() or f"!{name}" not in allowed] == []
    extras = set(re.findall(r"--extra (\S+)", text))
    assert extras
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert [name for name in extras if not re.search(rf"(?m)^{name} = \[", project)] == []


def test_the_composition_holds_two_workers_a_ledger_and_no_secret() -> None:
    document = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    services = document["services"]
    ledger = services["ledger"]
    for name, ports in {"worker-1": ["127.0.0.1:8900:8900"], "worker-2": []}.items():
        worker = services[name]
        assert worker["command"][0] == "worker"
        assert worker["depends_on"] == {"ledger": {"condition": "service_healthy"}}
        assert worker["read_only"] is True
        assert worker["cap_drop"] == ["ALL"]
        assert worker["ports"] == ports
    assert "${POSTGRES_PASSWORD" in ledger["environment"]["POSTGRES_PASSWORD"]
    assert set(document["volumes"]) == {"state", "ledger"}


def configuration(folder: str) -> str:
    """A whole one whose ledger lies in the folder; its shop and its company answer nobody."""
    return whole(
        ("sqlite:////srv/tidegate.db", f"sqlite:///{folder}/tidegate.db"),
        ("keyring:tidegate/encryption", "only-for-a-container-that-is-gone-soon"),
        more=CONSOLE,
    )


def test_what_the_container_is_given_is_a_configuration() -> None:
    assert problems(configuration("/var/lib/tidegate")) == []


def container_tool() -> str:
    """A tool whose daemon answers; "" where none does."""
    for tool in ("docker", "podman"):
        if shutil.which(tool):
            done = subprocess.run([tool, "info"], capture_output=True, check=False, timeout=30)
            if done.returncode == 0 and b"Cannot connect" not in done.stderr:
                return tool
    return ""


def asked(*command: str) -> str:
    """What a command says."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.strip()


@pytest.mark.process
@pytest.mark.campaign
def test_the_image_is_built_and_a_hub_in_it_is_healthy(tmp_path: Path) -> None:
    tool = container_tool()
    if not tool:
        pytest.skip("no container tool whose daemon answers")
    subprocess.run([tool, "build", "-t", "tidegate-test", str(ROOT)], check=True, timeout=1200)
    assert asked(tool, "run", "--rm", "tidegate-test", "--version").startswith("tidegate ")
    assert asked(tool, "run", "--rm", "--entrypoint", "id", "tidegate-test", "-u") == "10001"
    size = int(asked(tool, "image", "inspect", "tidegate-test", "--format", "{{.Size}}"))
    assert size < LARGEST * 1_000_000
    file = tmp_path / "tidegate.toml"
    file.write_text(configuration("/var/lib/tidegate"), encoding="utf-8")
    file.chmod(0o644)
    mounted = f"{file}:/etc/tidegate/tidegate.toml:ro"
    options = ["--read-only", "--tmpfs", "/tmp", "-v", mounted, "-e", f"TOKEN={ENVIRONMENT['TOKEN']}"]
    name = asked(tool, "run", "--detach", *options, "tidegate-test")
    try:
        deadline = time.monotonic() + 120
        health = ["exec", name, "python", "-c"]
        ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8900/health', timeout=4).read().decode())"
        while True:
            done = subprocess.run(
                [tool, *health, ask], capture_output=True, text=True, check=False, timeout=30
            )
            if done.returncode == 0:
                break
            assert time.monotonic() < deadline, asked(tool, "logs", name)
            time.sleep(1)
        assert json.loads(done.stdout) == {"status": "ok"}
        asked(tool, "stop", "--time", "60", name)
        assert asked(tool, "inspect", name, "--format", "{{.State.ExitCode}}") == "0"
    finally:
        subprocess.run([tool, "rm", "--force", "--volumes", name], check=False, timeout=60)


@pytest.mark.process
@pytest.mark.campaign
def test_the_composition_is_one_that_the_tool_understands(tmp_path: Path) -> None:
    tool = container_tool()
    if not tool:
        pytest.skip("no container tool whose daemon answers")
    for name in ("Dockerfile", "compose.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=only-for-tests\n", encoding="utf-8")
    asked(tool, "compose", "--project-directory", str(tmp_path), "config", "--quiet")
