"""The documents of `--json` are what `docs/schemas` describes: of every command, every key, no other, the right kinds.

Every test that runs a command holds its document against the schema (`tests/documents.py`). Here stands that each
command has one, and that each is printed by some test: by the busy terminal below, or by `ELSEWHERE`.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import documents
from documents import FOLDER, check, check_output
from integration.cli.terminal import ONE_PAYMENT, Terminal
from integration.cli.test_commands_page import COMMANDS, SECTIONS, options
from integration.cli.test_connect import stage as stage
from integration.flows.in_memory import MemoryStage
from tidegate.bench.command import tell_programs
from tidegate.bench.figure import Figure, Target
from tidegate.cli import connect
from tidegate.cli.documents.schemas import COMPLAINT, SHAPES, file_of, text_of
from tidegate.conformance.memory.stand_door import Administrator
from tidegate.ledger import alerts, database, moving
from tidegate.sage.port.entrance import Applicant, RegistrationPage
from tidegate.simulation import command as simulating
from tidegate.simulation.run import Outcome

STORE = "\n[stores.main]"
DEAD = '\n[notify.targets.ops]\nurl = "json://127.0.0.1:1/"\n[stores.main]'
WITH_JSON = {name for name, command in COMMANDS.items() if "--json" in options(command)}
#: What the busy terminal cannot print, and the test that prints it and holds it against its schema.
ELSEWHERE = {
    "run": "integration/cli/test_processes.py",
    "worker": "process/test_workers.py",
    "sandbox": "integration/cli/test_processes.py",
    "connect": "integration/cli/test_schemas.py",
    "simulate": "integration/cli/test_schemas.py",
    "bench": "integration/cli/test_schemas.py",
    "demo": "integration/demo/test_evening.py",
    **{f"user {act}": "integration/cli/test_user.py" for act in ("add", "link", "list", "token")},
}


def test_every_command_with_json_has_a_schema_and_nothing_else_has() -> None:
    assert set(SHAPES) - {COMPLAINT} == WITH_JSON
    assert {each.name for each in FOLDER.iterdir()} == {file_of(name) for name in SHAPES}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_file_is_what_the_types_say(name: str) -> None:
    """`python -m tidegate.cli.documents.schemas docs/schemas` writes them anew."""
    assert (FOLDER / file_of(name)).read_text(encoding="utf-8") == text_of(name)


@pytest.mark.parametrize("name", sorted(WITH_JSON))
def test_the_page_links_it(name: str) -> None:
    (row,) = re.findall(r"(?m)^\| `--json` \|.*$", SECTIONS[name])
    assert row.endswith(f"([schema](schemas/{file_of(name)})) |")


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Every description of an object within a schema."""
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for each in part.values():
            yield from objects(each)
    elif isinstance(part, list):
        for each in part:
            yield from objects(each)


@pytest.mark.parametrize("name", sorted(set(SHAPES) - {"run", "worker"}))
def test_a_key_more_or_less_is_noticed(name: str) -> None:
    """The schemas are closed: what is added to a document is added to them, too. Lines of the log are open."""
    found = list(objects(json.loads((FOLDER / file_of(name)).read_text(encoding="utf-8"))))
    assert found
    for each in found:
        closed = each["additionalProperties"]
        assert closed is False or name == "bench", each["properties"].keys()
        assert set(each["required"]) <= set(each["properties"])
    for wrong in ({}, {"another": 1}):
        with pytest.raises(jsonschema.ValidationError):
            check(name, wrong)


def test_what_is_printed_elsewhere_is_held_there() -> None:
    tests = Path(__file__).parents[2]
    for name, file in ELSEWHERE.items():
        text = (tests / file).read_text(encoding="utf-8")
        assert re.search(r"\bcheck(_output)?\(", text), (name, file)


@pytest.fixture
def busy(terminal: Terminal) -> Terminal:
    """Orders confirmed, held and waiting; an alert, a halt, a message that does not arrive."""
    terminal.write_config(text={**ONE_PAYMENT, STORE: DEAD})
    terminal.sell(2)
    terminal.sell(1, method="banktransfer")
    terminal.cycle()
    terminal.sell(1)
    with terminal.world.open_hub() as hub, database.transaction("test"):
        alerts.raise_alert("totals-differ", "web", "000000001", "differ", terminal.world.clock.now())
        del hub
    return terminal


