"""What every table of the configuration is: a frozen struct that knows its keys."""

from __future__ import annotations

import msgspec


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Unknown keys are errors: a misspelt key must never be silently ignored."""
