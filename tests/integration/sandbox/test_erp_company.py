"""The company's clockwork: times of change, windows, periods, posting, seats, books."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company, Refusal, Rules, demo_company
from tidegate_sandbox.erp.calendar import Calendar
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.seats import SeatPool
from tidegate_sandbox.erp.stamps import Stamps
from tidegate_sandbox.erp.window import Window

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def company(clock: SandboxClock | None = None, **rules: object) -> Company:
    return demo_company(clock or SandboxClock.virtual(START), items=3, rules=Rules(**rules))  # type: ignore[arg-type]


def enter(of: Company, code: str = "HUB-0001") -> Order:
    one = NewLine(
        kind="item", item_id=of.item(code).id, warehouse_id=of.warehouse("HOME").id, quantity=Decimal(1)
    )
    return of.orders.enter(NewOrder(customer_id=of.customer("WEB").id, lines=[one], external_key="k"))


def test_times_of_change_increase_even_when_the_clock_goes_back() -> None:
    clock = SandboxClock.virtual(START)
    stamps = Stamps(clock)
    first, second = stamps.next(), stamps.next()
    clock.set(START - timedelta(hours=1))
    third = stamps.next()
    assert first < second < third
    clock.set(START + timedelta(seconds=1, microseconds=999_999))
    assert stamps.next() == START + timedelta(seconds=1, milliseconds=999)


def test_what_is_done_at_once_has_one_time_of_change() -> None:
    of = company()
    with of.admit(writes=True):
        order = enter(of)
    assert order.updated_at == order.lines[0].updated_at
    with of.admit(writes=True):
        assert enter(of).created_at > order.updated_at


@given(st.integers(0, 23), st.integers(1, 2000), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_a_daily_window_is_closed_for_its_minutes(hour: int, minutes: int, naive: datetime) -> None:
    now = naive.replace(tzinfo=UTC)
    zone = ZoneInfo("Europe/London")
    window = Window(SandboxClock.virtual(now), zone)
    window.daily(time(hour), minutes)
    starts = [
        datetime.combine(now.astimezone(zone).date() - timedelta(days=back), time(hour), zone).astimezone(UTC)
        for back in range(4)
    ]
    assert (window.closed() is not None) == any(at <= now < at + timedelta(minutes=minutes) for at in starts)


def test_a_window_keeps_local_time_when_the_clocks_change() -> None:
    clock = SandboxClock.virtual(START)
    window = Window(clock, ZoneInfo("Europe/London"))
    window.daily(time(3), 60, weekdays=frozenset({6}))
    for at, closed in (
        ("2026-03-22T03:30", True),
        ("2026-03-23T03:30", False),  # a Monday
        ("2026-03-29T03:30", False),  # summer time began: 04:30 there
        ("2026-03-29T02:30", True),
    ):
        clock.set(datetime.fromisoformat(at).replace(tzinfo=UTC))
        assert (window.closed() is not None) is closed, at
    window.clear()
    window.lock("period end")
    window.between(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1))
    assert window.closed() == "period end"
    window.unlock()
    assert window.closed() is None


def test_a_change_past_the_lock_is_a_violation() -> None:
    of = company()
    of.window.lock()
    with pytest.raises(Refusal), of.admit(writes=True):
        enter(of)
    with of.admit(writes=False):
        pass
    with pytest.raises(Refusal):
        of.stock_adjust("HUB-0001", "HOME", to=Decimal(1))
    with of.system():
        of.ledger.run()
    assert of.books()["violations"] == []
    assert of.books()["writes_while_locked"] == 1
    enter(of)  # a face that forgot to ask
    assert any("while locked for backup" in text for text in of.books()["violations"])


def test_periods_open_and_close() -> None:
    calendar = Calendar(2025, 2, first_month=4)
    march = calendar.period_of(date(2026, 3, 31))
    assert march is not None
    assert (march.number, march.year_start) == (12, date(2025, 4, 1))
    calendar.set_open(date(2026, 3, 1), False)
    with pytest.raises(Refusal) as caught:
        calendar.require_open(date(2026, 3, 31))
    assert caught.value.kind == "closed_period"
    assert calendar.next_open(date(2026, 3, 5)) == date(2026, 4, 1)
    assert calendar.next_open(date(2028, 1, 1)) is None
    with pytest.raises(Refusal):
        calendar.require_open(date(2024, 1, 1))


def test_a_closed_period_stops_despatch_invoice_and_receipt_with_no_effect() -> None:
    of = company()
    order = enter(of)
    of.set_period(START.date(), is_open=False)
    before = of.books()
    for action in (
        lambda: of.despatch(order.number),
        lambda: of.invoice_run(),
        lambda: of.receipt("WEB", Decimal(1)),
        lambda: enter(of),
    ):
        with pytest.raises(Refusal) as caught:
            action()
        assert caught.value.kind == "closed_period"
    assert of.books() == before


def test_journals_balance_or_are_refused() -> None:
    of = company()
    day = of.today()
    with pytest.raises(Refusal, match="balance"):
        of.ledger.post(
            day, "sales", "x", [(Target("1100"), Decimal(1), ""), (Target("4000"), Decimal(-2), "")]
        )
    with pytest.raises(Refusal, match="does not exist"):
        of.ledger.post(
            day, "sales", "x", [(Target("1100"), Decimal(1), ""), (Target("9999"), Decimal(-1), "")]
        )
    journal = of.ledger.post(
        day,
        "sales",
        "x",
        [
            (Target("1100"), Decimal(3), ""),
            (Target("4000"), Decimal(-3), ""),
            (Target("2200"), Decimal(0), ""),
        ],
    )
    assert len(journal.rows) == 2
    assert of.ledger.by_urn(journal.urn) == [journal]
    assert of.ledger.trial_balance() == 0


def test_a_batch_posts_in_its_daily_run_during_which_the_company_is_locked() -> None:
    clock = SandboxClock.virtual(START)
    of = company(clock, posting="batch")
    of.posting.daily(time(22), locked_minutes=30)
    order = enter(of)
    of.despatch(order.number)
    of.invoice_run()
    assert of.books()["accounts"]["1100"] == "0.00"
    assert len(of.ledger.waiting()) == 2
    clock.set(datetime(2026, 3, 2, 22, 5, tzinfo=UTC))
    with pytest.raises(Refusal, match="posting"), of.admit(writes=True):
        pass
    assert of.books()["accounts"]["1100"] == "12.44"
    clock.set(datetime(2026, 3, 2, 22, 31, tzinfo=UTC))
    with of.admit(writes=True):
        pass
    assert of.ledger.runs == 1
    assert of.books()["violations"] == []


def test_seats_are_counted_and_limited() -> None:
    pool = SeatPool(2)
    first, second = pool.take("a"), pool.take("b")
    with pytest.raises(Refusal) as caught:
        pool.take("c")
    assert caught.value.kind == "seats"
    pool.release(first)
    pool.release(first)
    with pool.session("d"):
        assert pool.holders() == ["b", "d"]
    pool.release(second)
    assert (pool.peak, pool.refused, pool.holders()) == (2, 1, [])


def test_the_books_are_plain_json_and_show_doubles() -> None:
    of = company()
    enter(of)
    enter(of)
    books = msgspec.json.decode(msgspec.json.encode(of.books()))
    assert len(books["orders_by_key"]["k"]) == 2
    assert books["trial_balance"] == "0.00"
    one = books["orders"][0]
    assert (one["number"], one["gross"], one["net"], one["tax"]) == ("0000000001", "12.44", "10.37", "2.07")
    assert one["lines"][0]["quantity"] == "1"
    assert books["stock"]["HUB-0001"]["HOME"]["allocated"] == "2"
    assert books["prices"]["Wholesale"]["HUB-0001"] == "9.33"


def test_the_books_find_what_does_not_hold_together() -> None:
    of = company()
    enter(of)
    holding = of.stock.holding(of.item("HUB-0001").id, of.warehouse("HOME").id)
    assert holding is not None
    holding.allocated_orders += 1
    of.customer("WEB").balance += 1
    next(iter(of.nominal_accounts)).debits += 1
    assert len(of.books()["violations"]) == 3


def test_the_demonstration_company_matches_the_recorded_shop() -> None:
    of = demo_company(SandboxClock.virtual(START))
    assert of.prices.amount(of.item("HUB-0001").id, None) == Decimal("10.37")
    assert of.prices.amount(of.item("HUB-0118").id, None) == Decimal("53.66")
    assert {
        code
        for code in ("HUB-1000", "SHIRT-RED", "SHIRT-BLUE", "KIT-1", "SHIRT")
        if of.items.first("code", code)
    } == {
        "HUB-1000",
        "SHIRT-RED",
        "SHIRT-BLUE",
        "KIT-1",
        "SHIRT",
    }
    assert of.stock.of_item(of.item("KIT-1").id) == []
    assert of.customer("WANDA01").email == "wanda@example.com"
    assert of.customer("ONHOLD").on_hold
    assert sum(1 for one in of.customers.table if one.code.startswith("TRADE") and one.email) == 30
    assert {one.code: one.rate for one in of.tax_codes}[6] == 6
    assert of.ledger.trial_balance() == 0
    assert demo_company(SandboxClock.virtual(START)).books() == of.books()
    assert demo_company(SandboxClock.virtual(START), seed=1).books()["stock"] != of.books()["stock"]
    dollars = demo_company(SandboxClock.virtual(START), items=1, base="USD")
    assert dollars.currency(None).code == "USD"
    assert of.books()["violations"] == dollars.books()["violations"] == []
