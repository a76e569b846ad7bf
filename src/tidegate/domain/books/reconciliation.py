"""Three ways: the orders of a period in Magento, in the ledger and in Sage, to the cent.

What Magento has more than Sage is what rightly waits plus the gaps of the differences named; nothing
else is left over. Design, promise 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tidegate.domain.books.agreement import (
    FIGURES,
    CompanyOrder,
    Difference,
    Facts,
    KeptOrder,
    Kind,
    Reconciliation,
    Row,
    StoreOrder,
)
from tidegate.domain.books.completeness import buckets, overdue_orders
from tidegate.domain.books.invoiced import invoiced_orders, without_order
from tidegate.domain.books.liabilities import (
    clearing_rows,
    open_clearing,
    revenue_rows,
    row_differences,
    small_rows,
    tax_rows,
    unallocated,
    unbalanced,
)
from tidegate.domain.money import ZERO, shown, total
from tidegate.domain.states import OUT, State

GONE = (State.CANCELLED, State.SKIPPED)


def reconcile(facts: Facts, start: date, end: date, unchecked: Sequence[str] = ()) -> Reconciliation:
    """Compare everything of the days from `start` to `end`, both included."""
    keys = list(dict.fromkeys([*(facts.store or {}), *facts.kept, *(facts.company or {})]))
    waiting: list[Decimal] = []
    differences: list[Difference] = []
    counted: list[str] = []
    for key in keys:
        if not counts(key, facts):
            continue
        counted.append(key)
        found, waits = compare(key, facts)
        differences += [replace(each, order=key) for each in found]
        waiting.append(waits)
    tax, revenue, clearing = tax_rows(facts), revenue_rows(facts), clearing_rows(facts)
    totals = total_rows(facts, counted)
    small: list[str] = []
    uncompared: list[str] = []
    differences += invoiced_orders(facts, small, uncompared)
    differences += without_order(facts)
    differences += unallocated(facts)
    differences += unbalanced(facts)
    differences += overdue_orders(facts)
    differences += row_differences(Kind.TAX, tax, "tax code")
    differences += row_differences(Kind.REVENUE, revenue, "account")
    differences += open_clearing(clearing)
    gaps = total(difference.gap for difference in differences)
    apart = totals[-1].difference
    waits = total(waiting)
    return Reconciliation(
        start=start,
        end=end,
        totals=totals,
        waiting=waits,
        unexplained=ZERO if apart is None else apart - waits - gaps,
        tax=tax,
        revenue=revenue,
        clearing=clearing,
        completeness=buckets(facts),
        differences=tuple(differences),
        orders={key: number_of(key, facts) for key in keys},
        examined=examined(facts) | {row.name for row in (*tax, *revenue)},
        unchecked=(*unchecked, *uncompared),
        compared=facts.store is not None and facts.company is not None and facts.books_read,
        small=(*small, *small_rows(tax, "tax code"), *small_rows(revenue, "account")),
    )


def counts(key: str, facts: Facts) -> bool:
    """Whether the order belongs in the sums: sent by the rules, and neither cancelled nor set aside."""
    shown_now = (facts.store or {}).get(key)
    kept = facts.kept.get(key)
    if one_sided(key, facts) is not None:
        return True
    if shown_now is not None and shown_now.cancelled:
        return False
    if kept is not None:
        return kept.state not in GONE
    if shown_now is not None:
        return shown_now.wanted
    return True


def one_sided(key: str, facts: Facts) -> Kind | None:
    """Whether the order is over on one side and alive on the other; None also when a side was not asked."""
    there, sales = (facts.store or {}).get(key), (facts.company or {}).get(key, ())
    if there is None or not sales:
        return None
    if all(sale.cancelled for sale in sales):
        return None if there.cancelled or there.closed else Kind.CANCELLED_IN_SAGE
    if there.cancelled:
        return Kind.CANCELLED_IN_MAGENTO
    credited = facts.credited.get(key, ZERO)
    return Kind.CANCELLED_IN_MAGENTO if there.closed and credited == ZERO else None


def compare(key: str, facts: Facts) -> tuple[list[Difference], Decimal]:
    """What is wrong with one order, and how much of its value rightly waits."""
    there = (facts.store or {}).get(key)
    kept = facts.kept.get(key)
    sales = (facts.company or {}).get(key, ())
    number = number_of(key, facts)
    found = [*_changed(there, kept)]
    if facts.company is None:
        found += _in_magento_and_ledger(facts, there, kept, number)
        return found, ZERO
    ours = _total_of(facts, there, kept)
    sage = _sage_left(key, facts, ours)
    gap = ours - sage
    if gap and sales and key in facts.under_way and _taken_back(key, facts):
        return [*found, *_in_magento_and_ledger(facts, there, kept, number)], gap
    if len(sales) > 1:
        numbers = ", ".join(sale.number for sale in sales)
        found.append(
            _difference(Kind.DOUBLED, number, f"Sage has it {len(sales)} times: {numbers}", ours, sage, gap)
        )
    elif sales:
        one_side = one_sided(key, facts)
        if one_side is not None and there is not None:
            found.append(_cancelled(one_side, there, sales[0], gap))
        else:
            found += _in_company(there, kept, sales[0], number, ours, gap, facts)
    elif kept is None and there is not None and there.created_at >= facts.settled_before:
        return found, gap
    elif kept is None:
        text = "Magento has it, but Tidegate has never captured it"
        found.append(_difference(Kind.MISSING_IN_LEDGER, number, text, ours, None, gap))
    elif kept.state is State.CONFIRMED:
        text = "the ledger has it as confirmed, but Sage does not have it"
        found.append(_difference(Kind.MISSING_IN_SAGE, number, text, ours, ZERO, gap))
    else:
        found += _in_magento_and_ledger(facts, there, kept, number)
        return found, gap
    if sales or (kept is not None):
        found += _in_magento_and_ledger(facts, there, kept, number)
    return found, ZERO


def _total_of(facts: Facts, there: StoreOrder | None, kept: KeptOrder | None) -> Decimal:
    """The order's value in Magento: as the store states it, or the ledger where the store was not asked."""
    if there is not None:
        return there.left
    return kept.figures.total - kept.taken.total if kept is not None and facts.store is None else ZERO


