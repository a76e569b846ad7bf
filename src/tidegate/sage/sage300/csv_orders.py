"""A file of orders for the site's import, made of the bodies that the Web API would get. Source: contract §7, §17.

Columns are in the sequence of the layout, which is the site's own. Dates are yyyymmdd, the point is decimal, every cell
is in double quotes, lines end with CRLF.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tidegate.domain.money import rounded
from tidegate.sage.sage300.csv_layout import (
    CODE_PAGE,
    DETAIL,
    HEADER,
    LINE_OPTION,
    LINK,
    NOTE,
    OPTION,
    TYPE,
    Layout,
    RecordType,
)
from tidegate.sage.sage300.wire_names import (
    CHARGE_CODE,
    LINE_OPTIONS,
    LINE_TAX,
    ORDER_DATE,
    ORDER_LINES,
    ORDER_NUMBER,
    OUR_KEY,
    PURCHASE_ORDER,
)

Body = Mapping[str, Any]
Values = dict[str, str]
STEP = 32  #: from one line's number to the next
ITEM, CHARGE = "1", "2"  #: LINETYPE
NOTES = {"Comment": "1", "Instruction": "2"}  #: COINTYPE, A
COMMENT = 250
#: Columns of OE0520 and the property of the same field.
COLUMNS = {
    "ORDNUMBER": ORDER_NUMBER,
    "CUSTOMER": "CustomerNumber",
    "PONUMBER": PURCHASE_ORDER,
    "REFERENCE": OUR_KEY,
    "LOCATION": "DefaultLocationCode",
    "SHIPVIA": "ShipViaCode",
    "DESC": "OrderDescription",
    "COMMENT": "OrderComment",
    "TAXGROUP": "TaxGroup",
}
ADDRESS = {
    "NAME": "Name",
    **{f"ADDR{at}": f"AddressLine{at}" for at in range(1, 5)},
    "CITY": "City",
    "STATE": "State",
    "ZIP": "ZipCode",
    "COUNTRY": "Country",
    "PHONE": "Phone",
    "EMAIL": "Email",
}


def content_of(bodies: Sequence[Body], layout: Layout) -> bytes:
    """The file; characters that the server's code page does not have are replaced."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(layout.headers)
    for link, body in enumerate(bodies, 1):
        for kind, values in _records(body, layout):
            writer.writerow(cells_of(layout.types[kind], {LINK: str(link), **values}))
    return file.getvalue().encode(CODE_PAGE, "replace")


def cells_of(record: RecordType, values: Values) -> list[str]:
    """The cells in the layout's columns; line breaks in a text become blanks, for they would break the record."""
    known = {TYPE: record.number, **values}
    return [" ".join(known.get(column, "").split()) for column in record.columns]


def _records(body: Body, layout: Layout) -> list[tuple[str, Values]]:
    """What one order consists of, as far as the layout has it."""
    lines = [(STEP * at, line) for at, line in enumerate(body[ORDER_LINES], 1)]
    notes = body.get("OrderCommentsInstructions", ())
    records = [(HEADER, header_of(body, () if layout.has(NOTE) else notes))]
    records += [(DETAIL, detail_of(number, line)) for number, line in lines]
    records += [
        (LINE_OPTION, {"LINENUM": str(number), **option_of(one)})
        for number, line in lines
        for one in line.get(LINE_OPTIONS, ())
    ]
    records += [(OPTION, option_of(one)) for one in body.get("OrderOptionalFields", ())]
    records += [(NOTE, note_of(one)) for one in notes]
    return [(kind, values) for kind, values in records if layout.has(kind)]


def header_of(body: Body, notes: Sequence[Body] = ()) -> Values:
    """The header's cells. Notes, which have no records of their own, follow the comment as far as they fit."""
    values = {column: str(body.get(name, "")) for column, name in COLUMNS.items()}
    values["ORDDATE"] = str(body[ORDER_DATE])[:10].replace("-", "")
    for short, long in (("SHP", "ShipTo"), ("BIL", "BillTo")):
        values |= {f"{short}{column}": str(body.get(f"{long}{name}", "")) for column, name in ADDRESS.items()}
    texts = [values["COMMENT"], *(str(one["CommentsInstructions"]) for one in notes)]
    return values | {"COMMENT": "; ".join(text for text in texts if text)[:COMMENT]}


def detail_of(number: int, line: Body) -> Values:
    """The cells of a line. Type and item come first, for they fill in the rest; the price follows its override."""
    last = {"TCLASS1": str(line.get(LINE_TAX, "")), "DESC": line.get("Description", "")}
    first = {"LINENUM": str(number)}
    if line["LineType"] == "Item":
        return first | {
            "LINETYPE": ITEM,
            "ITEM": line["Item"],
            "LOCATION": line["Location"],
            "QTYORDERED": _figure(line["QuantityOrdered"], 4),
            "ORDUNIT": line["OrderUnitOfMeasure"],
            "PRICEOVER": "1",
            "PRIUNTPRC": _figure(line["PricingUnitPrice"], 6),
            **last,
        }
    return first | {
        "LINETYPE": CHARGE,
        "MISCCHARGE": line[CHARGE_CODE],
        "QTYORDERED": "0",
        "PRICEOVER": "0",
        "EXTINVMISC": _figure(line["ExtendedAmount"], 3),
        **last,
    }


def option_of(one: Body) -> Values:
    """An optional field of either."""
    return {"OPTFIELD": one["OptionalField"], "VALUE": one["Value"]}


def note_of(one: Body) -> Values:
    """A comment or instruction."""
    return {"COINTYPE": NOTES[one["CommentsInstructionsType"]], "COIN": one["CommentsInstructions"]}


def _figure(value: Decimal, decimals: int) -> str:
    return f"{rounded(value, decimals):.{decimals}f}"