def print_everything(busy: Terminal, folder: Path) -> None:
    """Every command that a terminal can carry out; each prints its document, whatever the exit code."""
    answers = ("--answers", "store_url=https://shop.example")
    busy.invoke("init", *answers, "--json", config=folder / "new.toml")
    for words in (
        *(["sign-in", "sage", "--no-listen"], ["service", "install", "--output", str(folder / "unit")]),
        *(["backup", str(folder / "copy.db")], ["ledger", "move", "--to", "postgresql://hub@ledger/empty"]),
        *(["check"], ["coverage"], ["advise"], ["match"], ["adopt", "--from", "2026-03-01"]),
        *(["cycle", "orders", "--dry-run"], ["cycle", "order-status", "--dry-run"]),
        *(["reconcile", "--from", "2026-03-20"], ["month-end", "--period", "2026-03"]),
        *(
            ["alerts", "test"],
            ["items", "list", "web", "inventory"],
            ["items", "retry", "web", "inventory", "A"],
        ),
        *(["trace", "000000001"], ["trace", "000000003"], ["status"], ["alerts"], ["digest"]),
        *(["queue", "list"], ["queue", "list", "--all"], ["queue", "show", "000000003"]),
        *(["queue", act, "000000003", "--yes"] for act in ("release", "hold", "retry", "cancel")),
        ["queue", "skip", "000000003", "--reason", "a test", "--yes"],
        ["queue", "link", "000000003", "0000004711", "--yes"],
        *(["cycle", "orders", "--now"], ["cycle", "orders"]),
        *(["erase", "--history"], ["erase", "--email", "nobody@example.com"]),
        *(["halt", "web", "--reason", "stocktaking"], ["status"], ["alerts"], ["digest"], ["lift", "web"]),
    ):
        busy.invoke(*words, "--json")


def test_every_command_prints_what_its_schema_says(
    busy: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "move", lambda *_: [moving.Moved("tidegate_mark", 3, 2)])
    documents.seen.clear()
    print_everything(busy, tmp_path)
    assert WITH_JSON - documents.seen - {"erase"} == set(
        ELSEWHERE
    )  # of `erase`: `test_erase.py`, and the history


def test_an_empty_installation(terminal: Terminal) -> None:
    for words in (["status"], ["alerts"], ["queue", "list"], ["digest"]):
        terminal.json(*words)


class Maker:
    """A maker that registers."""

    def register(self, applicant: Applicant) -> RegistrationPage:
        return RegistrationPage(f"https://maker.example/{applicant.name}", "confirm the message")


def test_each_way_into_a_company(
    stage: MemoryStage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`connect`: a registration, a passcode that is shown, a key that is typed in."""
    maker, ann = Maker(), Applicant("Ann", "ann@example.com", "a firm")
    connect.apply("sage", maker, ann, True)  # type: ignore[arg-type]  # a registration is all it knows
    check_output(["connect", "--json"], capsys.readouterr().out)
    consent = Administrator(stage.room).consent
    passcode = consent.ask()
    connect.show("sage", passcode, True)  # type: ignore[arg-type]  # a company in memory always answers
    check_output(["connect", "--json"], capsys.readouterr().out)
    stage.room.office.keys.add("the-right-key")
    monkeypatch.setattr(sys, "stdin", io.StringIO("the-right-key\n"))
    connect.type_in(stage.hub, "sage", consent, "ann", True)
    check_output(["connect", "--json"], capsys.readouterr().out)


def test_a_week_that_breaks_a_promise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = [{"promise": "once", "subject": "order 1", "text": "twice in Sage"}]
    week = Outcome(1, orders=1, faults=Counter({"timeout": 1}), violations=broken)
    monkeypatch.setattr(simulating, "outcomes", lambda *_: iter([("sage200", week)]))
    assert simulating.main(seeds=1, first=1, products=["sage200"], jobs=1, as_json=True, at_least=1) == 1
    check_output(["simulate", "--json"], capsys.readouterr().out)


def test_the_figures_of_a_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    figures = [
        Figure("orders-a-minute", 2100.5, "1/min", "timed", "orders carried", Target(">=", 2000)),
        Figure("calls", 3, "calls", "counted", "calls an order"),
    ]
    tell_programs("2 cores", figures, quick=True)
    check_output(["bench", "--json"], capsys.readouterr().out)