def _sage_left(key: str, facts: Facts, ours: Decimal) -> Decimal:
    """The order's value in Sage: what is not cancelled, less what is credited.

    Where a product states no total, or a credit note is of several orders, it cannot be known: then Magento's is used.
    """
    credited = facts.credited.get(key, ZERO)
    live = [sale for sale in (facts.company or {}).get(key, ()) if not sale.cancelled]
    if not live:
        return ZERO
    if credited is None:
        return ours
    return total(ours if sale.gross is None else sale.gross for sale in live) - (
        ZERO if live[0].gross is None else credited
    )


def _taken_back(key: str, facts: Facts) -> bool:
    """Whether either side has cancelled, refunded or credited anything of the order."""
    there = (facts.store or {}).get(key)
    taken = there is not None and (there.cancelled or there.closed or there.taken.total != ZERO)
    sales = (facts.company or {}).get(key, ())
    return taken or key in facts.credited or any(sale.cancelled for sale in sales)


def _cancelled(kind: Kind, there: StoreOrder, sale: CompanyOrder, gap: Decimal) -> Difference:
    """An order that is over on one side only."""
    if kind is Kind.CANCELLED_IN_SAGE:
        text = f"Sage has cancelled {sale.number}, but the order is still open in Magento"
    else:
        what = "cancelled" if there.cancelled else "refunded in full"
        text = (
            f"the order is {what} in Magento, but {sale.number} is still open in Sage and nothing is credited"
        )
    return _difference(kind, there.number, text, there.left, ZERO if sale.cancelled else sale.gross, gap)


def _in_company(
    there: StoreOrder | None,
    kept: KeptOrder | None,
    sale: CompanyOrder,
    number: str,
    ours: Decimal,
    gap: Decimal,
    facts: Facts,
) -> Iterator[Difference]:
    if kept is None or kept.state not in (State.CONFIRMED, *OUT):
        state = "has never captured it" if kept is None else f"has it as {kept.state}"
        text = f"Sage has it as {sale.number}, the ledger {state}"
        yield _difference(Kind.UNKNOWN_TO_LEDGER, number, text, ours, sale.gross, gap)
    elif gap and there is None and facts.store is not None:
        text = f"Sage has it as {sale.number}, but Magento does not list it (any more)"
        yield _difference(Kind.MISSING_IN_MAGENTO, number, text, ours, sale.gross, gap)
    elif gap and there is not None and _taken_back(there.key, facts):
        credited = facts.credited.get(there.key) or ZERO
        text = (
            f"Magento has cancelled or refunded {shown(there.taken.total)} of {shown(there.figures.total)}, which "
            f"leaves {shown(ours)}; Sage's {sale.number} is {shown(ours - gap + credited)}, of which "
            f"{shown(credited)} is credited, which leaves {shown(ours - gap)}"
        )
        yield _difference(Kind.PARTLY_CANCELLED, number, text, ours, ours - gap, gap)
    elif gap:
        text = f"Magento's total is {shown(ours)}, that of {sale.number} in Sage {shown(ours - gap)}"
        yield _difference(Kind.TOTAL, number, text, ours, sale.gross, gap)


