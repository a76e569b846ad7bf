"""What a configuration says, in 64 digits: by it several machines see whether theirs is the same."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

#: What may differ from machine to machine: how the ledger is reached, where is listened, how is logged.
_OWN = (("hub", "ledger"), ("hub", "log"), ("console", "listen"), ("api", "listen"))


def digest(path: Path) -> str:
    """The digest of the file: of what it says, not of its comments and its order. References stay references."""
    document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    for table, key in _OWN:
        document.get(table, {}).pop(key, None)
    said = json.dumps(document, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()
