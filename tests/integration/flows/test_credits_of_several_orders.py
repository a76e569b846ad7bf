"""A credit note over several orders: each gets its goods; what names none of them is told to a person, by its name.

The company in memory credits one order at a time, so the note is put together as a company would read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from integration.flows.billing import shipped
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from tidegate.conformance.memory.documents import Invoices
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.states import State
from tidegate.engine import reconcile
from tidegate.flows import invoice_steps
from tidegate.flows.fulfilment import credits, invoices

CARRIAGE = InvoiceLine("9001", "", "", Decimal(1), Decimal("4.00"), Decimal("0.00"))
OF_ONE, OF_THE_OTHER = (replace(CARRIAGE, order_key=order) for order in ("one", "other"))
TYPED_IN = InvoiceLine("9002", "", "", Decimal(2), None, None)


@pytest.fixture
def note(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Fulfilled, int]]:
    """One piece of an order is credited, on a note that also credits another order, and these lines."""

    def credited(*more: InvoiceLine) -> tuple[Fulfilled, int]:
        shop = Fulfilled(stage)
        one, other = shipped(shop), shipped(shop)
        shop.invoice(one)
        shop.invoice(other)
        shop.run()
        goods = shop.goods(one)
        shop.credit(one, {max(goods, key=lambda code: goods[code]): 1})
        read = Invoices.read

        def of_both(self: Invoices, since: str | None) -> Delta[SalesInvoice] | Failure:
            found = read(self, since)
            if isinstance(found, Failure):
                return found
            return replace(found, rows=tuple(both(row) if row.credit else row for row in found.rows))

        def both(row: SalesInvoice) -> SalesInvoice:
            own = row.order_keys[0]
            key = own.rpartition(":")[0] + f":{other}"
            named = {"one": own, "other": key}
            lines = (replace(each, order_key=named.get(each.order_key, "")) for each in more)
            return replace(row, order_keys=(own, key), lines=(*row.lines, *lines))

        monkeypatch.setattr(Invoices, "read", of_both)
        shop.run("credits")
        return shop, one

    return credited


def is_refused_by_name(shop: Fulfilled, placed: int) -> bool:
    """Whether nothing was written, and a person is told why and what to do."""
    item = shop.item(placed, "credits", "credit:")
    told = "is for several orders and credits carriage, or a free-text line" in item.reason
    return item.state is State.REVIEW and told and shop.documents(placed)["creditmemos"] == []


@pytest.mark.parametrize("line", [CARRIAGE, TYPED_IN], ids=["carriage", "typed in"])
def test_what_names_no_order_is_refused_by_name(
    note: Callable[..., tuple[Fulfilled, int]], line: InvoiceLine
) -> None:
    shop, placed = note(line)
    assert is_refused_by_name(shop, placed)
    item = shop.item(placed, "credits", "credit:")
    assert item.reason_code == "other-content"
    assert "tidegate queue link" in item.reason
    assert "A credit note for one order alone is carried over automatically." in item.reason


def test_goods_alone_are_each_order_s_own(note: Callable[..., tuple[Fulfilled, int]]) -> None:
    shop, placed = note()
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED
    assert len(shop.documents(placed)["creditmemos"]) == 1


@pytest.mark.parametrize(("line", "more"), [(OF_ONE, "4.00"), (OF_THE_OTHER, "0.00")], ids=["own", "other"])
def test_carriage_that_sage_reports_is_its_order_s(
    note: Callable[..., tuple[Fulfilled, int]], line: InvoiceLine, more: str
) -> None:
    shop, placed = note(line)
    item = shop.item(placed, "credits", "credit:")
    assert (item.state, item.reason) == (State.CONFIRMED, "")
    (memo,) = shop.documents(placed)["creditmemos"]
    lines = invoice_steps.read_subject(item.subject).lines
    goods = sum((line.net or 0) + (line.tax or 0) for line in lines if line.sku)
    assert Decimal(str(memo["grand_total"])) == goods + Decimal(more)
    days = reconcile.last_days(shop.stage.connection, 7)
    assert reconcile.credited(shop.stage.connection, days)[f"magento:main:{placed}"] == goods + Decimal(more)


def test_bug_each_order_s_carriage_is_forgotten(
    note: Callable[..., tuple[Fulfilled, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoices, "part_of", lambda document, key: None)
    with pytest.raises(AssertionError):
        test_carriage_that_sage_reports_is_its_order_s(note, OF_ONE, "4.00")


def test_bug_carriage_of_nobody_is_the_first_order_s(
    note: Callable[..., tuple[Fulfilled, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the mark the goods are refunded and the carriage is forgotten, without a word."""

    def placed_anyhow(text: str) -> invoice_steps.InvoiceSubject:
        return msgspec.structs.replace(invoice_steps.read_subject(text), unplaced=False)

    monkeypatch.setattr(credits, "read_subject", placed_anyhow)
    assert not is_refused_by_name(*note(CARRIAGE))
