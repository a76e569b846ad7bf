"""The `credits` flow: Sage's credit notes -> Magento credit memos, with or without return to stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment import invoicing
from tidegate.domain.fulfilment.crediting import MemoPlan, learnt, plan_memo
from tidegate.domain.fulfilment.document_totals import (
    another_total,
    gross_of,
    rounding_limit,
    side_index,
    total_of,
)
from tidegate.domain.fulfilment.store_document import Mark, StoreDocument, There, settle
from tidegate.domain.fulfilment.store_document_amounts import wrapping_left
from tidegate.domain.fulfilment.store_order import StoreOrder, is_rest, paused
from tidegate.domain.money import ZERO
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.fulfilment.carriage_rule import carriage_rule, learn_carriage
from tidegate.flows.fulfilment.document_parts import NextPart, next_part, unread
from tidegate.flows.fulfilment.document_values import full_value, unnamed_amount
from tidegate.flows.fulfilment.invoices import billed_by, lines_of, pass_on
from tidegate.flows.fulfilment.own_skus import order_by_own_skus
from tidegate.flows.invoice_steps import InvoiceSubject, read_subject
from tidegate.flows.writing import documents
from tidegate.flows.writing.document_steps import Adopt, Drop, NotYet, Step, Write
from tidegate.ledger import order_documents as of_orders
from tidegate.ledger.queue import Item
from tidegate.magento.credits import Credit, credit

FLOW, STEP = "credits", "credit:"
MARK = "Sage credit note"


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    pass_on(cycle, CreditHandler(cycle.connection), STEP, credit=True)


def preview(connection: Connection) -> list[dict[str, Any]]:
    """The credit memos that wait, with their payloads. Credit notes not read yet are not shown."""
    return documents.preview(CreditHandler(connection), (STEP,))


@dataclass(frozen=True)
class CreditHandler:
    """Decides about credit memos of one connection."""

    connection: Connection
    flow: str = FLOW
    link: str = "magento-credit"
    after: tuple[str, ...] = ("shipments/shipment:", "invoices/invoice:")

    def decide(self, item: Item) -> Step:
        """What to write, by the order and its credit memos as they are now."""
        subject = read_subject(item.subject)
        store = self.connection.store
        skipped = self.connection.settings.skip_skus
        order = order_by_own_skus(self.connection, subject.entity_id, amounts=True)
        if isinstance(order, Failure):
            return order
        side = side_index(subject.currency or self.connection.company_settings.currency, order)
        pieces = invoicing.credited(subject.lines, order, self.connection.settings.skus, side)
        if isinstance(pieces, Failure):
            return pieces
        pieces = pieces and {
            **pieces,
            **invoicing.beside(subject.lines, order, skipped, side),
        }
        there = store.credits.of_order(subject.entity_id)
        if isinstance(there, Failure):
            return there
        mark = Mark(MARK, subject.number)
        left = invoicing.left_to_refund(order)
        said = settle(mark, pieces, left, order, there, done="credited")
        if isinstance(said, There):
            differs = self.differs(subject, order, said.documents)
            return differs or Adopt(str(said.document.id), said.document.number, said.text)
        if isinstance(said, Failure):
            return said
        if on_hold := paused(order):
            return NotYet(on_hold)
        if not pieces:
            return self.allowance(subject, order, there, mark)
        if said is None and (same := self.same_by_hand(item, pieces, there)):
            return Failure(Code.OTHER_CONTENT, SAME_BY_HAND.format(subject.number, same.number), sent=False)
        if subject.unplaced and not subject.stated:
            return Failure(Code.OTHER_CONTENT, UNPLACED.format(subject.number), sent=False)
        whole = is_rest(said.rest if said else pieces, left, order)
        call = next_part(pieces, said, mark, store.client.array_limit, whole=whole)
        return self.memo(subject, order, call, pieces, there)

    def same_by_hand(
        self, item: Item, pieces: Mapping[int, Decimal], there: Sequence[StoreDocument]
    ) -> StoreDocument | None:
        """A credit memo of exactly these pieces that was made by hand and belongs to no other credit note."""
        steps = [] if item.source_id is None else of_orders.steps(item.source_id, FLOW, STEP)
        known = {each.target_id for each in steps if each.target_id}
        for document in there:
            refunded = {item_id: quantity for item_id, quantity in document.pieces.items() if quantity}
            if refunded == dict(pieces) and not document.carries(MARK) and str(document.id) not in known:
                return document
        return None

    def memo(
        self,
        subject: InvoiceSubject,
        order: StoreOrder,
        call: NextPart,
        pieces: Mapping[int, Decimal],
        there: Sequence[StoreDocument],
    ) -> Step:
        """The memo of these pieces, or of a part of them: carriage and adjustment go with the last part."""
        settings = self.connection.settings
        plan = self.plan(subject, order, call, pieces, there)
        if isinstance(plan, Failure):
            return plan
        if subject.gross == ZERO and not plan.adjustment and not call.goes_on:
            return Drop(OF_NOTHING.format(subject.number))
        back = settings.fulfilment.returns
        returns = back == "always" or (back == "sage" and subject.returned)
        named = pieces if call.pieces is None else call.pieces
        body = credit(
            call.lines,
            call.comment,
            shipping=plan.shipping,
            returned=sorted(named) if returns else (),
            adjustment=plan.adjustment,
        )
        return self.write(subject, order, call, body, plan)

    def plan(
        self,
        subject: InvoiceSubject,
        order: StoreOrder,
        call: NextPart,
        pieces: Mapping[int, Decimal],
        there: Sequence[StoreDocument],
    ) -> MemoPlan | Failure:
        """The request for the memo; a part that is not the last one refunds its pieces only."""
        if call.goes_on:
            return MemoPlan(ZERO)
        settings = self.connection.settings
        currency = subject.currency or self.connection.company_settings.currency
        side = side_index(currency, order)
        if side is None:
            text = OTHER_CURRENCY.format(subject.number, currency, order.base_currency)
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        lines = lines_of(subject, order)
        gross = gross_of(subject.gross, lines)
        earlier = full_value(
            self.connection, "credit memo", call.earlier, order, side, self.connection.store.credits.whole
        )
        if isinstance(earlier, Failure):
            return earlier
        done = total_of(earlier, side)
        return plan_memo(
            subject.number,
            lines,
            None if gross is None or done is None else gross - done,
            pieces if call.pieces is None else call.pieces,
            order,
            side,
            carriage_rule(self.connection),
            limit=rounding_limit(settings.rounding.tolerance, subject.lines),
            adjust=settings.fulfilment.allowances == "adjustment",
            terms=settings.amounts.terms(),
            earlier=there,
        )

    def write(
        self, subject: InvoiceSubject, order: StoreOrder, call: NextPart, body: Credit, plan: MemoPlan
    ) -> Write:
        """The call, whose memo is read back: its amount, and the store's carriage rule that it shows."""
        store = self.connection.store

        def compared(made: int) -> str | Failure:
            document = store.credits.one(made)
            if isinstance(document, Failure):
                return unread(made, document)
            if order.sides is not None and plan.shipping and plan.teaches(order.sides[0].carriage):
                rule = learnt(plan.shipping, document.carriage_net[0], order.sides[0].carriage)
                learn_carriage(self.connection, rule)
            if call.goes_on:
                return document.number
            return self.differs(subject, order, (*call.earlier, document)) or document.number

        return call.write(body, lambda: store.credits.refund(subject.entity_id, body), compared)

    def differs(
        self, subject: InvoiceSubject, order: StoreOrder, store_documents: Sequence[StoreDocument]
    ) -> Failure | None:
        """A review when these credit memos come to another total than Sage's credit note."""
        side = side_index(subject.currency or self.connection.company_settings.currency, order)
        ours = gross_of(subject.gross, lines_of(subject, order))
        if side is None or ours is None:
            return None
        whole = self.connection.store.credits.whole
        there = full_value(self.connection, "credit memo", store_documents, order, side, whole)
        if isinstance(there, Failure):
            return there
        theirs = total_of(there, side)
        if theirs is None or ours == theirs:
            return None
        named = unnamed_amount(self.connection, "credit memo", there, ours - theirs, side, whole)
        return named or another_total("credit note", subject.number, ours, store_documents, theirs)

    def allowance(
        self, subject: InvoiceSubject, order: StoreOrder, there: Sequence[StoreDocument], mark: Mark
    ) -> Step:
        """A credit note without pieces: by the connection's rule an adjustment of all that it gives back."""
        settings = self.connection.settings
        gross = billed_by(subject)
        if (
            settings.fulfilment.allowances != "adjustment"
            or not gross
            or not invoicing.is_allowance(subject.lines, order, settings.skus)
            or wrapping_left(order, there, 0)  # Magento would give that back, too
        ):
            return Failure(Code.OTHER_CONTENT, ALLOWANCE.format(subject.number), sent=False)
        if subject.currency and subject.currency != order.base_currency:
            text = OTHER_CURRENCY.format(subject.number, subject.currency, order.base_currency)
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        by_hand = [each for each in there if not any(each.pieces.values()) and not each.carries(MARK)]
        if by_hand:
            text = BY_HAND.format(subject.number, by_hand[0].number)
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        none = {order.items[0].item_id: ZERO}
        body = credit(none, mark.text, shipping=ZERO, returned=(), adjustment=gross)
        return self.write(subject, order, NextPart(none, mark.text), body, MemoPlan(ZERO, gross))


