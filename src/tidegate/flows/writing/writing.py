"""One kind of record that goes to the company, as a value: how it travels, and what its confirmation means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidegate.domain.errors import Failure
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.writing.attempts import Record
from tidegate.ledger.queue import Item
from tidegate.sage.port.outcomes import Accepted, HandedOver
from tidegate.sage.port.parcels import Scope
from tidegate.sage.port.session import Session


def nothing(records: Sequence[Record], now: datetime) -> None:
    """Store nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Orders, customers, receipts and so on, of one cycle.

    `confirm` gives the verdicts when the company has the record, its own first; without an attempt it was found
    there. `settle` carries verdicts out with what follows from them, inside a transaction. `remember` is done with
    the attempts, in their commit. `reserve` asks for the reference of a parcel of these records.
    """

    scope: Scope
    confirm: Callable[[Item, Accepted, int | None], Sequence[Verdict]]
    settle: Callable[[Sequence[Verdict]], None]
    size: int = 1  #: records that one call carries
    in_parcels: bool = False  #: they may be handed over: a parcel is opened with their attempts
    one_parcel: bool = False  #: of those, one at a time
    all_or_nothing: bool = False  #: one bad record refuses its whole call
    remember: Callable[[Sequence[Record], datetime], None] = nothing
    reserve: Callable[[Sequence[Record]], HandedOver | Failure] | None = None


def hands_over(session: Session, scope: Scope) -> bool:
    """Whether the product may take records of this scope, orders aside, and work on them later."""
    return session.parcels is not None and scope in session.parcels.scopes


def apply(cycle: Cycle, verdicts: Sequence[Verdict]) -> None:
    """`Writing.settle` of records from whose confirmation nothing follows."""
    cycle.apply(verdicts)
