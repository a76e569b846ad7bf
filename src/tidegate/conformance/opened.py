"""A session of the company under test: a door that does not open fails, a desk that is missing skips the test.

Which desks are missing is a room's own statement (`rooms.py` of the tests); `missing_desks` checks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tidegate.domain.errors import Failure
from tidegate.sage.port.company import Company
from tidegate.sage.port.session import Purpose, Session


class Opened:
    """The session's desks, each of them there."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, desk: str) -> Any:
        found = getattr(self._session, desk)
        if found is None:
            pytest.skip(f"this product has no {desk.replace('_', ' ')}")
        return found


@contextmanager
def opened(company: Company, purpose: Purpose = Purpose.WRITING) -> Iterator[Any]:
    """An open session."""
    with company.session(purpose) as session:
        assert not isinstance(session, Failure), session.text
        yield Opened(session)
