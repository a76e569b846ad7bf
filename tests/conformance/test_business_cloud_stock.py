"""What web orders have taken off the stock of Business Cloud Accounting: of invoices, no list tells."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.business_cloud_stand import BusinessCloudStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, delta, goods, make_order, send
from tidegate.domain.errors import Failure
from tidegate.sage.business_cloud.client import BusinessCloudClient
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


@pytest.mark.parametrize("orders", ["draft", "quote"])
def test_what_is_invoiced_between_two_reads_is_never_on_twice(
    orders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = BusinessCloudStand(settings={"orders": orders})
    read = BusinessCloudClient.read
    calls: list[str] = []

    def invoiced_before_the_second(self: BusinessCloudClient, resource: str, *rest: Any, **how: Any) -> Any:
        calls.append(resource)
        if len(calls) == 2:
            stand.do("release" if orders == "draft" else "convert", document=number)
        return read(self, resource, *rest, **how)

    with opened(stand.company) as session:
        before = {one.sku: one.on_hand for one in delta(session.stock.read(None)).rows}
        accepted(send(session, make_order(stand, 213, goods(stand))))
        [document] = stand.documents("magento:main:213")
        number, [line] = document.number, document.lines
        monkeypatch.setattr(BusinessCloudClient, "read", invoiced_before_the_second)
        after = {one.sku: one.on_hand - one.allocated for one in delta(session.stock.read(None)).rows}
    stand.close()
    assert "stock_items" in calls
    assert after[line.code] <= before[line.code] - line.quantity


@pytest.mark.parametrize("orders", ["invoice", "draft", "quote"])
def test_an_invoice_that_staff_have_voided_is_reported_with_its_order(orders: Any) -> None:
    """A quote is called invoiced for ever: nothing else says that its goods are back in the stock."""
    stand = BusinessCloudStand(settings={"orders": orders})
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213, goods(stand))))
        [document] = stand.documents("magento:main:213")
        if orders != "invoice":
            stand.do("release" if orders == "draft" else "convert", document=document.number)
        [made] = (before := delta(session.invoices.read(None))).rows
        stand.advance(60)
        stand.do("void", document=made.number)
        [gone] = delta(session.invoices.read(before.cursor)).rows
    stand.close()
    assert not made.void
    assert (gone.void, gone.id, gone.order_keys) == (True, made.id, made.order_keys)
    assert (gone.gross, gone.lines) == (0, ())


@pytest.mark.parametrize("orders", ["draft", "quote"])
def test_an_order_that_we_have_cancelled_holds_nothing_any_more(orders: Any) -> None:
    stand = BusinessCloudStand(settings={"orders": orders})
    with opened(stand.company) as session:
        made = accepted(send(session, make_order(stand, 213, goods(stand))))
        held = {one.allocated for one in delta(session.stock.read(None)).rows}
        accepted(session.cancelling.cancel(made.id, made.number))
        stand.advance(60)
        after = {one.allocated for one in delta(session.stock.read(None)).rows}
        lines = session.web_lines.read()
    stand.close()
    assert held > {0}
    assert after == {0}
    assert lines == []
