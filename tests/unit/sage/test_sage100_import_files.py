"""Files for Sage 100's import job: the contract's layout, and names that are never used twice."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.sage.import_folder import KEPT, Log
from tidegate.sage.sage100.import_files import ImportFiles, content_of

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
DIGEST = "0123456789abcdef0123456789abcdef"
PAYLOAD: dict[str, Any] = {
    "key": "magento:main:123",
    "order_date": "2026-03-02",
    "division": "00",
    "customer": "WEB0001",
    "customer_po": "000000123",
    "warehouse": "001",
    "ship_via": None,
    "terms": "01",
    "tax_schedule": "CA SALES",
    "comment": 'Say "hello",\r\nL,x,y',
    "email": "jane@example.com",
    "ship_to": {
        "code": None,
        "name": "Jane Grün",
        "address": ["1 High Street"],
        "city": "Łódź",
        "state": "CA",
        "zip": "92618",
        "country": "USA",
    },
    "freight": "0.00",
    "discount": "0.00",
    "lines": [
        {
            "key": "item:551",
            "type": "item",
            "item": "ABC-1",
            "quantity": "2",
            "unit_price": "19.950000",
            "warehouse": "001",
            "description": "Blue",
        },
        {"key": "shipping", "type": "charge", "item": "/SHIP", "amount": "5.00"},
        {"type": "comment", "text": "Gift wrapped"},
    ],
}
SAMPLE = (
    '"H","magento:main:123","00","WEB0001","20260302","000000123","Jane Grün","1 High Street","","","?ód?","CA","92618",'
    '"USA","","001","CA SALES","01","0.00","0.00","Say ""hello"", L,x,y"\r\n'
    '"L","magento:main:123","ABC-1","001","2","19.950000","Blue","item:551"\r\n'
    '"L","magento:main:123","/SHIP","","1","5.00","","shipping"\r\n'
    '"L","magento:main:123","/C","","","","Gift wrapped",""\r\n'
)


def test_a_file_has_the_layout_of_the_sample() -> None:
    assert content_of([PAYLOAD]).decode("cp1252") == SAMPLE
    rows = list(csv.reader(SAMPLE.splitlines()))
    assert [len(row) for row in rows] == [21, 8, 8, 8]


def test_the_customers_own_address_stands_where_an_order_has_none() -> None:
    first = next(csv.reader(content_of([{**PAYLOAD, "ship_to": None}]).decode("cp1252").splitlines()))
    assert first[6:14] == [""] * 8


def test_a_name_is_never_used_twice_while_its_file_or_log_is_there(tmp_path: Path) -> None:
    files = ImportFiles(tmp_path)
    first = files.new_name(DIGEST, NOW)
    assert files.put(first, b"") is None
    second = files.new_name(DIGEST, NOW)
    (tmp_path / f"{second}.log").write_bytes(b"")
    assert len({first, second, files.new_name(DIGEST, NOW)}) == 3
    assert files.named(DIGEST) == first


def test_a_folder_that_is_gone_leaves_no_doubt(tmp_path: Path) -> None:
    files = ImportFiles(tmp_path / "nowhere")
    failure = files.put(files.new_name(DIGEST, NOW), b"")
    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (Code.UNREACHABLE, False)
    assert files.examine() is not None


def test_a_log_speaks_of_whole_keys(tmp_path: Path) -> None:
    files = ImportFiles(tmp_path)
    name = files.new_name(DIGEST, NOW)
    assert files.log(name, ["magento:main:1"]) is None
    line = f"{name}.csv record 3 magento:main:12: The ItemCode is not on file."
    (tmp_path / f"{name}.log").write_text(f"{line}\r\n", newline="")
    assert files.log(name, ["magento:main:1", "magento:main:12"]) == Log({"magento:main:12": line})


def test_what_was_worked_through_goes_after_a_month_and_nothing_else(tmp_path: Path) -> None:
    files = ImportFiles(tmp_path)
    done, waits = files.new_name(DIGEST, NOW), files.new_name("f" * 32, NOW)
    for name in (done, waits):
        files.put(name, b"")
    (tmp_path / f"{done}.log").write_bytes(b"")
    (tmp_path / "of-somebody-else.log").write_bytes(b"")
    files.tidy(NOW + KEPT)
    assert files.has(done)
    files.tidy(NOW + KEPT + timedelta(seconds=1))
    assert not files.has(done)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{waits}.csv", "of-somebody-else.log"]
