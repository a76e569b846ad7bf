"""The note on a confirmed order: what is written to the store of it, as data."""

from __future__ import annotations

import msgspec

from tidegate.sage.port.outcomes import Kind

FLOW = "order-status"
NUMBER = "number"
COMMENT = "comment"


class Note(msgspec.Struct, frozen=True):
    """The subject of both steps; `number` is "" as long as the company has given none."""

    entity_id: int
    number: str
    kind: Kind = Kind.ORDER

    @property
    def text(self) -> str:
        """The comment, by which a look-up finds it again among the order's comments."""
        return f"Sage {self.kind} {self.number}"


read_note = msgspec.json.Decoder(Note).decode
