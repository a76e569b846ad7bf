"""What an order that the company already has, or has just accepted, means for its delivery."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import shown
from tidegate.domain.orders.expressed import Tax
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import is_reduced, remaining
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.stated_total import agrees, both_calculations
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.orders import edited, other_hubs, reductions
from tidegate.flows.stored_order import expected, read_order
from tidegate.ledger import alerts
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Found, Prepared
from tidegate.sage.port.outcomes import Accepted


def verdict_on_found(cycle: Cycle, item: Item, found: Sequence[Found], order: SalesOrder) -> Verdict | None:
    """None when the company does not have the order; else adopt it, or let a person decide."""
    ours = [each for each in found if each.ours]
    stranger = other_hubs.failure_of(cycle, item, ours)
    if stranger is not None:
        return cycle.after_failure(item, stranger, None)
    ours = alive(ours)
    if len(ours) > 1:
        numbers = ", ".join(each.number for each in ours)
        return cycle.after_failure(
            item,
            Failure(
                Code.DUPLICATE_FOUND,
                f"{len(ours)} orders in the company carry the key {order.key}: {numbers}. "
                "Cancel all but one there, then `tidegate queue retry`.",
            ),
            None,
        )
    if ours:
        cycle.count("adopted")
        only = ours[0]
        accepted = Accepted(only.id, only.number, only.kind, only.status, only.gross)
        was_sent = as_it_was_sent(cycle, item, only, order)
        if isinstance(was_sent, Failure):
            return cycle.after_failure(item, was_sent, None)
        note = in_between(cycle, item, only, was_sent)
        return verdict_of_accepted(cycle, item, accepted, was_sent, None, note=note)
    if found and Code.DUPLICATE_FOUND not in item.overruled:
        other = found[0]
        return cycle.after_failure(
            item,
            Failure(
                Code.DUPLICATE_FOUND,
                f"order {other.number} in the company has the same customer order number {order.reference} "
                f"but not Tidegate's key. If it is this order: `tidegate queue link {item.label} {other.number}`; "
                "if it is another one: `tidegate queue retry --overrule`.",
                details={"number": other.number, "id": other.id, "key": other.key},
            ),
            None,
        )
    return None


def alive(ours: Sequence[Found]) -> list[Found]:
    """Of the company's orders with our key those that are not cancelled; where all are, the last of them."""
    return [each for each in ours if not each.cancelled] or list(ours[-1:])


def as_it_was_sent(cycle: Cycle, item: Item, there: Found, order: SalesOrder) -> SalesOrder | Failure:
    """The order with the total that it was sent with, where Magento has taken something back since.

    What the company has decides: the total of what remains now, or an earlier one; then the rest is a
    matter of its own (`flows/orders/reductions.py`). A total that is none of them, since the company taxes otherwise,
    is compared with the nearer of the two. Where it states no total, what was remembered when the order
    left applies. A total that is both (of a free order, or where only gifts were taken back) proves nothing: what was
    not remembered as left out is asked about. A review that names all figures where the total is none of these and
    Magento's own figures do not say what remains.
    """
    now = read_order(item.document) if item.document else None
    if now is None or not is_reduced(now) or there.gross is None:
        return order
    left = remaining(now)
    amounts = cycle.connection.settings.amounts.terms()
    sent = reductions.baseline(item).gross
    placed = reductions.total_as_placed(now, order, amounts)
    earlier = [placed] if sent is None else [sent, placed]
    matching = [each for each in earlier if abs(there.gross - each) <= tolerance(cycle)]
    if not isinstance(left, Failure) and agrees(order, there.gross, tolerance(cycle)):
        apart = abs(there.gross - order.gross)
        either = any(abs(there.gross - each) <= apart for each in matching)
        if not (either and reductions.unexplained_of(now, item, item.source_id or 0)):
            with transaction("remember"):
                reductions.remember(item, now, order, cycle.now(), looked_up=True)
            return order
    if not matching:
        whole = as_placed(cycle, item, order) if sent in (None, placed) else None
        if whole is not None and abs(there.gross - whole.gross) < abs(there.gross - order.gross):
            ask_about_the_rest(cycle, item, now)
            return whole
        if not isinstance(left, Failure) or Code.TOTALS_DIFFER in item.overruled:
            return order
        return untold(there.number, there.gross, earlier, left, order)
    if item.source_id is not None and matching[0] != sent:
        with transaction("reduced"):  # a restored ledger remembers a sending in part that never came about
            reductions.forget(item, cycle.now())
    ask_about_the_rest(cycle, item, now)
    return msgspec.structs.replace(order, gross=there.gross)


def ask_about_the_rest(cycle: Cycle, item: Item, now: Order) -> None:
    """What Magento has taken back since the order was sent is a matter of its own."""
    if item.source_id is not None:
        with transaction("reduced"):
            text = f"Magento cancelled or refunded a part of order {item.label} after it was sent"
            reductions.ask(cycle, now, item.source_id, text, cycle.now())


def as_placed(cycle: Cycle, item: Item, order: SalesOrder) -> SalesOrder | None:
    """The whole order, which the company may have with a tax of its own; None where it cannot be translated.

    Compared with what remains, the pieces taken back would look like tax.
    """
    terms = cycle.connection.terms()
    if isinstance(terms, Failure):
        return None
    arithmetic = cycle.connection.company.about.orders.arithmetic
    found = fenced(item.label, partial(expected, item, terms, arithmetic, as_placed=True))
    return None if isinstance(found, Failure) or found.currency != order.currency else found


