"""`docs/quickstart.md` to the letter: every statement of the page, in its order, in a shell."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tidegate.ledger import account, database

pytestmark = [pytest.mark.process, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
#: Long enough for a busy machine; nothing is measured here.
PATIENCE = 120.0
#: What is carried out by another test, as it stands.
ELSEWHERE = {"tidegate demo": "tests/integration/demo/test_evening.py"}
BIN = Path(sys.executable).parent


def statements(title: str) -> list[str]:
    """The lines of the section's console blocks."""
    section = re.search(rf"(?ms)^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE)
    assert section is not None, title
    blocks = re.findall(r"(?ms)^ *```console\n(.*?)^ *```", section.group(1))
    return [line.strip() for block in blocks for line in block.splitlines()]


def ports() -> int:
    """The first of three free ports in a row."""
    for _ in range(100):
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                for following in (port + 1, port + 2):
                    with socket.socket() as next_one:
                        next_one.bind(("127.0.0.1", following))
            except OSError:
                continue
            return port
    raise AssertionError("no three free ports in a row")


class Shell:
    """A terminal in a folder, with `tidegate` on its path."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir()
        self.folder = folder
        self.done: list[str] = []
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TIDEGATE_")}
        self.environment = {
            **kept,
            "PATH": f"{BIN}{os.pathsep}{kept['PATH']}",
            "TIDEGATE_SANDBOX_PORT": str(port),
            "COLUMNS": "80",
        }

    def start(self, statement: str, typed: str | None = None) -> subprocess.Popen[str]:
        """Begin a statement of the page."""
        self.done.append(statement)
        return subprocess.Popen(
            ["sh", "-c", f"exec {statement}" if "\n" not in statement else statement],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE if typed is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, statement: str, typed: str | None = None, code: int = 0) -> str:
        """Carry out a statement to its end; what it printed. It ends with `code`."""
        process = self.start(statement, typed)
        out, errors = process.communicate(typed, timeout=PATIENCE)
        assert process.returncode == code, (statement, out, errors)
        return out

    def sign_in(self, statement: str) -> None:
        """A person opens the printed address in a browser."""
        process = self.start(statement)
        assert process.stdout is not None
        address = next(line.strip() for line in process.stdout if line.startswith("http"))
        assert (
            "Tidegate has got the answer" in httpx.get(address, follow_redirects=True, timeout=PATIENCE).text
        )
        out, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, (out, errors)
        assert "signed in to" in out

    def run_until_noted(self, statement: str) -> None:
        """Let the hub work until the shop has the number of an order in Sage, then press Ctrl-C."""
        process = self.start(statement)
        try:
            end = time.monotonic() + PATIENCE
            while not self.noted():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < end, self.quietly("tidegate status")
                time.sleep(0.1)
        finally:
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, (out, errors)

    def noted(self) -> int:
        """Orders whose number the shop has: read here, since a process for each look would keep the hub from working."""
        database.open_ledger(f"sqlite:///{self.folder / 'tidegate.db'}")
        try:
            return account.account("web", "order-status", "number").confirmed
        finally:
            database.close()

    def quietly(self, command: str) -> str:
        """A command that is not of the page."""
        done = subprocess.run(
            command.split(),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of the shop that `tidegate sandbox`, the page's own statement, serves."""
    first = ports()
    shell = Shell(tmp_path / "first-terminal", first)
    [statement] = [
        line for line in statements("Try it against simulated systems") if line == "tidegate sandbox"
    ]
    process = shell.start(statement)
    assert process.stdout is not None
    try:
        shown = ""
        for line in process.stdout:
            shown += line
            if line.startswith("In another terminal"):
                break
        for reported in ("consumer_key = ", "control = ", "accounts: WEB", "orders: 10, numbers"):
            assert reported in shown, shown
        yield first
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_install_puts_the_program_on_the_path() -> None:
    lines = statements("Install")
    assert lines == ["make setup", ". .venv/bin/activate", "tidegate --version"]
    if not (ROOT / ".venv" / ".ready").exists():
        lines = lines[2:]  # the tests run in an environment of somebody's own
    shell = subprocess.run(
        ["sh", "-ec", "\n".join(lines)],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert shell.returncode == 0, shell.stderr
    assert re.search(r"(?m)^tidegate \d+\.\d+\.\d+$", shell.stdout), shell.stdout


def test_what_is_carried_out_elsewhere_is() -> None:
    for statement in statements("See it"):
        _, command = statement.split()
        assert f'"{command}"' in (ROOT / ELSEWHERE[statement]).read_text(encoding="utf-8")


def test_against_the_simulated_systems(port: int, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "second-terminal", port)
    page = statements("Try it against simulated systems")
    assert page.pop(0) == "tidegate sandbox"  # the first terminal's
    shell.run("tidegate init --sandbox")
    made = {path.name for path in shell.folder.iterdir()}
    assert {"tidegate.toml", "sandbox-secrets", "tidegate.db"} <= made
    assert all(name.startswith(("tidegate.", "sandbox-secrets")) for name in made)
    shell.sign_in("tidegate sign-in us")
    assert " 0 fail" in shell.run("tidegate check")
    # Exit 1 of both: two of the ten orders wait for a person.
    assert "Nothing was sent" in shell.run("tidegate cycle orders --dry-run", code=1)
    assert "confirmed" in shell.run("tidegate cycle orders --now")
    assert "every tally adds up" in shell.run("tidegate status", code=1)
    shell.run("tidegate queue list")
    assert "placed 3 orders" in shell.run("tidegate sandbox --place 3")
    shell.run_until_noted("tidegate run")
    assert "sage-order" in shell.run("tidegate trace 000000001")
    assert shell.done == page


def test_the_wizard_connects_systems_of_ones_own(port: int, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "of-ones-own", port)
    sandbox = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    known = {
        "Address of the Magento store": sandbox[0],
        "Address of Sage's service": f"{sandbox[1]}/uk/sage200/accounts/v1",
        "Address of Sage's sign-in page": sandbox[1],
        "Has Sage given a subscription key": "yes",
        "Address on this machine to which": f"http://127.0.0.1:{port + 2}/callback",
        "Sage site id": "0d5b3a52-6a53-4a0e-9a0b-7f2a1d6b9c11",
        "Sage company id": "123",
        "Time zone of the company": "America/Detroit",
        "The company's own currency": "USD",
        "Sage account for guest orders": "WEB",
        "Tax: percent in Magento": "0=0, 5=5, 6=6, 20=1",
    }
    from tidegate.config.questions import questions_of
    from tidegate.sage.rooms import PRODUCTS

    typed = [
        next((answer for text, answer in known.items() if question.text.startswith(text)), "")
        for question in questions_of(PRODUCTS)
        if len(question.choices) != 1 and question.is_asked({})
    ]
    assert len([answer for answer in typed if answer]) == len(known)
    page = statements("Connect your own")
    out = shell.run("tidegate init", "\n".join([*typed, ""]))
    variables = dict(re.findall(r"(?m)^  export (\w+)='(.*?)'", out))
    fixed = Shell(tmp_path / "secrets", port)
    fixed.run("tidegate init --sandbox")
    for name in variables:
        if variables[name] == "...":
            same = fixed.folder / "sandbox-secrets" / name.replace("_UK_", "_US_")
            variables[name] = same.read_text(encoding="utf-8").strip()
    shell.environment.update(variables)
    shell.sign_in("tidegate sign-in uk")
    assert " 0 fail" in shell.run("tidegate check")
    shell.run("tidegate cycle orders --connection web --dry-run")
    assert "placed" in shell.quietly("tidegate sandbox --place 8")
    shell.run_until_noted("tidegate run")
    assert shell.done == page
