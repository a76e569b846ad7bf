"""The simulated Visual Integrator job: records judged one by one, a seat, a log (contract section 11)."""

from __future__ import annotations

from pathlib import Path

from tidegate_sandbox.sage100.import_job import ImportJob
from unit.agent.stand import installation

HEADER = 'H,{key},00,{customer},20260302,{key},Jane Buyer,1 High Street,,,Irvine,CA,92618,USA,UPS GROUND,001,CA SALES,01,5.00,,"Größe"\r\n'
LINE = "L,{key},{item},001,2,19.95,,551\r\n"


def text(key: str, *, customer: str = "WEB0001", item: str = "ABC-1") -> str:
    return HEADER.format(key=key, customer=customer) + LINE.format(key=key, item=item)


def test_records_are_checked_one_by_one(tmp_path: Path) -> None:
    one = installation()
    company = one.companies["ABC"]
    content = (
        text("main:1") + text("main:2", item="NONE") + text("main:3", customer="NOBODY") + text("main:4")
    )
    (tmp_path / "b-1.csv").write_text(content, encoding="cp1252", newline="")
    job = ImportJob(one, company, tmp_path)
    report = job.run()
    assert report.imported == ["main:1", "main:4"]
    assert report.log == [
        "b-1.csv record 3 main:2: The ItemCode is not on file.",
        "b-1.csv record 5 main:3: The CustomerNo is not on file.",
    ]
    orders = list(company.kernel.orders.table)
    assert [order.external_key for order in orders] == ["main:1", "main:4"]
    assert str(orders[0].totals.gross) == "48.09"
    assert one.licence.held == []
    assert job.run().imported == []  # a file is read once


def test_without_a_seat_nothing_is_read(tmp_path: Path) -> None:
    one = installation(seats=0)
    (tmp_path / "b-1.csv").write_text(text("main:1"), encoding="cp1252", newline="")
    job = ImportJob(one, one.companies["ABC"], tmp_path)
    report = job.run()
    assert (report.started, report.imported) == (False, [])
    one.pool.limit = 1
    assert job.run().imported == ["main:1"]


def test_a_locked_company_is_not_imported_into(tmp_path: Path) -> None:
    one = installation()
    one.companies["ABC"].kernel.window.lock("backup")
    (tmp_path / "b-1.csv").write_text(text("main:1"), encoding="cp1252", newline="")
    assert not ImportJob(one, one.companies["ABC"], tmp_path).run().started
