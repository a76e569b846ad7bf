"""Orders of an import template that SOAP carries (`AOWSIMPORT`): the call that both ways of it share. Source: contract §8.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidegate.domain.errors import Failure
from tidegate.sage.import_job import by_search
from tidegate.sage.port.orders import Prepared
from tidegate.sage.x3 import programs
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.import_orders import TemplateOrders
from tidegate.sage.x3.order_search import OrderSearch
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.template import RECORD, carried
from tidegate.sage.x3.writers import ByTemplate


class CarriedOrders(TemplateOrders):
    """Orders whose records SOAP carries; what became of each is looked up by its key."""

    def __init__(
        self,
        writer: ByTemplate,
        search: OrderSearch,
        client: X3Client,
        reference: Reference,
        company: X3Settings,
    ) -> None:
        """Makes no call."""
        super().__init__(client, reference, company)
        self._writer = writer
        self._look = by_search(search)

    @property
    def programs(self) -> tuple[str, ...]:
        """Sub-programs that must be published."""
        return (self._writer.import_program,)

    def _import(self, batch: Sequence[Prepared], execution: str) -> Mapping[str, object] | Failure:
        """The call's outputs."""
        given = {
            "I_MODIMP": self._writer.template,
            "I_AOWSTA": "NO",
            "I_EXEC": execution,
            "I_RECORDSEP": RECORD,
            "I_FILE": carried([one.payload for one in batch]),
        }
        return programs.run(self._client, self._writer.import_program, given, reading=False)
