"""What a call wants written: a composed document, its fields in the sequence in which they are to be set."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Literal, NamedTuple

Action = Literal["insert", "update", "delete", "preview"]
ACTIONS: tuple[Action, ...] = ("insert", "update", "delete", "preview")


class Setting(NamedTuple):
    """A field and its value. ``verify`` off: Sage does not check it when it is set."""

    name: str
    value: str
    verify: bool = True


@dataclass(frozen=True)
class Detail:
    """A part of a document, with its own parts."""

    view: str
    settings: tuple[Setting, ...]
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Document:
    """A header with its parts, under the key of whoever asked."""

    key: str
    view: str
    settings: tuple[Setting, ...]
    details: tuple[Detail, ...] = ()

    def value(self, name: str) -> str:
        """What a field of the header is set to; "" for none."""
        return next((one.value for one in self.settings if one.name == name), "")

    @property
    def fingerprint(self) -> str:
        """The same for the same content, in the same sequence."""
        text = json.dumps([self.settings, [_listed(one) for one in self.details]])
        return hashlib.sha256(text.encode()).hexdigest()


def _listed(detail: Detail) -> list[object]:
    return [detail.view, detail.settings, [_listed(one) for one in detail.details]]
