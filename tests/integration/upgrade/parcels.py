"""A morning with a company that works on files later: what an upgrade may find of parcels.

As in `day.py` the morning is the same in every run, so that a ledger that was recorded by an earlier version fits it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import PAUSE
from integration.upgrade.day import die_having_sent
from tidegate.conformance.memory.handed_over import FiledOrders
from tidegate.domain.errors import Code, Failure
from tidegate.ledger import database

RESTED = timedelta(hours=30)


@dataclass(frozen=True)
class Parcels:
    """The orders (entity ids) by where they were when the process died."""

    confirmed: int
    in_a_half_known_parcel: int  #: the result names another order of its parcel, and not yet this one
    in_a_found_parcel: int  #: its file came, the answer with the reference did not; found by its content
    refused: int  #: in review
    sending: int  #: its file came; the process died before the reference was written


@contextmanager
def stage_at(ledger: Path) -> Iterator[MemoryStage]:
    """The shop and the company of the morning, with a hub over that ledger."""
    stage = MemoryStage(
        build_shop(f"sqlite:///{ledger}"), hands_over=True, orders_per_call=25, one_parcel=False
    )
    try:
        yield stage
    finally:
        stage.hub.close()
        database.set_trip(None)
        database.close()


def live(stage: MemoryStage) -> Parcels:
    """The morning, until the process dies while it hands a file over."""
    refused = stage.order()
    stage.platform.rejected = {f"magento:main:{refused}"}
    stage.cycle()
    stage.work()
    confirmed, half_known = stage.orders(2)
    stage.cycle()
    FiledOrders(stage.room.inside).work(at_most=1)
    stage.cycle()
    lost = stage.order()
    stage.inject("send", Failure(Code.NO_ANSWER, "no answer came"), carried_out=True)
    stage.cycle()
    sending = stage.order()
    stage.pass_time(PAUSE)
    die_having_sent(stage, lambda: len(stage.platform.files))
    return Parcels(confirmed, half_known, lost, refused, sending)


def go_on(stage: MemoryStage) -> None:
    """The company works on its files, and cycles run until nothing is left to do."""
    for _ in range(4):
        stage.work()
        stage.cycle(after=RESTED)
