"""Files for Sage 300's import of orders: the contract's layout, the site's own, and what must not be left out."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tidegate.config.problem import Report
from tidegate.domain.errors import Failure
from tidegate.sage.import_folder import KEPT, Log
from tidegate.sage.sage300.csv_layout import USUAL, NoLayout, read_layout
from tidegate.sage.sage300.csv_orders import content_of
from tidegate.sage.sage300.import_files import ImportFiles
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.writers import ByCsvImport

BODY: dict[str, Any] = {
    "CustomerNumber": "1200",
    "PurchaseOrderNumber": "000000123",
    "OrderReference": "main:000000123",
    "OrderDescription": "Web order 000000123",
    "OrderType": "Active",
    "OrderDate": "2026-03-02T12:00:00Z",
    "DefaultLocationCode": "1",
    "ShipViaCode": "UPS",
    "ShipToName": "Jane Buyer",
    "ShipToAddressLine1": "1 High Street",
    "ShipToCity": "Seattle",
    "ShipToState": "WA",
    "ShipToZipCode": "98101",
    "ShipToCountry": "USA",
    "OrderComment": "",
    "OrderDetails": [
        {
            "LineType": "Item",
            "Item": "A1-105/0",
            "Location": "1",
            "QuantityOrdered": Decimal(8),
            "OrderUnitOfMeasure": "Ea.",
            "PriceOverride": True,
            "PricingUnitPrice": Decimal("5.94"),
            "OrderDetailOptionalFields": [{"OptionalField": "MAGELINE", "Value": "item:551"}],
        },
        {
            "LineType": "Miscellaneous",
            "MiscellaneousChargesCode": "FREIGHT",
            "ExtendedAmount": Decimal("20.25"),
        },
    ],
    "OrderOptionalFields": [{"OptionalField": "MAGEORDER", "Value": "main:000000123"}],
    "OrderCommentsInstructions": [
        {"CommentsInstructionsType": "Instruction", "CommentsInstructions": "Purchase order PO-9"}
    ],
}
#: The contract's example, §17, but for the notes of an order, which its layout has no records for.
EXAMPLE = (
    '"RECTYPE","ORDUNIQ","ORDNUMBER","CUSTOMER","PONUMBER","REFERENCE","ORDDATE","LOCATION","SHIPVIA","DESC","COMMENT",'
    '"SHPNAME","SHPADDR1","SHPCITY","SHPSTATE","SHPZIP","SHPCOUNTRY"\r\n'
    '"RECTYPE","ORDUNIQ","LINENUM","LINETYPE","ITEM","MISCCHARGE","LOCATION","QTYORDERED","ORDUNIT","PRICEOVER",'
    '"PRIUNTPRC","EXTINVMISC"\r\n'
    '"RECTYPE","ORDUNIQ","OPTFIELD","VALUE"\r\n'
    '"1","1","","1200","000000123","main:000000123","20260302","1","UPS","Web order 000000123","Purchase order PO-9",'
    '"Jane Buyer","1 High Street","Seattle","WA","98101","USA"\r\n'
    '"2","1","32","1","A1-105/0","","1","8.0000","Ea.","1","5.940000",""\r\n'
    '"2","1","64","2","","FREIGHT","","0","","0","","20.250"\r\n'
    '"3","1","MAGEORDER","main:000000123"\r\n'
)
#: As a site of another version exports: other numbers, another sequence, more columns and more types.
SITE = """\
"RECTYPE","ORDUNIQ","ORDNUMBER","REFERENCE","CUSTOMER","BILNAME","PONUMBER","ORDDATE","LOCATION","TAXGROUP"
"RECTYPE","ORDUNIQ","PAYMENT","DUEDATE"
"RECTYPE","ORDUNIQ","LINENUM","LINETYPE","ITEM","MISCCHARGE","DESC","LOCATION","QTYORDERED","ORDUNIT","PRICEOVER",\
"PRIUNTPRC","EXTINVMISC","TCLASS1","QTYSHIPPED"
"RECTYPE","ORDUNIQ","LINENUM","OPTFIELD","VALUE"
"RECTYPE","ORDUNIQ","UNIQUIFIER","DETAILNUM","COINTYPE","COIN"
"1","77","ORD000000009","","1100","","","20260110","1",""
"3","77","1","20260209"
"5","77","32","1","A1","","","1","1.0000","Ea.","0","9.000000","","1","0"
"6","77","32","LOTNO","4"
"8","77","1","0","1","Call before"
"""
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
DIGEST = "0123456789abcdef0123456789abcdef"


def _rows(sample: str, *bodies: dict[str, Any]) -> list[list[str]]:
    text = content_of(bodies, read_layout(sample)).decode("cp1252")
    return [row for row in csv.reader(text.splitlines()) if row[0] != "RECTYPE"]


def test_a_file_is_the_contract_s_example_with_the_columns_of_tax_at_its_ends() -> None:
    """Without them Sage would take the tax group of the customer, and the classes of the items."""
    taxed = BODY | {
        "TaxGroup": "WEBTAX",
        "OrderDetails": [one | {"TaxClass1": 2} for one in BODY["OrderDetails"]],
    }
    lines = content_of([taxed], read_layout(USUAL)).decode("cp1252").splitlines(keepends=True)
    ends = {"1": ',"WEBTAX"\r\n', "2": ',"2"\r\n', "3": "\r\n", "RECTYPE": ""}
    headers = [',"TAXGROUP"\r\n', ',"TCLASS1"\r\n', "\r\n"]
    bare = []
    for line in lines:
        end = ends[line.split(",")[0].strip('"')] or headers.pop(0)
        assert line.endswith(end)
        bare.append(line.removesuffix(end) + "\r\n")
    assert "".join(bare) == EXAMPLE


def test_the_site_s_own_layout_decides_types_columns_and_sequence() -> None:
    layout = read_layout(SITE)
    assert {kind: one.number for kind, one in layout.types.items()} == {
        "header": "1",
        "detail": "5",
        "line option": "6",
        "note": "8",
    }
    rows = _rows(SITE, BODY | {"TaxGroup": "WEBTAX"}, BODY | {"OrderReference": "main:124"})
    assert [row[:2] for row in rows] == [
        *(["1", "1"], ["5", "1"], ["5", "1"], ["6", "1"], ["8", "1"]),
        *(["1", "2"], ["5", "2"], ["5", "2"], ["6", "2"], ["8", "2"]),
    ]
    header, goods = rows[0], rows[1]
    assert header[2:6] == ["", "main:000000123", "1200", ""]
    assert header[-1] == "WEBTAX"
    assert goods[-1] == "", "what leaves is the warehouse's to say"
    assert rows[3] == ["6", "1", "32", "MAGELINE", "item:551"]
    assert rows[4][4:] == ["2", "Purchase order PO-9"]


@pytest.mark.parametrize("missing", ["REFERENCE", "PRIUNTPRC", "TCLASS1", "TAXGROUP"])
def test_a_sample_without_what_an_order_needs_is_no_layout(missing: str) -> None:
    with pytest.raises(NoLayout, match=r"header row|no column"):
        read_layout(USUAL.replace(f'"{missing}",', "").replace(f',"{missing}"', ""))


def test_a_cell_never_breaks_its_record() -> None:
    rows = _rows(USUAL, BODY | {"ShipToName": 'Jane "JB"\r\n"1",Buyer Łódź'})
    assert rows[0][11] == 'Jane "JB" "1",Buyer ?ód?'
    assert len(rows) == 4


def test_a_file_waits_is_done_or_has_a_report(tmp_path: Path) -> None:
    files = ImportFiles(tmp_path)
    name = files.new_name(DIGEST, NOW)
    assert files.put(name, b"") is None
    assert files.log(name, ["magento:main:1"]) is None

    (tmp_path / "done").mkdir()
    (tmp_path / f"{name}.csv").replace(tmp_path / "done" / f"{name}.csv")
    assert files.log(name, ["magento:main:1"]) == Log({})
    assert files.named(DIGEST) == name
    assert files.new_name(DIGEST, NOW) != name

    line = f"{name}.csv record 3 magento:main:12: Item number X does not exist."
    (tmp_path / f"{name}.err").write_text(
        f"{name}.csv 1 inserted, 0 updated, 1 failed\r\n{line}\r\n", newline=""
    )
    assert files.log(name, ["magento:main:1", "magento:main:12"]) == Log({"magento:main:12": line})
    (tmp_path / f"{name}.err").write_text(f"{name}.csv cannot be read: no header row\r\n", newline="")
    found = files.log(name, ["magento:main:1"])
    assert isinstance(found, Log)
    assert found.whole


def test_what_was_worked_through_goes_after_a_month_and_nothing_else(tmp_path: Path) -> None:
    files = ImportFiles(tmp_path)
    (tmp_path / "done").mkdir()
    done, failed, waits = (files.new_name(digit * 32, NOW) for digit in "abc")
    (tmp_path / "done" / f"{done}.csv").write_bytes(b"")
    for name in (failed, waits):
        assert not isinstance(files.put(name, b""), Failure)
    (tmp_path / f"{failed}.err").write_bytes(b"")
    files.tidy(NOW + KEPT)
    assert len(list(tmp_path.rglob("*.*"))) == 4
    files.tidy(NOW + KEPT + timedelta(seconds=1))
    assert [path.name for path in tmp_path.rglob("*.*")] == [f"{waits}.csv"]


def test_an_import_of_customers_needs_a_folder_of_its_own_a_group_and_a_column_for_our_key(
    tmp_path: Path,
) -> None:
    def found(**changes: Any) -> set[str]:
        report = Report("tidegate.toml")
        sound = {"customer_group": "RTL", "customer_key": "WebSite"}
        Sage300Settings(**{**sound, **changes}).check("companies.a", report)
        mentioned = ("customers_folder", "customer_group", "customer_key")
        return {
            one.key.removeprefix("companies.a.") for one in report.problems if one.key.endswith(mentioned)
        }

    orders, customers = str(tmp_path / "orders"), str(tmp_path / "customers")
    both = ByCsvImport(folder=orders, customers_folder=customers)
    assert found(writer=both) == set()
    assert found(writer=both, customer_group="", customer_key="Territory") == {
        "customer_group",
        "customer_key",
    }
    for folder in (orders, "customers"):
        one = ByCsvImport(folder=orders, customers_folder=folder)
        assert found(writer=one) == {"writer.customers_folder"}
