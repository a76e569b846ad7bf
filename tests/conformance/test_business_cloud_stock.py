"""What web orders have taken off the stock of Business Cloud Accounting: of invoices, the ledger alone can tell."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.business_cloud_stand import BusinessCloudStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import delta
from tidegate.domain.errors import Failure
from tidegate.sage.port.session import Purpose


@pytest.mark.parametrize("orders", ["invoice", "draft", "quote"])
def test_open_lines_are_listed_where_documents_stay_open(orders: Any) -> None:
    stand = BusinessCloudStand(settings={"orders": orders})
    with stand.company.session(Purpose.READING) as session:
        assert not isinstance(session, Failure)
        listed = session.web_lines is not None
    stand.close()
    assert listed is (orders != "invoice")


def test_stock_states_when_it_was_read_also_where_nothing_is_new() -> None:
    stand = BusinessCloudStand()
    with opened(stand.company) as session:
        first = delta(session.stock.read(None))
        stand.advance(60)
        again = delta(session.stock.read(first.cursor))
    now = stand.clock.now()
    stand.close()
    assert first.as_of is not None
    assert first.as_of < now
    assert (again.rows, again.as_of) == ((), now)
