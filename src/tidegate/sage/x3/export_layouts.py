"""The layouts of our export templates: which records a file has, and which columns. Source: contract §1, §8.

The layouts are ours (A), and their templates are made by the site: a letter in front of each record says of which class
it is. A document and its lines are in one file, so that they are of one moment. `END;rows` is the last line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import TEMPLATES

LISTS: Final = {"DCGVAL": 3}  #: columns that are lists, and how many cells each has: DCGVAL1, DCGVAL2, ...


@dataclass(frozen=True, slots=True)
class Layout:
    """One template. `records`: letter -> class and columns, the class of headers first.

    `after`: templates that must not be exported later than this one.
    """

    template: str
    records: Mapping[str, tuple[str, tuple[str, ...]]]
    after: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, that of headers first."""
        return tuple(name for name, _ in self.records.values())


def layouts(company: X3Settings) -> dict[str, Layout]:
    """All layouts, by what they export; with the fields that this site has added."""
    names = {**TEMPLATES, **company.export_templates}

    def added(*fields: str) -> tuple[str, ...]:
        return tuple(one for one in fields if one)

    stock = ("ITMREF", "STOFCY", "PHYSTO", "GLOALL", "PHYALL", "SALSTO")
    products = (
        *("ITMREF", "ITMDES1", "ITMSTA", "TCLCOD", "STOMGTCOD", "ITMWEI", "EANCOD", "VACITM"),
        "UPDDATTIM",
    )
    price_lists = (
        *("PLI", "PLICRI1", "PLICRI2", "PLICRI3", "PLICRI4", "PLICRI5", "PLISTRDAT", "PLIENDDAT"),
        *("CUR", "UOM", "MINQTY", "PRI", "PRIDIV", "DCGVAL1", "DCGVAL2", "DCGVAL3"),
    )
    customers = (
        *("BPCNUM", "BPCNAM", "BPCSTA", "BCGCOD", "CUR", "PTE", "VACBPR", "OSTCTL", "OSTAUZ", "CRN"),
        *("UPDDATTIM", *added(company.customer_field)),
    )
    orders = ("SOHNUM", "CUSORDREF", "ORDSTA", "DLVSTA", "INVSTA", "CCLDAT", "UPDDATTIM")
    order_lines = (
        *("SOHNUM", "SOPLIN", "SOQSEQ", "ITMREF", "STOFCY", "QTY", "ALLQTY", "DLVQTY", "INVQTY"),
        *added(company.line_field),
    )
    deliveries = (
        *("SDHNUM", "STOFCY", "SHIDAT", "CFMFLG", "BPTNUM", "UPDDATTIM"),
        *added(company.tracking_field),
    )
    invoices = ("NUM", "INVTYP", "BPR", "ACCDAT", "CUR", "AMTNOT", "AMTATI", "STA", "UPDDATTIM")
    invoice_lines = ("NUM", "SIDLIN", "SOHNUM", "SOPLIN", "ITMREF", "QTY", "AMTNOTLIN", "AMTATILIN")
    made: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
        "stock": {"S": ("ITMMVT", stock)},
        "products": {"I": ("ITMMASTER", products)},
        "base prices": {"B": ("ITMSALES", ("ITMREF", "BASPRI"))},
        "price lists": {"P": ("SPRICLIST", price_lists)},
        "customers": {"C": ("BPCUSTOMER", customers), "A": ("BPADDRESS", ("BPANUM", "WEB1"))},
        "orders": {"O": ("SORDER", orders), "L": ("SORDERQ", order_lines)},
        "deliveries": {
            "D": ("SDELIVERY", deliveries),
            "L": ("SDELIVERYD", ("SDHNUM", "SDDLIN", "SOHNUM", "SOPLIN", "ITMREF", "STOFCY", "QTY")),
        },
        "invoices": {
            "I": ("SINVOICE", invoices),
            "V": ("SINVOICEV", ("NUM", "SIHORI", "SIHORINUM")),
            "L": ("SINVOICED", invoice_lines),
        },
    }
    # What left or is held by a later file is on older figures still, and would be added to them twice.
    after = {"stock": (names["orders"], names["deliveries"])}
    return {what: Layout(names[what], records, after.get(what, ())) for what, records in made.items()}
