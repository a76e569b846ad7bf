"""The JSON schema of each command's document: `python -m tidegate.cli.documents.schemas docs/schemas` writes them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tidegate.cli.documents import books, comparing, overview, proving, queue, running, setting_up, shape

COMPLAINT = "error"  #: the document of any command that fails
#: What each command with `--json` prints, one of these; its schema bears its name, with hyphens.
SHAPES: dict[str, Sequence[Any]] = {
    COMPLAINT: [shape.Complaint],
    "init": [setting_up.Init],
    "check": [setting_up.Check],
    "sign-in": [setting_up.SignInBegun, setting_up.SignedIn],
    "connect": [
        *(setting_up.SignInBegun, setting_up.SignedIn),
        *(setting_up.Registration, setting_up.PasscodeShown, setting_up.Connected),
    ],
    "user add": [setting_up.UserAdded],
    "user link": [setting_up.UserLink],
    "user list": [setting_up.Users],
    "user token": [setting_up.TokenMade, setting_up.TokenRevoked],
    "backup": [setting_up.Backup],
    "ledger move": [setting_up.LedgerMoved],
    "service install": [setting_up.ServiceInstalled],
    "run": [shape.LogLine],
    "worker": [shape.LogLine],
    "cycle": [running.CycleReport, running.NotDue, running.DryRun],
    "queue list": [queue.Queue],
    "queue show": [queue.QueueShown],
    **{f"queue {act}": [queue.Acts] for act in ("retry", "release", "hold", "cancel", "skip", "link")},
    "items list": [queue.Items],
    "items retry": [queue.ItemsRetried],
    "halt": [queue.ConnectionChanged],
    "lift": [queue.ConnectionChanged],
    "status": [overview.Status],
    "trace": [books.Trace],
    "alerts": [overview.Alerts],
    "digest": [overview.Digest],
    "month-end": [books.MonthEnd],
    "alerts test": [queue.AlertsTest],
    "reconcile": [comparing.ReconcileReport],
    "coverage": [comparing.Coverage],
    "advise": [comparing.Advice],
    "match": [comparing.Matching],
    "adopt": [comparing.Adoption],
    "erase": [comparing.Erased, comparing.Exported, comparing.Erasures],
    "demo": [proving.Demo, proving.DemoFamily],
    "simulate": [proving.Weeks],
    "bench": [proving.Bench],
    "sandbox": [proving.Served, list[proving.Served], proving.Placed],
}


def schema(command: str) -> dict[str, Any]:
    """The schema of what `command` prints; a `KeyError` for one that is not known."""
    kinds = SHAPES[command]
    parts, named = msgspec.json.schema_components(
        [*kinds, *running.PLANNED, proving.Figure], ref_template=shape.REFERENCE
    )
    own = list(parts[: len(kinds)])
    for each in named.values():
        if "enum" in each:  # of the domain: what is said of it there is for who reads the code
            each.pop("description", None)
    if proving.Bench in kinds:  # its figures stand beside it, by their names
        named["Bench"]["additionalProperties"] = parts[-1]
    title = "what any command prints with --json when it fails"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title if command == COMPLAINT else f"tidegate {command} --json",
        **(own[0] if len(own) == 1 else {"anyOf": own}),
        "$defs": {name: named[name] for name in sorted(_needed(own, named))},
    }


def _needed(own: Any, named: Mapping[str, Any]) -> set[str]:
    """The names that these parts of a schema refer to, and those that these refer to."""
    found: set[str] = set()
    left = [own]
    while left:
        part = left.pop()
        if isinstance(part, list):
            left += part
        elif isinstance(part, dict):
            left += part.values()
            name = part.get("$ref", "").rpartition("/")[2] if isinstance(part.get("$ref"), str) else ""
            if name and name not in found:
                found.add(name)
                left.append(named[name])
    return found


def file_of(command: str) -> str:
    """The name of the schema's file."""
    return f"{command.replace(' ', '-')}.json"


def text_of(command: str) -> str:
    """The whole file."""
    return json.dumps(schema(command), indent=2) + "\n"


def write(folder: Path) -> None:
    """Write all of them."""
    for command in SHAPES:
        (folder / file_of(command)).write_text(text_of(command), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
