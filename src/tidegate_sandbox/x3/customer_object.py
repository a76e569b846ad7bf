"""Customers by SOAP: saved and read (contract §14, additions)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.x3 import texts
from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.objects import Row, Screen
from tidegate_sandbox.x3.order_object import text
from tidegate_sandbox.x3.problem import Problem

CATEGORIES = ("WEB", "WHS", "RET")
ADDRESSES = "BPAC_1"


class CustomerObject:
    """The published object of customers."""

    name = "Customer"
    key = "BPCNUM"
    lines = ADDRESSES

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._company = folder.company

    @property
    def screen(self) -> Screen:
        """The entry transaction, with the fields that the site has added."""
        added = {"YMAGCUS": 50} if "YMAGCUS" in self._folder.options.site_fields else {}
        return Screen(
            {
                "BPC0_1": {"BCGCOD": 5, "BPCNUM": 15, "BPCSTA": 1, **added},
                "BPRC_1": {"BPRNAM": 35, "CRN": 20, "CUR": 3},
                "BPC1_1": {"OSTCTL": 1},
            },
            {
                ADDRESSES: (
                    99,
                    {
                        "CODADR": 5,
                        "BPADES": 30,
                        "ADDLIG1": 50,
                        "ADDLIG2": 50,
                        "ADDLIG3": 50,
                        "POSCOD": 10,
                        "CTY": 40,
                        "SAT": 35,
                        "BPACRY": 3,
                        "TEL1": 40,
                        "WEB1": 80,
                        "BPAADDFLG": 1,
                    },
                )
            },
        )

    def save(self, header: Row, tables: Mapping[str, list[Row]]) -> tuple[Customer, list[str]]:
        """Open an account. Problem where X3 refuses it."""
        category, code = text(header, "BCGCOD"), text(header, "BPCNUM")
        if category not in CATEGORIES:
            raise Problem(texts.MISSING.format("Customer category", category))
        names = header.get("BPRNAM", [])
        name = " ".join(str(one) for one in names).strip() if isinstance(names, list) else str(names)
        addresses = tables.get(ADDRESSES, [])
        if not name or not addresses:
            raise Problem("Mandatory field: BPRNAM and one address")
        address = addresses[0]
        for field in ("CODADR", "BPACRY"):
            if not text(address, field):
                raise Problem(f"Mandatory field: {field}")
        country = self._company.countries.first("code", text(address, "BPACRY"))
        if country is None:
            raise Problem(texts.MISSING.format("Country", text(address, "BPACRY")))
        code = code or f"C{len(self._company.customers.table) + 1:07d}"
        if any(one.code == code for one in self._company.customers.table.find("code", code)):
            raise Problem(texts.EXISTS.format(self.name, code))
        customer = self._company.customers.open(
            NewCustomer(
                code=code,
                name=name,
                country_id=country.id,
                currency_id=self._currency(text(header, "CUR")),
                external_key=text(header, "YMAGCUS"),
                on_hold=text(header, "OSTCTL") == "3",
            )
        )
        contact = self._company.customers.add_contact(customer, first_name=name)
        if text(address, "WEB1"):
            self._company.customers.add_point(contact, "email", text(address, "WEB1"))
        place = customer.address
        place.line_1, place.line_2 = text(address, "ADDLIG1"), text(address, "ADDLIG2")
        place.line_3, place.postcode = text(address, "ADDLIG3"), text(address, "POSCOD")
        place.city = text(address, "CTY")
        customer.vat_number = text(header, "CRN")
        customer.extra["TEL1"] = text(address, "TEL1")
        self._company.customers.changed(customer)
        return customer, []

    def _currency(self, code: str) -> int | None:
        if not code:
            return None
        found = self._company.currencies.first("code", code)
        if found is None:
            raise Problem(texts.MISSING.format("Currency", code))
        return found.id

    def find(self, code: str) -> Customer:
        """By code. Problem when there is none."""
        for one in self._company.customers.table.find("code", code):
            if one.code == code:
                return one
        raise Problem(texts.MISSING.format(self.name, code))

    def shown(self, one: Customer) -> dict[str, Any]:
        """The stored object."""
        first: Row = {"BPCNUM": one.code, "BPCSTA": 2 if one.is_active else 1}
        if "YMAGCUS" in self._folder.options.site_fields:
            first["YMAGCUS"] = one.external_key
        return {
            "BPC0_1": first,
            "BPRC_1": {"BPRNAM": [one.name[:35], ""], "CRN": one.vat_number},
            ADDRESSES: [{"CODADR": "MAIN", "WEB1": one.email, "CTY": one.address.city}],
        }

    def listed(self, keys: Mapping[str, str], size: int) -> list[Row]:
        """The list's columns."""
        start = keys.get("BPCNUM", "*").partition("*")[0]
        rows = [
            {"BPCNUM": one.code, "BPCNAM": one.name}
            for one in self._company.customers.table
            if one.code.startswith(start)
        ]
        return rows[:size]

    def modify(self, one: Customer, header: Row) -> None:
        """Nothing of a customer is changed by us."""
        raise Problem(f"{self.name} : {one.code} : nothing to change")
