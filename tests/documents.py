"""What a command prints with `--json` is held against its schema in `docs/schemas`, wherever a test runs one."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema

from tidegate.cli.documents.schemas import COMPLAINT, SHAPES, file_of

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
NAMES = set(SHAPES)
#: The commands whose documents were held against their schemas in this process.
seen: set[str] = set()


FORMATS = jsonschema.FormatChecker(["date"])


@FORMATS.checks("date-time", ValueError)
def instant(value: object) -> bool:
    """With its offset from UTC."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@functools.cache
def validator(command: str) -> Any:
    """Of one command; a schema that is none is a failure, too."""
    schema = json.loads((FOLDER / file_of(command)).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=FORMATS)


def check(command: str, document: Any) -> None:
    """Fails when the document is not what the schema says: a key more, a key less, another kind of value."""
    failed = isinstance(document, dict) and set(document) == {COMPLAINT}
    validator(COMPLAINT if failed else command).validate(document)
    if not failed:
        seen.add(command)


def check_output(words: Sequence[str], stdout: str) -> None:
    """The same for a call of the program; without `--json`, or where it said nothing, there is nothing to hold."""
    if "--json" in words and stdout.strip():
        check(command_of(words), json.loads(stdout))


def command_of(words: Sequence[str]) -> str:
    """The command that these words call, e.g. `queue list`."""
    calls = (" ".join(words[at : at + size]) for size in (2, 1) for at in range(len(words)))
    return next(call for call in calls if call in NAMES)
