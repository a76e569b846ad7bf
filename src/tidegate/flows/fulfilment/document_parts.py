"""Documents of more lines than one call of the store takes (Magento contract, point 28).

What is the whole rest of an order is named without its lines. Anything else becomes several documents of
Magento, each of which says in its comment which part of Sage's it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.store_document import Begun, Mark, StoreDocument
from tidegate.flows.writing.document_steps import Made, Write


@dataclass(frozen=True, slots=True)
class NextPart:
    """What one call makes: `pieces` None is everything that is left. `goes_on`: another one follows."""

    pieces: dict[int, Decimal] | None
    comment: str
    goes_on: bool = False
    earlier: tuple[StoreDocument, ...] = ()  #: the parts that are there

    @property
    def lines(self) -> Mapping[int, Decimal]:
        """The lines that the call names."""
        return self.pieces or {}

    def write(
        self,
        body: msgspec.Struct,
        send: Callable[[], int | Failure],
        number: Callable[[int], str | Made | Failure],
    ) -> Write:
        """The step that makes it."""
        earlier = tuple((str(each.id), each.number) for each in self.earlier)
        return Write(
            body,
            send,
            number,
            lines=len(self.lines),
            earlier=earlier,
            goes_on=self.goes_on,
            read_back=True,
        )


def next_part(
    pieces: Mapping[int, Decimal], begun: Begun | None, mark: Mark, limit: int | None, *, whole: bool
) -> NextPart:
    """The next call for these pieces, or for the rest of them; `whole`: they are all that is left."""
    wanted = dict(begun.rest if begun else pieces)
    earlier = begun.documents if begun else ()
    part = f"{mark.part} {len(earlier) + 1}"
    if limit is None or len(wanted) <= limit:
        return NextPart(wanted, part if begun else mark.text, earlier=earlier)
    if whole:
        return NextPart(None, part if begun else mark.text, earlier=earlier)
    first = dict(list(wanted.items())[:limit])
    return NextPart(first, part, goes_on=True, earlier=earlier)


def unread(made: int, failure: Failure) -> Failure:
    """It was made, and what it has or comes to is not known: in doubt, until it is found and compared."""
    text = f"it was made as {made}, but could not be read back and compared: {failure.text}"
    return Failure(Code.UNCLEAR_ANSWER, text)