ALLOWANCE = (
    "Sage's credit note {} credits no items of the order (it is an allowance, or carriage alone). Make the "
    "credit memo in Magento by hand, then `tidegate queue link`. With fulfilment.allowances = "
    '"adjustment" Tidegate makes an adjustment of such a credit note if it is for one order alone and '
    "names no product."
)
OF_NOTHING = (
    "Sage's credit note {} is for 0.00, as are its items in Magento, and Magento makes no credit memo for "
    "0.00. Returned items are counted with the stock"
)
OTHER_CURRENCY = (
    "Sage's credit note {} is in {}, but Magento accepts its amounts in {} only. Make the credit memo in "
    "Magento by hand, then `tidegate queue link`."
)
UNPLACED = (
    "Sage's credit note {} is for several orders and credits carriage, or a free-text line, that belongs "
    "to none of them by name, so this order's share is not known. Make the credit memo in Magento by hand, "
    "then `tidegate queue link`. A credit note for one order alone is carried over automatically."
)
SAME_BY_HAND = (
    "Sage's credit note {} has the same items as the credit memo {}, made by hand in Magento. If both are "
    "the same refund: `tidegate queue link`, so that the customer does not get the money twice. If they "
    "are two refunds: make the second credit memo in Magento by hand, too, and link it."
)
BY_HAND = (
    "Sage's credit note {} is an allowance, and Magento has the credit memo {} without items, made by "
    "hand. If both are the same: `tidegate queue link`. Otherwise make a credit memo for this one by hand, "
    "too, and link it."
)
