"""Orders in the layout of the import template: a record for the header, one for each line and invoicing element.

Source: contract §8.1. The layout is ours, and the site creates it: what stands behind the contract's own fields (tax
rule, price type and text of a header; tax level and key of a line) is added here (A). A text that has a separator loses
it: one more field in a record would move all that follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tidegate.sage.x3.objects import Screen
from tidegate.sage.x3.payloads import OrderFields
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import ELEMENT_FIELD, LINE_FIELD, TAX_LEVEL, TEXT

HEADER, LINE, ELEMENT = "E", "L", "F"
SEPARATOR, RECORD = ";", "|"
END = "END"
ADDRESS_LINES = 3
_INSTEAD = str.maketrans({SEPARATOR: ",", RECORD: "/"})


def header_names(company: X3Settings) -> tuple[str, ...]:
    """The fields of the header's record; the shop's order number stands in the field that the site has added."""
    return (
        *("SALFCY", "SOHTYP", "SOHNUM", "CUSORDREF", "BPCORD", "ORDDAT", "CUR", "STOFCY", "BPDNAM"),
        *("ADDLIG1", "ADDLIG2", "ADDLIG3", "BPDPOSCOD", "BPDCTY", "BPDSAT", "BPDCRY", "DEMDLVDAT", "MDL"),
        *("BPTNUM", company.reference_field, "VACBPR", "PRITYP", TEXT),
    )


def line_names(company: X3Settings) -> tuple[str, ...]:
    """The fields of a line's record."""
    own = (TAX_LEVEL, company.line_field)
    return (LINE_FIELD, "SAU", "QTY", "GROPRI", "DISCRGVAL1", "DSTOFCY", "ITMDES", *own)


def layout(company: X3Settings) -> Screen:
    """What the template can hold, as a screen says it of an object."""
    header = {name: HEADER for name in (*header_names(company), "BPDADDLIG") if name}
    lines = {name: LINE for name in line_names(company) if name}
    return Screen(header, {**lines, ELEMENT_FIELD: ELEMENT, "INVDTAAMT": ELEMENT})


def records_of(order: OrderFields, company: X3Settings) -> list[str]:
    """The records of one order."""
    address: Sequence[str] = order.header.get("BPDADDLIG") or ()
    header = order.header | {f"ADDLIG{at}": text for at, text in enumerate(address[:ADDRESS_LINES], 1)}
    made = [_record(HEADER, header_names(company), header)]
    made += [_record(LINE, line_names(company), line) for line in order.lines]
    made += [_record(ELEMENT, (ELEMENT_FIELD, "INVDTAAMT"), one) for one in order.elements]
    return made


def _record(kind: str, names: Iterable[str], values: Mapping[str, Any]) -> str:
    cells = (
        " ".join(str(values.get(name) or "").translate(_INSTEAD).split()) if name else "" for name in names
    )
    return SEPARATOR.join((kind, *cells))


def file_of(payloads: Sequence[Mapping[str, Any]]) -> bytes:
    """A file of these orders: UTF-8, a record a line."""
    return "".join(f"{record}\n" for one in payloads for record in one["records"]).encode()


def carried(payloads: Sequence[Mapping[str, Any]]) -> str:
    """The same as one text that SOAP carries; its end is marked."""
    return "".join(f"{record}{RECORD}" for one in payloads for record in one["records"]) + END
