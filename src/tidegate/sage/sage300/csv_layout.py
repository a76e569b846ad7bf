"""The layout of an import file: one header row a record type, as the site's own export has it (contract §17).

Record types differ by the program's version, so a sample is read: which columns a type has, and in which sequence. The
sample's data rows may be left in it; they show how its types are numbered.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TYPE = "RECTYPE"
LINK = "ORDUNIQ"  #: ties the records of one order within a file, nothing else
CODE_PAGE = "cp1252"  #: of the server, A
HEADER, DETAIL, OPTION, LINE_OPTION, NOTE = "header", "detail", "option", "line option", "note"
Kinds = tuple[tuple[str, frozenset[str], str], ...]
#: Type of record, columns that it must have, and a column that it must lack.
KINDS: Kinds = (
    (HEADER, frozenset({"CUSTOMER", "REFERENCE"}), "LINENUM"),
    (DETAIL, frozenset({"LINENUM", "LINETYPE", "QTYORDERED"}), "REFERENCE"),
    (LINE_OPTION, frozenset({"LINENUM", "OPTFIELD", "VALUE"}), "QTYORDERED"),
    (OPTION, frozenset({"OPTFIELD", "VALUE"}), "LINENUM"),
    (NOTE, frozenset({"COIN"}), "OPTFIELD"),
)
#: Without these an order cannot be written; without its tax group and classes Sage would take those of customer and items.
NEEDED = {
    HEADER: (TYPE, LINK, "ORDNUMBER", "CUSTOMER", "PONUMBER", "REFERENCE", "ORDDATE", "LOCATION", "TAXGROUP"),
    DETAIL: (
        *(TYPE, LINK, "LINENUM", "LINETYPE", "ITEM", "MISCCHARGE", "LOCATION"),
        *("QTYORDERED", "ORDUNIT", "PRICEOVER", "PRIUNTPRC", "EXTINVMISC", "TCLASS1"),
    ),
}
#: The contract's own example, with the columns of tax (P).
USUAL = """\
"RECTYPE","ORDUNIQ","ORDNUMBER","CUSTOMER","PONUMBER","REFERENCE","ORDDATE","LOCATION","SHIPVIA","DESC","COMMENT",\
"SHPNAME","SHPADDR1","SHPCITY","SHPSTATE","SHPZIP","SHPCOUNTRY","TAXGROUP"
"RECTYPE","ORDUNIQ","LINENUM","LINETYPE","ITEM","MISCCHARGE","LOCATION","QTYORDERED","ORDUNIT","PRICEOVER",\
"PRIUNTPRC","EXTINVMISC","TCLASS1"
"RECTYPE","ORDUNIQ","OPTFIELD","VALUE"
"""


class NoLayout(Exception):
    """The sample lacks a column that a document needs; the text names it."""


@dataclass(frozen=True, slots=True)
class Form:
    """What files of one kind of document consist of: `document` in words, its kinds of records, the columns that they need."""

    document: str
    kinds: Kinds
    needed: Mapping[str, Sequence[str]]


ORDERS = Form("an order", KINDS, NEEDED)


@dataclass(frozen=True, slots=True)
class RecordType:
    """One type of record: its number, and its columns in their sequence."""

    number: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The header rows, in their sequence, and what each kind of record is."""

    headers: tuple[tuple[str, ...], ...]
    types: dict[str, RecordType]

    def has(self, kind: str) -> bool:
        """Whether the site exports records of this kind."""
        return kind in self.types


def read_layout(sample: str, form: Form = ORDERS) -> Layout:
    """The layout of a sample. NoLayout where something is missing."""
    rows = [tuple(row) for row in csv.reader(sample.splitlines()) if row]
    headers = [row for row in rows if row[0] == TYPE]
    numbers = numbers_of(rows, len(headers))
    types: dict[str, RecordType] = {}
    for number, columns in zip(numbers, headers, strict=True):
        kind = _kind(columns, form.kinds)
        if kind:
            types.setdefault(kind, RecordType(number, columns))
    for kind, needed in form.needed.items():
        if kind not in types:
            raise NoLayout(f"the sample has no header row of {form.document}'s {kind}")
        missing = [name for name in needed if name not in types[kind].columns]
        if missing:
            raise NoLayout(f"the sample's {kind} has no column {', '.join(missing)}")
    return Layout(tuple(headers), types)


def _kind(columns: Sequence[str], kinds: Kinds) -> str:
    found = set(columns)
    return next((kind for kind, wanted, not_there in kinds if wanted <= found and not_there not in found), "")


def numbers_of(rows: Sequence[Sequence[str]], count: int) -> list[str]:
    """The numbers of the types: those of the data rows where there are as many, else 1, 2, 3 ..."""
    listed = sorted({row[0] for row in rows if row[0].isdigit()}, key=int)
    return listed if len(listed) == count else [str(at) for at in range(1, count + 1)]
