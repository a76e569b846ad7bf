"""What the company refuses, and why. A face turns the kind into its own error."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "invalid", "missing", "unknown", "duplicate", "forbidden", "closed_period", "locked", "seats", "in_use"
]


class Refusal(Exception):
    """The company does not do what was asked, and nothing of it has happened unless the operation says so.

    ``kind``: ``invalid`` (a value breaks a rule), ``missing`` (a needed value was not given), ``unknown`` (an
    id or code names nothing), ``duplicate``, ``forbidden`` (permission, or deletion not allowed),
    ``closed_period``, ``locked`` (backup, posting, period end), ``seats`` (none free), ``in_use`` (another
    user edits the record). ``field`` is the kernel's name of the value at fault, where there is one.
    """

    def __init__(self, kind: Kind, text: str, field: str = "") -> None:
        super().__init__(text)
        self.kind: Kind = kind
        self.text = text
        self.field = field
