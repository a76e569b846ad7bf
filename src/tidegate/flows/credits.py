"""The `credits` flow: Sage's credit notes -> Magento credit memos, with or without return to stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tidegate.domain import invoicing
from tidegate.domain.errors import Code, Failure
from tidegate.domain.paper import Mark, There, settle
from tidegate.domain.states import State
from tidegate.flows import papers
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.invoice_steps import INVOICE, INVOICES, UNPAID, read_subject
from tidegate.flows.invoices import read
from tidegate.flows.papers import Adopt, Step, Write
from tidegate.ledger import delivery, lookups
from tidegate.ledger import papers as of_orders
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.magento.credits import credit

FLOW, STEP = "credits", "credit:"
MARK = "Sage credit note"


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    with transaction("reclaim"):
        cycle.count("in_doubt", delivery.reclaim(cycle.lease, cycle.now()))
    if cycle.connection.company.capabilities.readings.invoices and cycle.may_call_company():
        read(cycle, FLOW, credit=True)
    if cycle.may_go_on() and lookups.has_work(cycle.name, FLOW, cycle.now()):
        papers.carry(cycle, CreditClerk(cycle.connection), (STEP,))


def preview(connection: Connection) -> list[dict[str, Any]]:
    """The credit memos that wait, with their payloads. Credit notes not read yet are not shown."""
    return papers.preview(CreditClerk(connection), (STEP,))


@dataclass(frozen=True)
class CreditClerk:
    """Decides about credit memos of one connection."""

    connection: Connection
    flow: str = FLOW
    link: str = "magento-credit"
    after: tuple[str, ...] = ("shipments/shipment:", "invoices/invoice:")

    def waits(self, source_id: int) -> str:
        """Magento credits what it has invoiced, so an invoice that waits for its payment comes first."""
        for each in of_orders.steps(source_id, INVOICES, INVOICE):
            if each.state is State.SKIPPED and each.reason == UNPAID:
                return f"{each.step} comes first, and with Sage's payment or settlement (invoice_when)"
        return ""

    def decide(self, item: Item) -> Step:
        """What to write, by the order and its credit memos as they are now."""
        subject = read_subject(item.subject)
        store = self.connection.store
        order = store.papers.order(subject.entity_id)
        if isinstance(order, Failure):
            return order
        pieces = invoicing.wanted(subject.lines, order, self.connection.settings.skus)
        if isinstance(pieces, Failure):
            return pieces
        if not pieces:
            return Failure(Code.OTHER_CONTENT, ALLOWANCE.format(subject.number), sent=False)
        there = store.credits.of_order(subject.entity_id)
        if isinstance(there, Failure):
            return there
        mark = Mark(MARK, subject.number)
        said = settle(mark, pieces, invoicing.left_to_refund(order), order, there, done="credited")
        if isinstance(said, There):
            return Adopt(str(said.paper.id), said.paper.number, said.text)
        if said is not None:
            return said
        rule = self.connection.settings.fulfilment.returns
        returns = rule == "always" or (rule == "sage" and subject.returned)
        body = credit(
            pieces,
            mark.text,
            shipping=invoicing.charges(subject.lines),
            returned=sorted(pieces) if returns else (),
        )
        return Write(body, lambda: store.credits.refund(subject.entity_id, body), store.credits.number)


ALLOWANCE = (
    "Sage's credit note {} credits no pieces of the order (an allowance, or carriage alone), which Magento's "
    "credit memo cannot say by pieces. Make it in Magento by hand, then `tidegate queue link`."
)
