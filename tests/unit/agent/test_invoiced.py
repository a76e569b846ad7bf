"""Where Sales Order retains no history, invoices tell what an order that is gone has become (contract section 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tidegate_agent.sage100.invoiced import Invoiced
from tidegate_sandbox.sage100.staff import Staff
from unit.agent.hub import Stand, order

OTHER_TOTAL = {"total": "60.00", "tax": "3.19", "tolerance": "0.02"}


def invoiced(folder: Path, history: str = "none") -> Stand:
    """An order that was shipped and invoiced, so that it has left the open file; and a journal that is lost."""
    stand = Stand(folder, {"sage100": {"history": history}}, retain_history=False)
    stand.send(order())
    staff = Staff(stand.sage, stand.sage.companies["ABC"])
    staff.ship("0000001")
    staff.post_sales_journal()
    assert stand.get("/v1/companies/ABC/data/orders")["rows"] == []
    stand.journal._db.execute("DELETE FROM entry")
    return stand


def statements(stand: Stand) -> list[str]:
    """What the tables are asked from now on."""
    asked: list[str] = []
    tables = stand.agent.reader("ABC")._tables
    kept: Callable[[str], Any] = tables.fetch
    tables.fetch = lambda statement: asked.append(statement) or kept(statement)  # type: ignore[method-assign, func-returns-value]
    return asked


@pytest.mark.parametrize("history", ["none", "unknown"])
def test_an_order_that_only_its_invoice_shows_is_not_written_again(tmp_path: Path, history: str) -> None:
    stand = invoiced(tmp_path, history)
    (again,) = stand.send(order(expected=OTHER_TOTAL))  # by its key, which the invoice has
    assert (again["outcome"], again["sales_order_no"]) == ("existing", "0000001")
    assert stand.orders() == ["main:000000123"]
    assert stand.is_even()


def test_an_invoice_without_a_key_counts_where_day_and_total_agree(tmp_path: Path) -> None:
    stand = invoiced(tmp_path)
    stand.sage.options.udfs["AR_InvoiceHistoryHeader"] = {}
    (again,) = stand.send(order())
    assert (again["outcome"], again["sales_order_no"]) == ("existing", "0000001")
    for changes in ({"expected": OTHER_TOTAL}, {"order_date": "2026-03-01"}):
        (differs,) = stand.send(order(**changes))
        assert (differs["outcome"], differs["error"]["class"]) == ("conflict", "review")
    assert stand.orders() == ["main:000000123"]


def test_another_buyers_invoice_with_this_number_is_nobodys_hint(tmp_path: Path) -> None:
    stand = invoiced(tmp_path)
    stand.sage.options.udfs["AR_InvoiceHistoryHeader"] = {}
    (other,) = stand.send(order(200, customer="WANDA01", customer_po="000000123", expected=None))
    assert other["outcome"] == "created"


def test_where_invoices_cannot_be_read_nothing_is_absent(tmp_path: Path) -> None:
    stand = invoiced(tmp_path)
    stand.sage.options.edition = "premium"  # whoever is denied a table gets an error like this one
    stand.agent.reader("ABC")._is_sql = True
    stand.sage.held_tables |= {"AR_InvoiceHistoryHeader"}
    assert stand.send(order())[0]["outcome"] == "in_doubt"
    assert stand.orders() == ["main:000000123"]


def test_a_batch_asks_the_invoices_once_and_a_site_with_history_never(tmp_path: Path) -> None:
    for folder, history, times in (("none", "none", 1), ("kept", "orders", 0)):
        (tmp_path / folder).mkdir()
        stand = Stand(tmp_path / folder, {"sage100": {"history": history}})
        asked = statements(stand)
        stand.send(*(order(number) for number in range(100, 105)))
        assert sum("AR_InvoiceHistoryHeader" in one for one in asked) == times


def test_a_number_is_asked_of_links_and_invoices(tmp_path: Path) -> None:
    """A row that was being written long ago: its number stands nowhere but on its invoice."""
    stand = invoiced(tmp_path)
    reader = stand.agent.reader("ABC")
    look = Invoiced(reader, "UDF_MAGENTO_ORDER")
    assert look.has_number("0000001", date(2026, 3, 2))
    assert not look.has_number("0000002", date(2026, 3, 2))
    stand.journal.reserve("ABC", "main:000000123", "sha256:123", "0000001", "b")
    stand.journal.change("ABC", "main:000000123", "writing")
    stand.clock.advance(7200)
    (again,) = stand.send(order())
    assert (again["outcome"], again["sales_order_no"]) == ("existing", "0000001")
