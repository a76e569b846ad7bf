"""Polars, loaded with the first table: its import takes a third of the start of every command, and few make tables.

`from tidegate.tables import pl` stands for `import polars as pl`. What a module names of it while it is itself
imported loads it, too: types of columns are given by functions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl
else:

    class _Later:
        """Asked for a name, it loads the library, and keeps what was asked for."""

        def __getattr__(self, name: str) -> Any:
            value = getattr(import_module("polars"), name)
            setattr(self, name, value)
            return value

    pl = _Later()

__all__ = ["pl"]