def in_between(cycle: Cycle, item: Item, there: Found, order: SalesOrder) -> str:
    """What a review says of a total between that of the order as it was placed and that of what remains; else "".

    It was sent after a part had been taken back, and more was taken back since; a restored ledger does not remember.
    """
    now = read_order(item.document) if item.document else None
    if now is None or not is_reduced(now) or there.gross is None:
        return ""
    placed = reductions.total_as_placed(now, order, cycle.connection.settings.amounts.terms())
    if not order.gross < there.gross < placed:
        return ""
    return (
        f". The order was placed over {shown(placed)}, and Magento has cancelled or refunded a part since: Sage may "
        "have it as it was in between. Compare the pieces, and credit in Sage what was taken back later; then "
        "`tidegate queue retry --overrule`"
    )


def untold(
    number: str, gross: Decimal, earlier: Sequence[Decimal], why: Failure, order: SalesOrder
) -> Failure:
    """The review of an order that the company has, when its total now is not known."""
    placed = " or ".join(dict.fromkeys(map(shown, earlier)))
    figures = ", ".join(f"{name} {value}" for name, value in why.details.items() if name != "currency")
    text = (
        f"Sage has it as {number} over {shown(gross)} {order.currency}. It was placed, or sent, over "
        f"{placed}; Magento has cancelled or refunded a part since then, and its figures do not show what "
        f"is left{f' ({figures})' if figures else ''}. Compare the two; then `tidegate queue retry "
        "--overrule`."
    )
    return Failure(Code.TOTALS_DIFFER, text, details=why.details)


def verdict_of_accepted(
    cycle: Cycle,
    item: Item,
    accepted: Accepted,
    order: SalesOrder,
    attempt_id: int | None,
    *,
    states_totals: bool = True,
    note: str = "",
) -> Verdict:
    """Confirmed, if the company's total is the store's; else the order waits for a person.

    The order exists in the company in either case and is never sent again: a retry finds it. Where answers hold
    no totals (`states_totals`), a missing one is no difference. `note` explains the difference, in place of tax.
    """
    named = accepted.number or accepted.id
    difference = (accepted.gross - order.gross) if accepted.gross is not None else Decimal(0)
    untold = accepted.gross is None and states_totals  # absent is not the same total
    overruled = Code.TOTALS_DIFFER in item.overruled
    accepted_as_it_is = overruled or (
        not untold and (accepted.gross is None or near_enough(cycle, item, order, accepted.gross))
    )
    letter = ("c" if attempt_id is not None else "e") if accepted_as_it_is else "h"
    text = ""
    code = ""
    if untold or difference:
        code = Code.TOTALS_DIFFER.value
        text = (
            f"the company's total of order {named} is {accepted.gross}, the store's {order.gross} "
            f"{order.currency} (difference {difference})"
        )
        tax = cycle.connection.company.about.orders.tax
        if note and not accepted_as_it_is:
            text += note
        elif tax.from_store and accepted.gross is not None and not accepted_as_it_is:
            text += "\n" + both_calculations(order, accepted.gross, tax)
        if untold:
            text = (
                f"the company states no total of order {named} that can be read; the store's is "
                f"{order.gross} {order.currency}. Compare the two; then `tidegate queue retry --overrule`"
            )
        if not accepted_as_it_is:  # else the delivery keeps Sage's total, and no action is needed
            with transaction("alert"):
                alerts.raise_alert(code, cycle.name, item.label, text, cycle.now())
    cycle.count("confirmed" if letter != "h" else "review")
    return Verdict(
        item.id,
        letter,
        attempt_id=attempt_id,
        code=code,
        text=text,
        target_id=accepted.id,
        target_number=accepted.number,
        target_status=accepted.status or "",
        target_kind=accepted.kind,
        total=accepted.gross,
        adopted=attempt_id is None,
        links=(("sage-order", accepted.id, accepted.number), *accepted.links),
    )


def tolerance(cycle: Cycle) -> Decimal:
    """How far the company's total may be from the store's: a product's own tax has a key of its own."""
    settings = cycle.connection.settings
    by_schedule = cycle.connection.company.about.orders.tax is Tax.BY_SCHEDULE
    return settings.tax.tolerance if by_schedule else settings.rounding.tolerance


def near_enough(cycle: Cycle, item: Item, order: SalesOrder, stated: Decimal) -> bool:
    """Whether the company's total is the store's, as far as the connection, or a person for this order, wants it."""
    return agrees(order, stated, tolerance(cycle)) or agrees(order, stated, edited.difference_of(item))


def beyond_tolerance(cycle: Cycle, item: Item, prepared: Prepared) -> Failure | None:
    """The review of an order whose total the product has computed before it took it: it does not leave."""
    order, stated = prepared.order, prepared.gross
    if stated is None or Code.TOTALS_DIFFER in item.overruled or near_enough(cycle, item, order, stated):
        return None
    text = (
        f"the company's total for order {order.reference} would be {shown(stated)} {order.currency}, but "
        f"the store's total is {shown(order.gross)}; the order was not sent. Correct the tax, or `tidegate "
        "queue retry --overrule`\n"
    )
    tax = cycle.connection.company.about.orders.tax
    return Failure(Code.TOTALS_DIFFER, text + both_calculations(order, stated, tax), sent=False)
