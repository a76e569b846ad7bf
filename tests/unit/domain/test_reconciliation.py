"""Three ways: nothing is left over, and every kind of difference is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.domain.books.agreement import (
    Bucket,
    CompanyOrder,
    Facts,
    Figures,
    KeptLine,
    KeptOrder,
    Kind,
    Reconciliation,
    Row,
    StoreOrder,
    summed,
)
from tidegate.domain.books.bookkeeping import AccountBalance, EntryKind, LedgerEntry, Posting
from tidegate.domain.books.completeness import all_ages
from tidegate.domain.books.reconciliation import reconcile
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.states import State

D = Decimal
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=2)
KEY = "magento:main:1"
FIGURES = Figures(D("40.00"), D("5.00"), D("9.00"), D("54.00"))
LINES = {"item:1": KeptLine(D(2), D("40.00"), D("8.00"), "1", "4000")}
FREIGHT = KeptLine(D(1), D("5.00"), D("1.00"), "1", "4910")
KEPT = KeptOrder(
    key=KEY,
    number="000000001",
    created_at=OLD,
    state=State.CONFIRMED,
    figures=FIGURES,
    lines=LINES,
    freight=FREIGHT,
)
SHOWN = StoreOrder(KEY, "000000001", OLD, True, False, FIGURES)
SALE = CompanyOrder("42", "S42", D("54.00"))


def facts(**changes: object) -> Facts:
    values: dict[str, object] = {
        "store": {KEY: SHOWN},
        "kept": {KEY: KEPT},
        "company": {KEY: [SALE]},
        "now": NOW,
        "settled_before": NOW - timedelta(hours=2),
        "overdue_before": NOW - timedelta(hours=24),
        **changes,
    }
    return Facts(**values)  # type: ignore[arg-type]


def report(**changes: object) -> Reconciliation:
    return reconcile(facts(**changes), date(2026, 3, 1), date(2026, 3, 10))


def kinds(found: Reconciliation) -> list[Kind]:
    return [each.kind for each in found.differences]


def test_one_order_on_all_three_sides() -> None:
    found = report()
    assert found.differences == ()
    assert [row.difference for row in found.totals] == [None, None, None, D(0)]
    assert (found.waiting, found.unexplained) == (D(0), D(0))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kept": {}, "company": {}}, [Kind.MISSING_IN_LEDGER]),
        ({"kept": {}, "company": {KEY: [SALE]}}, [Kind.UNKNOWN_TO_LEDGER]),
        ({"company": {}}, [Kind.MISSING_IN_SAGE]),
        ({"store": {}}, [Kind.MISSING_IN_MAGENTO]),
        ({"store": {}, "company": None}, [Kind.MISSING_IN_MAGENTO]),
        ({"kept": {}, "company": None}, [Kind.MISSING_IN_LEDGER]),
        ({"company": {KEY: [SALE, replace(SALE, number="S43")]}}, [Kind.DOUBLED]),
        ({"company": {KEY: [replace(SALE, gross=D("53.99"))]}}, [Kind.TOTAL]),
        ({"kept": {KEY: replace(KEPT, state=State.QUEUED, reason="x")}}, [Kind.UNKNOWN_TO_LEDGER]),
        ({"kept": {KEY: replace(KEPT, state=State.HELD, reason="tax")}, "company": {}}, []),
        ({"kept": {KEY: replace(KEPT, state=State.QUEUED)}, "company": {}}, [Kind.OVERDUE]),
        ({"kept": {KEY: replace(KEPT, state=State.IN_DOUBT, reason="no answer")}}, []),
        ({"kept": {KEY: replace(KEPT, state=State.CANCELLED)}, "company": {}}, []),
        ({"store": {KEY: replace(SHOWN, cancelled=True)}, "company": {}}, []),
        ({"kept": {}, "company": {}, "store": {KEY: replace(SHOWN, wanted=False)}}, []),
        ({"kept": {}, "company": {}, "store": {KEY: replace(SHOWN, created_at=NOW)}}, []),
        ({"store": None, "company": None}, []),
    ],
)
def test_each_kind_of_difference(changes: dict[str, object], expected: list[Kind]) -> None:
    found = report(**changes)
    assert kinds(found) == expected
    assert found.unexplained == 0


def only(found: Reconciliation) -> tuple[Kind, Decimal | None, Decimal | None, Decimal]:
    (one,) = found.differences
    assert found.unexplained == 0
    return one.kind, one.magento, one.sage, one.gap


TAKEN = Figures(D("20.00"), D("0.00"), D("4.00"), D("24.00"))
OVER = replace(SALE, cancelled=True)


def test_an_order_cancelled_in_magento_and_alive_in_sage_is_named() -> None:
    found = report(store={KEY: replace(SHOWN, cancelled=True)})
    assert only(found) == (Kind.CANCELLED_IN_MAGENTO, D(0), D("54.00"), D("-54.00"))
    assert found.totals[-1].difference == D("-54.00")


def test_an_order_cancelled_in_sage_and_alive_in_magento_is_named() -> None:
    expected = (Kind.CANCELLED_IN_SAGE, D("54.00"), D(0), D("54.00"))
    assert only(report(company={KEY: [OVER]})) == expected
    # also when the ledger has read it of Sage already
    assert only(report(company={KEY: [OVER]}, kept={KEY: replace(KEPT, state=State.CANCELLED)})) == expected


def test_an_order_refunded_completely_and_not_credited_in_sage_is_named() -> None:
    closed = replace(SHOWN, closed=True, wanted=False, taken=FIGURES)
    assert only(report(store={KEY: closed})) == (Kind.CANCELLED_IN_MAGENTO, D(0), D("54.00"), D("-54.00"))


def test_what_is_over_on_both_sides_is_no_difference() -> None:
    cancelled = replace(SHOWN, cancelled=True)
    assert report(store={KEY: cancelled}, company={KEY: [OVER]}).differences == ()
    closed = replace(SHOWN, closed=True, wanted=False, taken=FIGURES)
    found = report(store={KEY: closed}, credited={KEY: D("54.00")}, kept={KEY: replace(KEPT, taken=FIGURES)})
    assert found.differences == ()
    assert [row.difference for row in found.totals] == [None, None, None, D(0)]


@pytest.mark.parametrize(
    ("taken", "credited", "figures"),
    [
        (TAKEN, "0", (D("30.00"), D("54.00"), D("-24.00"))),
        (Figures(D(0), D(0), D(0), D(0)), "24.00", (D("54.00"), D("30.00"), D("24.00"))),
        (TAKEN, "10.00", (D("30.00"), D("44.00"), D("-14.00"))),
    ],
)
def test_taken_back_in_part_on_one_side_shows_both_figures(
    taken: Figures, credited: str, figures: tuple
) -> None:
    found = report(
        store={KEY: replace(SHOWN, taken=taken)},
        credited={KEY: D(credited)} if D(credited) else {},
        kept={KEY: replace(KEPT, taken=taken)},
    )
    assert only(found) == (Kind.PARTLY_CANCELLED, *figures)


def test_taken_back_in_part_on_both_sides_is_no_difference() -> None:
    found = report(
        store={KEY: replace(SHOWN, taken=TAKEN)},
        credited={KEY: D("24.00")},
        kept={KEY: replace(KEPT, taken=TAKEN)},
    )
    assert found.differences == ()
    # sent with less than was ordered: Sage's own total is the lower one
    sent = report(store={KEY: replace(SHOWN, taken=TAKEN)}, company={KEY: [replace(SALE, gross=D("30.00"))]})
    assert sent.differences == ()


def test_what_is_being_carried_over_waits() -> None:
    found = report(credited={KEY: D("24.00")}, under_way=frozenset({KEY}))
    assert (found.differences, found.waiting, found.unexplained) == ((), D("24.00"), D(0))
    # a wrong total does not
    wrong = report(company={KEY: [replace(SALE, gross=D("53.99"))]}, under_way=frozenset({KEY}))
    assert kinds(wrong) == [Kind.TOTAL]


def test_a_credit_note_of_several_orders_is_not_parted() -> None:
    assert report(credited={KEY: None}).differences == ()


def test_what_moved_in_magento_is_named_figure_by_figure() -> None:
    moved = replace(SHOWN, figures=Figures(D("40.00"), D("0.00"), D("8.00"), D("48.00")))
    found = report(store={KEY: moved})
    changed = [each.figure for each in found.differences if each.kind is Kind.CHANGED]
    assert changed == ["shipping", "tax", "total"]
    assert found.unexplained == 0


# --- invoices and postings ----------------------------------------------------------------------


def invoice(**changes: object) -> SalesInvoice:
    line = InvoiceLine("1", "item:1", "HUB-1", D(2), D("40.00"), D("8.00"))
    whole = SalesInvoice(
        *("9", "I9", False, date(2026, 3, 9), "WEB", ("42",), (KEY,)),
        *(D("45.00"), D("9.00"), D("54.00"), "GBP", (line,)),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


ENTRY = LedgerEntry(
    "e1", "900", EntryKind.INVOICE, "WEB", "I9", "S42", date(2026, 3, 9), D("54.00"), D("54.00")
)


def posted(account: str, credit: str) -> Posting:
    return Posting("900", account, D(0), D(credit))


POSTINGS = [
    Posting("900", "1100", D("54.00"), D(0)),
    posted("4000", "40.00"),
    posted("4910", "5.00"),
    posted("2200", "9.00"),
]


def test_an_invoiced_order_agrees_down_to_the_postings() -> None:
    found = report(invoices=[invoice()], entries=[ENTRY], postings={"900": POSTINGS})
    assert found.differences == ()
    assert [(row.name, row.magento, row.sage) for row in found.tax] == [("1", D("9.00"), D("9.00"))]
    revenue = {row.name: (row.ledger, row.sage) for row in found.revenue}
    assert revenue == {"4000": (D("40.00"), D("40.00")), "4910": (D("5.00"), D("5.00"))}


def test_a_rounding_line_is_a_charge_and_no_difference() -> None:
    rounded = invoice(net=D("45.01"), tax=D("8.99"))
    assert report(invoices=[rounded]).differences == ()


def test_an_invoice_that_does_not_make_its_order() -> None:
    found = report(invoices=[invoice(net=D("46.00"), gross=D("55.00"))])
    assert [(each.kind, each.figure) for each in found.differences] == [
        (Kind.INVOICED, "shipping"),
        (Kind.INVOICED, "total"),
        (Kind.TAX, ""),
    ]


def test_a_part_of_an_order_is_not_complained_about() -> None:
    part = InvoiceLine("1", "item:1", "HUB-1", D(1), D("20.00"), D("4.00"))
    half = invoice(lines=(part,), net=D("25.00"), tax=D("5.00"), gross=D("30.00"))
    found = report(invoices=[half])
    assert found.differences == ()
    assert found.tax[0].magento == found.tax[0].sage == D("5.00")


def test_a_credit_note_takes_its_tax_and_revenue_back() -> None:
    found = report(invoices=[invoice(), invoice(id="10", number="C1", credit=True)])
    assert [(row.magento, row.sage) for row in found.tax] == [(D("0.00"), D("0.00"))]
    assert {row.ledger for row in found.revenue} == {D("0.00")}


def test_revenue_on_another_account_than_the_mapped_one() -> None:
    wrong = [POSTINGS[0], posted("4001", "40.00"), *POSTINGS[2:]]
    found = report(invoices=[invoice()], entries=[ENTRY], postings={"900": wrong})
    assert [(each.kind, each.subject) for each in found.differences] == [(Kind.REVENUE, "4000")]


def test_revenue_is_compared_once_all_postings_are_known() -> None:
    found = report(invoices=[invoice()], entries=[ENTRY])
    assert found.differences == ()
    assert {row.sage for row in found.revenue} == {None}


# one planted difference for each thing that a reconciliation covers


def test_planted_in_the_tax_of_one_code() -> None:
    line = InvoiceLine("1", "item:1", "HUB-1", D(2), D("40.00"), D("7.90"))
    found = report(invoices=[invoice(lines=(line,), tax=D("8.90"), gross=D("53.90"))])
    (tax,) = [each for each in found.differences if each.kind is Kind.TAX]
    assert (tax.subject, tax.magento, tax.sage) == ("1", D("9.00"), D("8.90"))


def test_planted_in_the_freight() -> None:
    wrong = [*POSTINGS[:2], posted("4911", "5.00"), POSTINGS[3]]
    found = report(invoices=[invoice()], entries=[ENTRY], postings={"900": wrong})
    (freight,) = found.differences
    assert (freight.kind, freight.subject) == (Kind.REVENUE, "4910")
    assert (freight.ledger, freight.sage) == (D("5.00"), D(0))


def test_planted_on_a_clearing_account() -> None:
    balances = [AccountBalance("1210", "Clearing", D("12.00")), AccountBalance("1200", "Bank", D(9))]
    found = report(balances=balances, clearing=frozenset({"1210"}))
    (left,) = found.differences
    assert (left.kind, left.subject, left.ledger, left.sage) == (Kind.CLEARING, "1210", D(0), D("12.00"))
    assert found.clearing[0].difference == D("-12.00")


def test_planted_an_invoice_without_an_order() -> None:
    for keys in (("magento:main:77",), ()):
        found = report(invoices=[invoice(order_keys=keys)])
        assert [(each.kind, each.subject) for each in found.differences] == [(Kind.WITHOUT_ORDER, "I9")]


@pytest.mark.parametrize(
    ("kind", "left", "told"), [("receipt", "4.00", 1), ("refund", "54.00", 1), ("receipt", "0", 0)]
)
def test_planted_a_payment_that_is_not_allocated(kind: str, left: str, told: int) -> None:
    paid = replace(ENTRY, id="e2", kind=EntryKind(kind), reference="PAY-1", outstanding=D(left))
    found = report(entries=[paid])
    assert [(each.kind, each.subject) for each in found.differences] == [(Kind.UNALLOCATED, "PAY-1")] * told


def test_planted_postings_that_do_not_balance() -> None:
    found = report(entries=[ENTRY], postings={"900": POSTINGS[:2]})
    assert [(each.kind, each.sage) for each in found.differences] == [(Kind.UNBALANCED, D("14.00"))]


def test_planted_orders_that_are_late_without_a_reason() -> None:
    late = replace(KEPT, state=State.QUEUED)
    held = replace(KEPT, key="magento:main:2", number="000000002", state=State.HELD, reason="tax:20")
    young = replace(held, key="magento:main:3", number="000000003", created_at=NOW)
    kept = {each.key: each for each in (late, held, young)}
    found = report(store=None, kept=kept, company={})
    assert kinds(found) == [Kind.OVERDUE]
    ages = {each.age: each for each in found.completeness if each.orders}
    assert ages["below 1 hour"] == Bucket("below 1 hour", 1, D("54.00"), D(0), D("54.00"), D(0))
    assert ages["1 to 3 days"] == Bucket("1 to 3 days", 2, D("108.00"), D(0), D("54.00"), D("54.00"))
    assert all_ages(found.completeness) == Bucket("all", 3, D("162.00"), D(0), D("108.00"), D("54.00"))


def test_a_sum_is_shown_only_of_columns_that_are_known() -> None:
    rows = [Row("a", 1, D(1), None, D(3)), Row("b", 2, D(2), None, D(4))]
    assert summed("sum", rows) == Row("sum", 3, D(3), None, D(7))


def test_subjects_that_were_not_compared_are_not_in_order_again() -> None:
    assert report().examined == {"000000001"}
    assert report(company=None).examined == report(store=None).examined == frozenset()
    assert report().orders == {KEY: "000000001"}


def test_an_order_of_an_earlier_period_is_known_by_its_invoice() -> None:
    found = report(kept={}, store={}, company={}, invoices=[invoice()], invoiced={KEY: KEPT}, entries=[ENTRY])
    assert found.differences == ()
    assert found.tax[0].magento == D("9.00")


# --- arithmetic ---------------------------------------------------------------------------------

AMOUNT = st.decimals(min_value=0, max_value=10_000, places=2)
FIGURES_OF = st.builds(lambda g, s, t: Figures(g, s, t, g + s + t), AMOUNT, AMOUNT, AMOUNT)
STATE = st.sampled_from(list(State))
GROSS = st.none() | AMOUNT


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    store: dict[str, StoreOrder] = {}
    kept: dict[str, KeptOrder] = {}
    company: dict[str, Sequence[CompanyOrder]] = {}
    for number in range(draw(st.integers(0, 6))):
        key, figures = f"magento:main:{number}", draw(FIGURES_OF)
        at = draw(st.sampled_from([NOW, OLD, NOW - timedelta(hours=3)]))
        name = f"{number:09}"
        if draw(st.booleans()):
            same = figures if draw(st.booleans()) else draw(FIGURES_OF)
            store[key] = StoreOrder(key, name, at, draw(st.booleans()), draw(st.booleans()), same)
        if draw(st.booleans()):
            reason = draw(st.sampled_from(["", "tax:20"]))
            kept[key] = KeptOrder(
                key=key, number=name, created_at=at, state=draw(STATE), reason=reason, figures=figures
            )
        sales = [CompanyOrder(f"{n}", f"S{n}", draw(GROSS)) for n in range(draw(st.integers(0, 2)))]
        company[key] = sales
    return facts(store=draw(st.sampled_from([store, None])), kept=kept, company=company)


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_nothing_is_left_over_whatever_happened(world: Facts) -> None:
    found = reconcile(world, date(2026, 3, 1), date(2026, 3, 10))
    total = found.totals[-1]
    assert total.difference is not None
    gaps = sum((each.gap for each in found.differences), D(0))
    assert total.difference == found.waiting + gaps
    assert found.unexplained == 0
    known = found.examined | set(found.orders.values())
    assert known >= {each.subject for each in found.differences if each.gap}


@given(worlds())
@settings(max_examples=100, deadline=None)
def test_every_order_of_the_ledger_is_in_one_bucket(world: Facts) -> None:
    found = reconcile(world, date(2026, 3, 1), date(2026, 3, 10))
    open_orders = [k for k in world.kept.values() if k.state not in (State.CANCELLED, State.SKIPPED)]
    assert sum(bucket.orders for bucket in found.completeness) == len(open_orders)
    for bucket in found.completeness:
        assert bucket.value == bucket.confirmed + bucket.waiting + bucket.unexplained