def _in_magento_and_ledger(
    facts: Facts, there: StoreOrder | None, kept: KeptOrder | None, number: str
) -> Iterator[Difference]:
    """Differences between Magento and the ledger; they explain no gap."""
    if facts.store is None:
        return
    sales = (facts.company or {}).get(kept.key if kept else "", ())
    if there is None and kept is not None and not sales:
        text = "the ledger has it, but Magento does not list it (any more)"
        yield Difference(kind=Kind.MISSING_IN_MAGENTO, subject=number, text=text, ledger=kept.figures.total)
    if facts.company is None and kept is not None and kept.cancelled_as and there is not None:
        yield from _cancelled_when_confirmed(there, kept)
    if (
        facts.company is None
        and kept is None
        and there is not None
        and there.created_at < facts.settled_before
    ):
        text = "Magento has it, but Tidegate has never captured it"
        yield Difference(kind=Kind.MISSING_IN_LEDGER, subject=number, text=text, magento=there.figures.total)


def _cancelled_when_confirmed(there: StoreOrder, kept: KeptOrder) -> Iterator[Difference]:
    """What the company said of the order when it confirmed it is all that is known where nobody can ask it again."""
    if not there.cancelled and not there.closed:
        text = f"Sage had cancelled {kept.cancelled_as} when it confirmed it, but the order is still open in Magento"
        yield Difference(kind=Kind.CANCELLED_IN_SAGE, subject=there.number, text=text, magento=there.left)


def _changed(there: StoreOrder | None, kept: KeptOrder | None) -> Iterator[Difference]:
    if there is None or kept is None or there.figures == kept.figures:
        return
    for figure in FIGURES:
        now, then = getattr(there.figures, figure), getattr(kept.figures, figure)
        if now != then:
            text = f"{figure} is {shown(now)} in Magento, {shown(then)} when it was captured"
            yield Difference(
                kind=Kind.CHANGED, subject=kept.number, text=text, figure=figure, magento=now, ledger=then
            )


def _difference(
    kind: Kind, number: str, text: str, magento: Decimal, sage: Decimal | None, gap: Decimal
) -> Difference:
    return Difference(
        kind=kind, subject=number, text=text, figure="total", magento=magento, sage=sage, gap=gap
    )


# --- sums ---------------------------------------------------------------------------------------


def total_rows(facts: Facts, keys: Sequence[str]) -> tuple[Row, ...]:
    """Goods, shipping, tax and grand total of all orders that count; the grand total comes last."""
    store = [facts.store[key] for key in keys if key in facts.store] if facts.store is not None else None
    kept = [facts.kept[key] for key in keys if key in facts.kept]
    rows = []
    for figure in FIGURES:
        sage = _sage_total(facts, keys) if figure == "total" else None
        magento = None if store is None else total(_left(order, figure) for order in store)
        ledger = total(_left(order, figure) for order in kept)
        name = "grand total" if figure == "total" else figure
        rows.append(Row(name, len(keys), magento, ledger, sage))
    return tuple(rows)


def _left(order: StoreOrder | KeptOrder, figure: str) -> Decimal:
    """One figure of an order without what was cancelled or refunded of it."""
    over = order.cancelled if isinstance(order, StoreOrder) else order.state in GONE
    whole: Decimal = getattr(order.figures, figure)
    taken: Decimal = getattr(order.taken, figure)
    return ZERO if over else whole - taken


def _sage_total(facts: Facts, keys: Sequence[str]) -> Decimal | None:
    if facts.company is None:
        return None
    result = ZERO
    for key in keys:
        sales = facts.company.get(key, ())
        if sales:
            ours = _total_of(facts, (facts.store or {}).get(key), facts.kept.get(key))
            result += _sage_left(key, facts, ours)
    return result


def number_of(key: str, facts: Facts) -> str:
    """The order's number; its key where there is none."""
    order = facts.kept.get(key) or (facts.store or {}).get(key)
    return order.number if order is not None else key


def examined(facts: Facts) -> frozenset[str]:
    """Every subject that this comparison could have found something about.

    Orders only if both sides have answered: what was not compared is not in order again.
    """
    orders = {number_of(key, facts) for key in [*(facts.store or {}), *facts.kept, *(facts.company or {})]}
    names = {invoice.number for invoice in facts.invoices}
    names |= {name for entry in facts.entries for name in (entry.urn, entry.reference)}
    asked = facts.store is not None and facts.company is not None
    return frozenset((orders if asked else set()) | (names - orders) | facts.clearing)
