"""The guard against mass removal: what vanishes from a file all at once is kept until a person confirms it.

Source: contract §7. A file always holds everything, so a record that is missing is gone; but an empty or truncated
export looks the same. Records that are held are stated as unreadable, with the reason: their reader leaves
what it knows as it is, and everything else of the file goes on.
"""

from __future__ import annotations

import base64
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tidegate.clock import Clock
from tidegate.sage.sage50.scope_files import ScopeFile
from tidegate.sage.vault import Secret, Vault

NAME = "seen-{scope}"  #: in the vault: the records of a scope as they were let through last


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may vanish at once: at most `share` of all records, or at most `records`."""

    share: Decimal = Decimal("0.20")
    records: int = 20
    confirmed: tuple[str, ...] = ()  #: beginnings of checksums of files whose removals a person has confirmed

    def held(self, before: int, missing: int, left: int, checksum: str) -> bool:
        """Whether `missing` removals must wait for a person."""
        if not missing or any(checksum.startswith(each) for each in self.confirmed):
            return False
        return not left or (missing > self.records and missing > self.share * before)


@dataclass(eq=False)
class Removals:
    """The guard of one company; what was seen is in the vault, for all processes."""

    company: str
    vault: Vault
    clock: Clock
    limits: Limits
    _weighed: dict[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def held(self, file: ScopeFile) -> Mapping[str, str]:
        """id -> name of the records that are missing in this file and still count."""
        with self._lock:
            checksum, held = self._weighed.get(file.scope, ("", {}))
            if checksum != file.checksum:
                held = self._weigh(file, file.names)
                self._weighed[file.scope] = file.checksum, held
            return held

    def _weigh(self, file: ScopeFile, names: Mapping[str, str]) -> Mapping[str, str]:
        place = NAME.format(scope=file.scope)
        with self.vault.rotating(self.company) as turn:
            before = _unpacked(turn.secrets[place].value) if place in turn.secrets else {}
            missing = {id: before[id] for id in before.keys() - names.keys()}
            held = missing if self.limits.held(len(before), len(missing), len(names), file.checksum) else {}
            seen = {**held, **names}
            if seen != before:
                turn.keep({place: Secret(_packed(seen), self.clock.now())})
        return held

    def why(self, file: ScopeFile, held: Mapping[str, str]) -> str:
        """The message for an operator about each."""
        beginning = file.checksum[:12]
        return (
            f"it is missing in Sage 50's last file of {file.scope}, together with {len(held) - 1} others, "
            f"while {len(file.records)} are in it. So many records are not removed automatically. If they "
            f'were really deleted, add "{beginning}" to confirmed_removals of the company'
        )


def _packed(names: Mapping[str, str]) -> str:
    lines = "\n".join(f"{id}\t{name}" for id, name in sorted(names.items()))
    return base64.b64encode(zlib.compress(lines.encode())).decode()


def _unpacked(text: str) -> dict[str, str]:
    lines = zlib.decompress(base64.b64decode(text)).decode()
    return dict(line.split("\t", 1) for line in lines.split("\n") if "\t" in line)
