"""Bugs in what the shop may sell. Every docstring says what the hub does wrong."""

from __future__ import annotations

import pytest

from tidegate.flows import unread_despatches


def vanished_lines_are_forgotten_at_once(patch: pytest.MonkeyPatch) -> None:
    """An order that the company has finished with is owed no more, though the shop has heard of no shipment."""
    patch.setattr(unread_despatches, "still_unread", lambda despatches: [])
