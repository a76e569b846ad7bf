"""Rows of Sage's tables, read by the gateway's views. Source: contract §16."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.errors import Failure
from tidegate.sage.sage300.gateway import Gateway
from tidegate.sage.sage300.tables import VIEWS, Columns, Least, Only


class GatewayTables:
    """The views of the gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def read(
        self, table: str, columns: Sequence[str], only: Only | None = None, least: Least | None = None
    ) -> list[Columns] | Failure:
        """See :class:`Tables`. Only one column can filter: the browse syntax has no parentheses."""
        if only and len(only) > 1:
            raise ValueError("a browse filter names one column")
        terms = [
            '{} = "{}"'.format(name, value.replace('"', '""'))
            for name, values in (only or {}).items()
            for value in values
        ]
        terms += [f"{name} >= {number}" for name, number in (least or {}).items()]
        return self._gateway.read(VIEWS[table], columns, " OR ".join(terms))

    def true_at(self, _table: str) -> None:
        """Just now."""
