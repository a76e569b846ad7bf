"""Record in the mirror of the flow `inventory` what is wanted: what has no figure in Sage is left out, with the reason.

A left out product keeps what was written to the store of it: it is neither sold out nor calculated from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tidegate.domain.states import State
from tidegate.flows import mirrored
from tidegate.flows.cycle import Cycle
from tidegate.flows.skus import store_skus
from tidegate.flows.stock.writer import key_of
from tidegate.ledger import mirror
from tidegate.tables import pl


def want(
    cycle: Cycle, values: pl.DataFrame, why: Mapping[str, str], sources: Iterable[str], gone: Iterable[str]
) -> None:
    """`values` is key and value; `why` names Sage's codes that cannot be read. In a transaction."""
    now, places = cycle.now(), list(sources)
    names = store_skus(cycle.connection.settings.skus)
    left_out = {
        key_of(sku, source): f"Sage's stock of it cannot be read: {reason}"
        for code, reason in why.items()
        for sku in names(code)
        for source in places
    }
    values = values.filter(~pl.col("key").is_in(list(left_out))) if left_out else values
    skipped = mirror.listing(cycle.name, cycle.flow, states=(State.SKIPPED,), limit=mirrored.ALL)
    waited = {item.key for item in skipped if item.wanted.startswith(mirrored.LEFT_OUT)}
    again = set(values["key"]) & waited if waited else set()
    mirror.want(cycle.name, cycle.flow, values, now, gone)
    mirror.retry(cycle.name, cycle.flow, again, now)
    if left_out:
        mirrored.want(cycle, {}, left_out, ())
