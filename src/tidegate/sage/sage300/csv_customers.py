"""A file of one new customer for the site's import, made of the body that the Web API would get. Source: contract §12, §17.

Columns are those of ARCUS and of ARCUSO (P); that EMAIL2 is the property `Email` is assumed: addresses are looked up in both.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any, Final

from tidegate.sage.sage300.csv_layout import CODE_PAGE, OPTION, TYPE, Form, Layout
from tidegate.sage.sage300.csv_orders import cells_of, option_of
from tidegate.sage.sage300.wire_names import CUSTOMER_OPTIONS

CUSTOMER, NUMBER = "customer", "IDCUST"
#: Columns of AR0024 and the property of the same field.
COLUMNS: Final = {
    NUMBER: "CustomerNumber",
    "TEXTSNAM": "ShortName",
    "IDGRP": "GroupCode",
    "CODETAXGRP": "TaxGroup",
    "SWHOLD": "OnHold",
    "NAMECUST": "CustomerName",
    **{f"TEXTSTRE{at}": f"AddressLine{at}" for at in range(1, 5)},
    "NAMECITY": "City",
    "CODESTTE": "StateProvince",
    "CODEPSTL": "ZipPostalCode",
    "CODECTRY": "Country",
    "NAMECTAC": "ContactName",
    "TEXTPHON1": "PhoneNumber",
    "CODECURN": "CurrencyCode",
    "IDTAXREGI1": "TaxRegistrationNumber1",
    "EMAIL2": "Email",
    "WEBSITE": "WebSite",
}
OF_PROPERTY: Final = {name: column for column, name in COLUMNS.items()}
HELD: Final = {"Yes": "1", "No": "0"}
USUAL: Final = (
    "".join(f'"{column}",' for column in (TYPE, *COLUMNS)).rstrip(",")
    + f'\n"{TYPE}","{NUMBER}","OPTFIELD","VALUE"\n'
)


def form_of(customer_key: str) -> Form:
    """Without its key an account would never be found again, and without these columns it cannot be entered."""
    kinds = (
        (CUSTOMER, frozenset({NUMBER, "TEXTSNAM"}), "OPTFIELD"),
        (OPTION, frozenset({NUMBER, "OPTFIELD", "VALUE"}), "TEXTSNAM"),
    )
    needed = (TYPE, NUMBER, "TEXTSNAM", "IDGRP", "CODETAXGRP", "SWHOLD", "NAMECUST", "EMAIL2")
    return Form("a customer", kinds, {CUSTOMER: (*needed, OF_PROPERTY[customer_key])})


def content_of(body: Mapping[str, Any], layout: Layout) -> bytes:
    """The file; characters that the server's code page does not have are replaced."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(layout.headers)
    values = {column: str(body.get(name, "")) for column, name in COLUMNS.items()}
    values["SWHOLD"] = HELD[values["SWHOLD"] or "No"]
    writer.writerow(cells_of(layout.types[CUSTOMER], values))
    for one in body.get(CUSTOMER_OPTIONS, ()) if layout.has(OPTION) else ():
        writer.writerow(cells_of(layout.types[OPTION], {NUMBER: values[NUMBER], **option_of(one)}))
    return file.getvalue().encode(CODE_PAGE, "replace")
