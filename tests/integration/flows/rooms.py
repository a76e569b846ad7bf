"""Rooms that a flow must be ready for and that Sage 200 is not: a shut door, missing desks, other guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tidegate.domain.errors import Failure
from tidegate.sage.sage200 import orders, room
from tidegate.sage.sage200.desks import Desks
from tidegate.sage.sage200.room import Sage200Company


def shut(patch: pytest.MonkeyPatch, failure: Failure) -> None:
    """The company's door does not open."""

    @contextmanager
    def session(_company: Sage200Company, _purpose: Any) -> Iterator[Failure]:
        yield failure

    patch.setattr(Sage200Company, "session", session)


def without(patch: pytest.MonkeyPatch, *desks: str) -> None:
    """The product has not got these desks."""
    whole = Desks.session
    patch.setattr(Desks, "session", lambda self: replace(whole(self), **dict.fromkeys(desks)))


def writing(patch: pytest.MonkeyPatch, **changes: Any) -> None:
    """The product takes orders in another way."""
    before = orders.writing
    for module in (orders, room):
        patch.setattr(module, "writing", lambda key_field: replace(before(key_field), **changes))
