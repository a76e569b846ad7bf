"""Sub-programs that SOAP runs: what goes in, and what comes out. Source: contract §3, §8.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.sage.x3 import objects
from tidegate.sage.x3.client import X3Client


def run(
    client: X3Client, program: str, given: Mapping[str, str], *, reading: bool
) -> Mapping[str, Any] | Failure:
    """The outputs of a sub-program; an empty answer is unknown."""
    content = msgspec.json.encode({"GRP1": given}).decode()
    ours = tuple(given.values())
    made = client.call("run", program, {"inputXml": content}, reading=reading, ours=ours)
    if isinstance(made, Failure):
        return made
    found = objects.stored(made.result)
    if found is None or "O_STATUS" not in found.header:
        code = Code.SERVER_TROUBLE if reading else Code.UNCLEAR_ANSWER
        return Failure(code, f"{program} answers without its outputs", sent=not reading)
    return found.header
