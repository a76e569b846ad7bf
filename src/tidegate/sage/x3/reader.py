"""Who reads rows of a class: REST, or the site's exports. Every desk reads by whichever the configuration names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tidegate.domain.errors import Failure
from tidegate.sage.x3.queries import Where
from tidegate.sage.x3.rows import Row


class Reader(Protocol):
    """Reads classes by their names and the conditions of `queries`."""

    def read(self, name: str, where: Where = ()) -> list[Row] | Failure:
        """All rows of a class that meet a condition."""

    def read_pooled(self, name: str, terms: Mapping[str, Sequence[str]]) -> list[Row] | Failure:
        """The rows that meet any term of any name."""
