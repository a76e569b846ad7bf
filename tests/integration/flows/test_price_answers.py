"""Prices at the cart: from the kept book, or live within the budget."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, PAUSE, Stage
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.domain.errors import Code, Failure
from tidegate.engine.live_prices import FRESH, MOST_FAILED, LivePrices
from tidegate.engine.price_answers import PriceAnswers, PriceDesk
from tidegate.sage.port.session import Purpose

FLOWS = {name: Flow(every="1h") for name in ("orders", "prices", "customers")}
ITEMS = [("HUB-0007", Decimal(1)), ("NOPE", Decimal(2))]


@pytest.fixture
def shop(build: Build) -> Stage:
    """Prices and customers were read; prices are asked at the cart; Wanda's account is mapped by her id."""
    stage = build()
    read(stage, accounts={"1": "WANDA01"})
    return stage


def read(stage: Stage, **customers: Any) -> None:
    """Prices and customers are read, with these changes of the customer rule."""
    stage.reopen(
        prices=Prices(groups={"Wholesale": "Wholesale"}, customer_prices="api", live_ms=0),
        flows=FLOWS,
        customers=stage.customers(**customers),
    )
    stage.cycle("prices")
    stage.cycle("customers")


@pytest.fixture
def desk(shop: Stage) -> Iterator[PriceDesk]:
    """The hub's desk."""
    desk = PriceDesk(shop.hub)
    yield desk
    desk.close()


def ask(desk: PriceDesk, buyer: str | int = "WANDA01") -> PriceAnswers:
    """Two items, one of them unknown."""
    return desk.answer(CONNECTION, buyer, ITEMS)


def test_the_book_answers_with_the_accounts_own_list_and_its_age(shop: Stage, desk: PriceDesk) -> None:
    shop.pass_time(timedelta(hours=2))
    shop.listen()
    answer = ask(desk)
    known, unknown = answer.prices
    assert (known.price, known.source) == (Decimal("11.33"), "list")
    assert (unknown.price, unknown.source) == (None, "none")
    assert answer.age == timedelta(hours=2) + PAUSE
    assert shop.sage_calls() == []


def test_a_magento_customer_is_known_by_the_account(shop: Stage, desk: PriceDesk) -> None:
    known = ask(desk, 1)
    assert (known.account, known.prices[0].price) == ("WANDA01", Decimal("11.33"))
    stranger = ask(desk, 999)
    assert stranger.account == ""
    assert stranger.prices[0].price == Decimal("12.59")  # everybody's price


@pytest.mark.parametrize("trusted", [False, True])
def test_an_e_mail_address_leads_to_nobodys_prices(build: Build, trusted: bool) -> None:
    """Wanda's address is the account's in Sage: anybody can register with it."""
    stage = build()
    read(stage, trust_emails=stage.connection.settings.websites if trusted else ())
    desk = PriceDesk(stage.hub)
    stranger = ask(desk, 1)
    assert (stranger.account, stranger.prices[0].price) == ("", Decimal("12.59"))
    desk.close()


def test_live_answers_are_new(shop: Stage, desk: PriceDesk) -> None:
    shop.reopen(prices=Prices(customer_prices="api"))
    live = PriceDesk(shop.hub)
    answer = ask(live)
    assert answer.breaker == "closed"
    assert answer.prices[0].source == "live"
    live.close()


def test_a_company_that_fails_is_not_asked_for_a_while(shop: Stage, desk: PriceDesk) -> None:
    shop.reopen(prices=Prices(customer_prices="api"))
    live = PriceDesk(shop.hub)
    shop.break_sage("status", times=None, status=503)
    for _ in range(MOST_FAILED):
        assert ask(live).prices[0].source == "list"
    shop.listen()
    assert ask(live).prices[0].source == "list"
    assert shop.sage_calls() == []  # the breaker is open
    shop.mend()
    shop.pass_time(timedelta(minutes=2))
    assert ask(live).prices[0].source == "live"
    live.close()


def test_a_live_answer_is_kept_for_a_minute_and_states_its_age(shop: Stage, desk: PriceDesk) -> None:
    shop.reopen(prices=Prices(customer_prices="api"))
    live = PriceDesk(shop.hub)
    ask(live)
    shop.pass_time(timedelta(seconds=20))
    shop.listen()
    again = live.answer(CONNECTION, "WANDA01", ITEMS[:1])
    assert (again.prices[0].source, again.age) == ("live", timedelta(seconds=20))
    assert shop.sage_calls() == []
    shop.pass_time(FRESH)
    assert live.answer(CONNECTION, "WANDA01", ITEMS[:1]).age == timedelta(0)
    assert shop.sage_calls() != []
    live.close()


def test_bug_every_look_at_a_cart_asks_again(
    shop: Stage, desk: PriceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LivePrices, "_fresh", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_live_answer_is_kept_for_a_minute_and_states_its_age(shop, desk)


def test_while_no_seat_is_free_the_book_answers_and_no_breaker_opens(
    shop: Stage, desk: PriceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.reopen(prices=Prices(customer_prices="api"))
    live, company = PriceDesk(shop.hub), shop.connection.company
    asked: list[Purpose] = []

    @contextmanager
    def full(purpose: Purpose) -> Iterator[Failure]:
        asked.append(purpose)
        yield Failure(Code.NO_SEAT, "all seats are taken", sent=False)

    with monkeypatch.context() as patch:
        patch.setattr(company, "session", full)
        for _ in range(MOST_FAILED + 1):
            answer = ask(live)
            assert (answer.prices[0].source, answer.breaker) == ("list", "closed")
    assert set(asked) == {Purpose.ENQUIRY}, "a question while somebody waits, not the reading of a cycle"
    assert ask(live).prices[0].source == "live"
    live.close()


def test_a_company_has_one_question_out_at_a_time_and_a_late_one_gives_its_seat_back(
    shop: Stage, desk: PriceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cart does not wait, a second cart asks nobody, and the seat is free once Sage's call was cut off."""
    shop.reopen(prices=Prices(customer_prices="api", live_ms=40))
    live, company = PriceDesk(shop.hub), shop.connection.company
    slow, over = threading.Event(), threading.Event()
    session, opened = company.session, []

    @contextmanager
    def slowly(purpose: Purpose) -> Iterator[Any]:
        opened.append(purpose)
        with session(purpose) as desks:
            slow.wait(10)
            yield desks
        over.set()

    monkeypatch.setattr(company, "session", slowly)
    first, second = ask(live), ask(live)
    assert (first.prices[0].source, second.prices[0].source) == ("list", "list")
    assert opened == [Purpose.ENQUIRY]
    slow.set()
    assert over.wait(10)
    assert company.seats.in_use == 0
    live.close()
