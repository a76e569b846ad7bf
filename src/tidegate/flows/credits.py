"""The `credits` flow: Sage's credit notes -> Magento credit memos, with or without return to stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.domain import invoicing
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.paper import Mark, Paper, There, settle
from tidegate.domain.states import State
from tidegate.domain.store_order import StoreOrder, paused
from tidegate.flows import papers
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.invoice_steps import INVOICE, INVOICES, UNPAID, InvoiceSubject, read_subject
from tidegate.flows.invoices import pass_on
from tidegate.flows.papers import Adopt, Step, Write
from tidegate.ledger import papers as of_orders
from tidegate.ledger.queue import Item
from tidegate.magento.credits import credit

FLOW, STEP = "credits", "credit:"
MARK = "Sage credit note"


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    pass_on(cycle, CreditClerk(cycle.connection), STEP, credit=True)


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
        pieces = invoicing.credited(subject.lines, order, self.connection.settings.skus)
        if isinstance(pieces, Failure):
            return pieces
        there = store.credits.of_order(subject.entity_id)
        if isinstance(there, Failure):
            return there
        mark = Mark(MARK, subject.number)
        said = settle(mark, pieces, invoicing.left_to_refund(order), order, there, done="credited")
        if isinstance(said, There):
            return Adopt(str(said.paper.id), said.paper.number, said.text)
        if said is not None:
            return said
        if on_hold := paused(order):
            return on_hold
        if not pieces:
            return self.allowance(subject, order, there, mark)
        rule = self.connection.settings.fulfilment.returns
        returns = rule == "always" or (rule == "sage" and subject.returned)
        body = credit(
            pieces,
            mark.text,
            shipping=invoicing.charges(subject.lines),
            returned=sorted(pieces) if returns else (),
        )
        return Write(body, lambda: store.credits.refund(subject.entity_id, body), store.credits.number)

    def allowance(
        self, subject: InvoiceSubject, order: StoreOrder, there: Sequence[Paper], mark: Mark
    ) -> Step:
        """A credit note without pieces: by the connection's rule an adjustment of all that it gives back."""
        settings = self.connection.settings
        if (
            settings.fulfilment.allowances != "adjustment"
            or not subject.gross
            or not invoicing.is_allowance(subject.lines, order, settings.skus)
        ):
            return Failure(Code.OTHER_CONTENT, ALLOWANCE.format(subject.number), sent=False)
        if subject.currency and subject.currency != order.base_currency:
            text = OTHER_CURRENCY.format(subject.number, subject.currency, order.base_currency)
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        by_hand = [each for each in there if not any(each.pieces.values()) and not each.carries(MARK)]
        if by_hand:
            text = BY_HAND.format(subject.number, by_hand[0].number)
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        store = self.connection.store
        none = {order.items[0].item_id: ZERO}
        body = credit(none, mark.text, shipping=ZERO, returned=(), adjustment=subject.gross)
        return Write(body, lambda: store.credits.refund(subject.entity_id, body), store.credits.number)


ALLOWANCE = (
    "Sage's credit note {} credits no pieces of the order (an allowance, or carriage alone), which Magento's "
    "credit memo cannot say by pieces. Make it in Magento by hand, then `tidegate queue link`. What is of one "
    'order alone and names no product can become an adjustment: fulfilment.allowances = "adjustment".'
)
OTHER_CURRENCY = (
    "Sage's credit note {} is an allowance in {}, and Magento takes adjustments in {} only. Make it in Magento "
    "by hand, then `tidegate queue link`."
)
BY_HAND = (
    "Sage's credit note {} is an allowance, and Magento has the credit memo {} without pieces, made by hand. If "
    "it is the same, `tidegate queue link`; else make this one by hand, too, and link that."
)
