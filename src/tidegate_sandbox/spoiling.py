"""Which answer is spoiled by a fault ``unreadable``: the first armed one that finds its record and field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.unreadable import UNREADABLE, spoil


def spoiled(plan: FaultPlan, environ: Mapping[str, Any], body: bytes, answered: bytes) -> bytes | None:
    """The answer to this request after the first armed fault of this kind that finds its record and field."""
    if plan.active(UNREADABLE) is None:  # nearly always
        return None
    asked: dict[str, Any] = {"query": unquote_plus(environ.get("QUERY_STRING", ""))}
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    for fault in plan.matching(UNREADABLE, method=method, path=path, body=body, **asked):
        answer = spoil(answered, fault.options)
        if answer is not None and plan.inject(fault, method, path):
            return answer
    return None
