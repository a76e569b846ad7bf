"""Whole answers of a simulator, and the paths that they belong to."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import lru_cache
from http.client import responses
from typing import Any, NamedTuple

Environ = dict[str, Any]


class Answer(NamedTuple):
    """One whole answer of the app."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        """The HTTP status as a number."""
        return int(self.status[:3])


@lru_cache(maxsize=4096)
def path_template(path: str) -> str:
    """The path with its identifiers left out: ``/V1/orders/12`` becomes ``/V1/orders/{}``."""
    path = re.sub(r"\([^/]*\)", "({})", path)
    return "/".join(
        "{}" if re.search(r"\d", part) and not re.fullmatch(r"[vV]\d+(\.\d+)*|[a-z]+\d{1,3}", part) else part
        for part in path.split("/")
    )


def answer(code: int, content_type: str, body: bytes, *more: tuple[str, str]) -> Answer:
    """An answer with its Content-Type and Content-Length, and ``more`` headers."""
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), *more]
    return Answer(f"{code} {responses.get(code, 'Unknown')}", headers, body)


def json_answer(code: int, value: object, *more: tuple[str, str]) -> Answer:
    """An answer of JSON, times in ISO 8601."""
    return answer(code, "application/json", json.dumps(value, default=datetime.isoformat).encode(), *more)
