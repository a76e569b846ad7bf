"""How a company writes the numbers of its documents."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbering:
    """Formats of running numbers, one for each kind of document. Orders have `Orders.number_of`."""

    despatch: str = "{:010d}"
    invoice: str = "{:010d}"
    credit: str = ""  #: empty: credit notes are numbered with the invoices
