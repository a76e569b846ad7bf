"""Export templates of the site: our layouts over the classes, as `AOWSEXPORT` and the export task write them (contract §1, §8).

`;` between fields, texts in double quotes where they need them, days as `yyyymmdd`, and a trailer with the number of rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.objects import Row, written
from tidegate_sandbox.x3.problem import Problem
from tidegate_sandbox.x3.rest_class import RestClass

LAYOUTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "YTGSTOCK": (("S", "ITMMVT", "ITMREF STOFCY PHYSTO GLOALL PHYALL SALSTO"),),
    "YTGITM": (("I", "ITMMASTER", "ITMREF ITMDES1 ITMSTA TCLCOD STOMGTCOD ITMWEI EANCOD VACITM UPDDATTIM"),),
    "YTGITS": (("B", "ITMSALES", "ITMREF BASPRI"),),
    "YTGSPL": (
        (
            "P",
            "SPRICLIST",
            "PLI PLICRI1 PLICRI2 PLICRI3 PLICRI4 PLICRI5 PLISTRDAT PLIENDDAT CUR UOM MINQTY PRI PRIDIV "
            "DCGVAL1 DCGVAL2 DCGVAL3",
        ),
    ),
    "YTGBPC": (
        (
            "C",
            "BPCUSTOMER",
            "BPCNUM BPCNAM BPCSTA BCGCOD CUR PTE VACBPR OSTCTL OSTAUZ CRN UPDDATTIM YMAGCUS",
        ),
        ("A", "BPADDRESS", "BPANUM WEB1"),
    ),
    "YTGSOX": (
        ("O", "SORDER", "SOHNUM CUSORDREF ORDSTA DLVSTA INVSTA CCLDAT UPDDATTIM"),
        ("L", "SORDERQ", "SOHNUM SOPLIN SOQSEQ ITMREF STOFCY QTY ALLQTY DLVQTY INVQTY YMAGLIN"),
    ),
    "YTGSDH": (
        ("D", "SDELIVERY", "SDHNUM STOFCY SHIDAT CFMFLG BPTNUM UPDDATTIM YTRACK"),
        ("L", "SDELIVERYD", "SDHNUM SDDLIN SOHNUM SOPLIN ITMREF STOFCY QTY"),
    ),
    "YTGSIH": (
        ("I", "SINVOICE", "NUM INVTYP BPR ACCDAT CUR AMTNOT AMTATI STA UPDDATTIM"),
        ("V", "SINVOICEV", "NUM SIHORI SIHORINUM"),
        ("L", "SINVOICED", "NUM SIDLIN SOHNUM SOPLIN ITMREF QTY AMTNOTLIN AMTATILIN"),
    ),
}
"""The templates that the site has made: record letter, class, fields."""
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


class Export:
    """`AOWSEXPORT` of one folder, and what its export task writes."""

    def __init__(self, folder: Folder, classes: Mapping[str, RestClass]) -> None:
        self._folder = folder
        self._classes = classes

    def run(self, values: Row, *, as_json: bool) -> str:
        """The file of a template."""
        text = self.text(str(values.get("I_MODEXP", "")))
        return written({"GRP2": {"O_STATUS": "0", "O_FILE": text}}, as_json=as_json)

    def text(self, template: str) -> str:
        """The file as it is now. Problem for a template that nobody has made."""
        if template not in LAYOUTS:
            raise Problem(f"Template {template} does not exist")
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\n")
        count = 0
        for letter, name, fields in LAYOUTS[template]:
            one = self._classes[name]
            for record in sorted(one.rows(), key=one.key_of):
                row = one.shown(record)
                writer.writerow([letter, *(_cell(row, field) for field in fields.split())])
                count += 1
        return f"{out.getvalue()}END;{count}"


def _cell(row: Mapping[str, Any], field: str) -> str:
    """A field; cells of a list are its name and their number; a field that the class lacks is empty."""
    value = row.get(field)
    if value is None and field not in row and field[:-1] in row and field[-1].isdigit():
        listed, at = row[field[:-1]], int(field[-1])
        value = listed[at - 1] if isinstance(listed, list) and at <= len(listed) else ""
    text = "" if value is None else str(value)
    found = _DAY.fullmatch(text)
    return "".join(found.groups()) if found is not None else text.replace("\n", " ")
