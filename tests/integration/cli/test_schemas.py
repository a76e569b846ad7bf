"""The documents of `--json` are what `docs/schemas` describes: every key, no other, and the right kinds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.ledger import alerts, database

FOLDER = Path(__file__).parents[3] / "docs" / "schemas"
STORE = "\n[stores.main]"
DEAD = '\n[notify.targets.ops]\nurl = "json://127.0.0.1:1/"\n[stores.main]'


def schema(name: str) -> dict[str, Any]:
    """One of them; a schema that is none is a failure, too."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def check(name: str, document: Any) -> None:
    jsonschema.Draft202012Validator(schema(name)).validate(document)


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
    terminal.run("halt", "web", "--reason", "stocktaking")
    return terminal


def test_an_empty_installation(terminal: Terminal) -> None:
    check("status", terminal.json("status"))
    check("alerts", terminal.json("alerts"))
    check("queue", terminal.json("queue", "list"))
    (digest,) = terminal.json("digest")["digests"]
    check("digest", digest)


def test_a_busy_one(busy: Terminal) -> None:
    check("status", busy.json("status", code=1))
    check("alerts", busy.json("alerts", code=1))
    check("queue", busy.json("queue", "list", "--all"))
    check("trace", busy.json("trace", "000000001"))
    check("trace", busy.json("trace", "000000003"))
    (digest,) = busy.json("digest")["digests"]
    check("digest", digest)
    assert digest["oldest"]
    assert digest["person"]["held"]


@pytest.mark.parametrize("name", ["status", "queue", "trace", "alerts", "digest", "month-end"])
def test_a_key_more_or_less_is_noticed(name: str) -> None:
    """The schemas are closed: what is added to a document is added to them, too."""
    top = schema(name)
    assert top["additionalProperties"] is False
    assert set(top["required"]) == set(top["properties"])
    with pytest.raises(jsonschema.ValidationError):
        check(name, {})
