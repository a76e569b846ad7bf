"""What happens in the company to an order that it has, and what of it the shop shows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from integration.flows.stage import PAUSE, Stage
from tidegate.config import model
from tidegate.config.fulfilment import Fulfilment
from tidegate.config.stock import Stock
from tidegate.domain.states import State
from tidegate.engine.cycles import Report
from tidegate.ledger import order_documents, queue
from tidegate.ledger.queue import Item
from tidegate_sandbox.magento import document_books

FLOWS = ("shipments", "invoices", "payments", "credits")
DETROIT = Stock(warehouses={"HOME": "wh_detroit"})


class Fulfilled:
    """A stage whose hub runs every flow of documents."""

    def __init__(self, stage: Stage, **rules: Any) -> None:
        self.stage = stage
        flows = dict(stage.connection.settings.flows)
        flows |= {name: model.Flow(every="15m") for name in FLOWS}
        rules = {"flows": flows, "stock": DETROIT, "fulfilment": Fulfilment(), **rules}
        stage.reopen(**rules)

    # --- the company -----------------------------------------------------------------------------

    def sent(self, kind: str = "guest", **choices: Any) -> int:
        """An order that the company has; all its products are there in plenty."""
        placed = self.stage.order(kind, **choices)
        self.stage.cycle()
        assert self.stage.state(placed) is State.CONFIRMED
        self.stage.in_plenty(placed)
        return placed

    def order(self, placed: int) -> Any:
        """The company's order."""
        return self.stage.company.order(self.stage.only(placed)["number"])

    def despatch(self, placed: int, quantities: dict[str, int] | None = None, **more: Any) -> Any:
        """So much of each product leaves; everything by default."""
        chosen = {code: Decimal(number) for code, number in quantities.items()} if quantities else None
        return self.stage.company.despatch(self.order(placed).number, chosen, **more)

    def invoice(self, *placed: int) -> Any:
        """The company invoices what these orders have despatched."""
        made = self.stage.company.invoice_run([self.order(one).number for one in placed])
        return made[0]

    def pay(self, invoice: Any, value: Decimal | None = None) -> None:
        """The customer pays an invoice, or a part of it."""
        self.stage.pay(invoice, value)

    def credit(self, placed: int, quantities: dict[str, int] | None = None, *, returned: bool = False) -> Any:
        """The company credits so much; all by default."""
        order = self.order(placed)
        by_code = {line.code: line.id for line in order.lines if line.is_stocked}
        chosen = {by_code[code]: Decimal(number) for code, number in (quantities or {}).items()} or None
        return self.stage.credit(order, chosen, returned=returned)

    # --- the hub ---------------------------------------------------------------------------------

    def run(self, *flows: str, after: timedelta = PAUSE) -> list[Report]:
        """One cycle of each."""
        reports = [self.stage.cycle(flow, after=after) for flow in flows or FLOWS]
        assert {report.outcome for report in reports} <= {"done", "ended early"}, reports
        return reports

    def item(self, placed: int, flow: str, prefix: str) -> Item:
        """The last step of the order whose name begins so."""
        source = self.stage.delivery(placed).source_id
        assert source is not None
        found = queue.get(order_documents.steps(source, flow, prefix)[-1].id)
        assert found is not None
        return found

    def steps(self, placed: int, flow: str) -> dict[str, State]:
        """All steps of the order in the flow."""
        source = self.stage.delivery(placed).source_id
        assert source is not None
        return {each.step: each.state for each in order_documents.steps(source, flow, "")}

    # --- the shop --------------------------------------------------------------------------------

    def documents(self, placed: int) -> dict[str, Any]:
        """The shop's documents of the order."""
        shop = self.stage.shop
        tables = (shop.shipments, shop.invoices, shop.creditmemos)
        return document_books.account(shop.order(placed), tables, shop.mails)

    def texts(self, placed: int) -> list[str]:
        """The order's comments."""
        return [each["text"] for each in self.stage.shop_order(placed)["comments"]]

    def goods(self, placed: int) -> dict[str, int]:
        """What the company's order has of each product."""
        return {line.code: int(line.quantity) for line in self.order(placed).lines if line.is_stocked}
