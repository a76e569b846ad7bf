"""``GLJournalBatches``, as far as day end makes them: the entries of a locked period, in an error batch (contract §15).

What day end puts there is in no account until people have opened the period and posted the batch. Property names are assumed.
"""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.sage300.ar_documents import LEDGERS, Ledgers
from tidegate_sandbox.sage300.database import Database, ErrorBatch
from tidegate_sandbox.sage300.resource import Body, Details, Resource, Value

HEADER = {
    "EntryNumber": "s",
    "Description": "s",
    "SourceLedger": "s",
    "SourceType": "s",
    "FiscalYear": "s",
    "FiscalPeriod": "s",
    "JournalDetails": "s",
}


class JournalBatches:
    """Reads them; people alone post them."""

    def __init__(self, database: Database, ledgers: Ledgers) -> None:
        self._database = database
        self._ledgers = ledgers

    def resource(self) -> Resource:
        """The resource."""
        fields: dict[str, tuple[str, Value]] = {
            "BatchNumber": ("s", lambda one: f"{one.number:06d}"),
            "Description": ("s", lambda one: one.reason),
            "SourceLedger": ("s", lambda _one: "AR"),
            "BatchStatus": ("s", lambda one: "Error" if one.is_open else "Posted"),
        }
        return Resource(
            name="GLJournalBatches",
            module="GL",
            key=("BatchNumber",),
            fields=fields,
            rows=lambda: iter(self._database.error_batches),
            details={"JournalHeaders": Details(HEADER, self._headers)},
        )

    def _headers(self, batch: ErrorBatch) -> list[Body]:
        return [self._header(number, id) for number, id in enumerate(batch.documents, 1)]

    def _header(self, number: int, id: int) -> Body:
        company = self._database.company
        document = company.receivables.table[id]
        named = self._ledgers.number(document)
        lines: list[dict[str, Any]] = [
            {
                "AccountNumber": row.target.account,
                "Reference": named,
                "Description": row.narrative,
                "Amount": str(row.debit - row.credit),
            }
            for journal in company.ledger.by_urn(document.urn)
            for row in journal.rows
        ]
        return {
            "EntryNumber": f"{number:05d}",
            "Description": named,
            "SourceLedger": LEDGERS[document.kind][0],
            "SourceType": LEDGERS[document.kind][1],
            "FiscalYear": str(document.date.year),
            "FiscalPeriod": f"{document.date.month:02d}",
            "JournalDetails": lines,
        }
