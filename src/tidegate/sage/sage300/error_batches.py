"""G/L entries that day end could not post: of a locked period they are in an error batch, until people post it. Source: contract §15.

No account has them, so the trial balance lacks them and nobody in A/R sees it. Property names are assumed (`wire_names`).
"""

from __future__ import annotations

from collections.abc import Collection

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.queries import equals, text
from tidegate.sage.sage300.rows import Row, details_of, text_of
from tidegate.sage.sage300.wire_names import (
    BATCH_ENTRIES,
    BATCH_NUMBER,
    BATCH_STATUS,
    ENTRY_LINES,
    ENTRY_REFERENCE,
    IN_ERROR,
)

RESOURCE = "GLJournalBatches"
WHERE = (equals(BATCH_STATUS, IN_ERROR),)
#: A server or a user that cannot show the batches: which of them a document waits in is not known then.
UNKNOWN = (Code.UNKNOWN_ENDPOINT, Code.NOT_PERMITTED, Code.REFUSED)


def refused(client: Sage300Client, documents: Collection[str]) -> dict[str, Failure] | Failure:
    """Of these documents those that an error batch holds, with its number and why."""
    batches = client.read(RESOURCE, WHERE)
    if isinstance(batches, Failure):
        return {} if batches.code in UNKNOWN else batches
    found: dict[str, Failure] = {}
    for batch in batches:
        whole = batch if batch.get(BATCH_ENTRIES) else _entry(client, batch)
        if isinstance(whole, Failure):
            return whole
        for entry in details_of(whole, BATCH_ENTRIES):
            period = f"{text_of(entry, 'FiscalYear')}-{text_of(entry, 'FiscalPeriod')}"
            named = {text_of(line, ENTRY_REFERENCE) for line in details_of(entry, ENTRY_LINES)}
            for document in named & set(documents):
                found[document] = _held(
                    document, text_of(batch, BATCH_NUMBER), period, text_of(batch, "Description")
                )
    return found


def _entry(client: Sage300Client, batch: Row) -> Row | Failure:
    """The batch with its entries; without them if it was posted meanwhile."""
    whole = client.entry(RESOURCE, text(text_of(batch, BATCH_NUMBER)))
    return whole if isinstance(whole, Failure) else whole or {BATCH_ENTRIES: []}


def _held(document: str, batch: str, period: str, why: str) -> Failure:
    said = f" ({why})" if why else ""
    return Failure(
        Code.PERIOD_CLOSED,
        f"{document} is in the G/L error batch {batch}, for period {period}{said}: open the period and post the batch, "
        "or move the entry to an open period",
        sent=False,
    )
