"""The site's import of customers: what a file sets, and what is refused record by record."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage300 import build, demo_company
from tidegate_sandbox.sage300.csv_customers import CustomerImport

HEADERS = (
    '"RECTYPE","IDCUST","TEXTSNAM","IDGRP","CODETAXGRP","SWHOLD","NAMECUST","NAMECITY","EMAIL2","WEBSITE"\r\n'
    '"RECTYPE","IDCUST","OPTFIELD","VALUE"\r\n'
)
NEW = (
    '"1","W17","Zoe","RTL","WEBTAX","1","Zoë ""Z"" Brien","Leeds","zoe@example.com","magento:main:customer:17"\r\n'
    '"2","W17","MAGECUST","magento:main:customer:17"\r\n'
)


@pytest.fixture
def job(tmp_path: Path) -> CustomerImport:
    clock = SandboxClock.virtual(datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
    face, _ = build(clock, FaultPlan(), demo_company(clock, items=1))
    return CustomerImport(face.database, tmp_path)


def write(job: CustomerImport, records: str) -> Path:
    path = job.folder / "a.csv"
    path.write_text(HEADERS + records, "cp1252", newline="")
    return path


def test_a_customer_is_entered_with_its_fields_and_the_file_moved(job: CustomerImport) -> None:
    path = write(job, NEW)
    assert job.run().inserted == ["W17"]
    made = job._database.company.customers.table.first("code", "W17")
    assert made is not None
    assert (made.name, made.email, made.on_hold) == ('Zoë "Z" Brien', "zoe@example.com", True)
    assert (made.external_key, made.extra["WebSite"]) == ("magento:main:customer:17",) * 2
    assert not path.exists()
    assert (job.folder / "done" / "a.csv").exists()


def test_it_goes_on_after_a_bad_record_and_names_it_by_its_number(job: CustomerImport) -> None:
    taken = NEW.replace("W17", "WEB").replace("customer:17", "customer:18")
    path = write(job, taken + NEW)
    report = job.run()
    assert report.inserted == ["W17"]
    [line] = report.failed
    assert line.startswith("a.csv record 1 WEB: ")
    assert "1 inserted, 0 updated, 1 failed" in path.with_suffix(".err").read_text("cp1252")


def test_a_file_that_cannot_be_read_is_entered_by_nobody(job: CustomerImport) -> None:
    path = write(job, '"2","W17","MAGECUST","x"\r\n' + NEW)
    assert job.run().inserted == []
    assert "cannot be read" in path.with_suffix(".err").read_text("cp1252")
    assert job._database.company.customers.table.first("code", "W17") is None
