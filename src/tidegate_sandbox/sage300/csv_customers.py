"""The import of customers: columns of AR0024 and of its optional fields, as files bring them (contract §12, §17).

It is set up to insert alone: a record of a customer that is there fails, as in the Web API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate_sandbox.sage300.ar_customers import Customers
from tidegate_sandbox.sage300.csv_import import FileImport, RecordRefused
from tidegate_sandbox.sage300.oe_columns import option_of
from tidegate_sandbox.sage300.resource import Body

#: Columns of ARCUS, and the property of the Web API that sets the same field.
COLUMNS = {
    "IDCUST": "CustomerNumber",
    "TEXTSNAM": "ShortName",
    "IDGRP": "GroupCode",
    "NAMECUST": "CustomerName",
    **{f"TEXTSTRE{at}": f"AddressLine{at}" for at in range(1, 5)},
    "NAMECITY": "City",
    "CODESTTE": "StateProvince",
    "CODEPSTL": "ZipPostalCode",
    "CODECTRY": "Country",
    "NAMECTAC": "ContactName",
    "TEXTPHON1": "PhoneNumber",
    "IDACCTSET": "AccountSet",
    "CODETERM": "Terms",
    "CODECURN": "CurrencyCode",
    "CODETAXGRP": "TaxGroup",
    "IDTAXREGI1": "TaxRegistrationNumber1",
    "PRICLIST": "CustomerPriceList",
    "EMAIL1": "ContactsEmail",
    "EMAIL2": "Email",
    "WEBSITE": "WebSite",
}
ON_HOLD = {"0": "No", "1": "Yes"}


class CustomerImport(FileImport):
    """The import of customers; our key is where the hub's configuration puts it unless it is told otherwise."""

    key, name = "WebSite", "CustomerNumber"

    def insert(self, body: Body) -> None:
        insert: Any = Customers(self._database).resource().insert
        insert(body)

    def put(self, found: dict[str, Body], row: Mapping[str, str]) -> None:
        """An optional field finds its customer by IDCUST. ValueError for a hold that is neither 0 nor 1."""
        number = row.get("IDCUST", "")
        if "TEXTSNAM" in row:
            found[number] = _customer_of(row)
        elif number not in found:
            raise RecordRefused(f"a record stands before its customer {number}")
        elif "OPTFIELD" in row:
            found[number].setdefault("CustomerOptionalFieldValues", []).append(option_of(row))
        else:
            raise RecordRefused("a record of a type that this job does not know")


def _customer_of(row: Mapping[str, str]) -> Body:
    body: Body = {}
    for column, value in row.items():
        if column == "SWHOLD" and value:
            if value not in ON_HOLD:
                raise ValueError(f"SWHOLD is {value}")
            body["OnHold"] = ON_HOLD[value]
        elif column in COLUMNS and value:
            body[COLUMNS[column]] = value
    return body
