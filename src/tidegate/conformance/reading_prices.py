"""The price book: lists, what changed on them, and what single accounts pay."""

from __future__ import annotations

from decimal import Decimal

from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import Stand, failed
from tidegate.domain.errors import Code, Failure
from tidegate.domain.prices.price_book import CustomerPrice, PriceBook, PriceQuestion


def _book(session: Opened, since: str | None = None) -> tuple[PriceBook, str, bool]:
    answer: tuple[PriceBook, str, bool] | Failure = session.prices.read(since)
    assert not isinstance(answer, Failure), answer
    return answer


def _prices(book: PriceBook) -> dict[tuple[str, str], Decimal]:
    return {(one.list_code, one.sku): one.price for one in book.prices}


def _of_product(book: PriceBook, sku: str) -> set[str]:
    """The lists that have a price for it."""
    return {one.list_code for one in book.prices if one.sku == sku}


def test_the_book_is_what_the_company_sells_at(stand: Stand) -> None:
    with opened(stand.company) as session:
        book, _, full = _book(session)

    assert full
    [standard] = [one for one in book.lists if one.standard]
    assert standard.currency == stand.codes.currency
    assert stand.codes.price_list in {one.code for one in book.lists}
    booked = stand.books()["prices"]
    shown = _prices(book)
    assert shown
    assert all(price == Decimal(booked[code][sku]) for (code, sku), price in shown.items())


def test_a_changed_price_is_read_and_lists_always(stand: Stand) -> None:
    sku, wholesale = stand.codes.skus[0], stand.codes.price_list
    with opened(stand.company) as session:
        book, cursor, _ = _book(session)
        stand.advance(3600)
        stand.do("price-change", item=sku, price="7.77", price_list=wholesale)
        changed, _, full = _book(session, cursor)

    assert not full
    assert changed.lists == book.lists
    assert _prices(changed)[wholesale, sku] == Decimal("7.77")
    # what is missing there would be taken from the store
    assert _of_product(changed, sku) == _of_product(book, sku)


def test_a_standard_price_moves_the_lists_that_use_it(stand: Stand) -> None:
    sku, wholesale = stand.codes.skus[0], stand.codes.price_list
    with opened(stand.company) as session:
        _book(session)
        stand.do("price-change", item=sku, price="1.00", price_list=wholesale, uses_standard=True)
        book, cursor, _ = _book(session)
        [standard] = [one.code for one in book.lists if one.standard]
        stand.advance(3600)
        stand.do("price-change", item=sku, price="12.34")
        changed, _, _ = _book(session, cursor)

    prices = _prices(changed)
    assert prices[standard, sku] == Decimal("12.34")
    assert prices.get((wholesale, sku), Decimal("12.34")) == Decimal("12.34")


def test_a_book_without_news_costs_two_calls(stand: Stand) -> None:
    with opened(stand.company) as session:
        _, cursor, _ = _book(session)
        before = stand.company.calls
        book, _, full = _book(session, cursor)

    assert (book.prices, full) == ((), False)
    assert stand.company.calls - before <= stand.codes.list_calls[0]


def test_every_question_is_answered_in_its_order(stand: Stand) -> None:
    sku, other = stand.codes.skus[:2]
    stand.do("customer-change", customer=stand.codes.account, changes={"price_list": stand.codes.price_list})
    with opened(stand.company) as session:
        book, _, _ = _book(session)
        answers = list(
            session.enquiries.ask(
                [
                    PriceQuestion(stand.codes.account, sku, Decimal(1)),
                    PriceQuestion(stand.codes.account, "NO-SUCH-SKU", Decimal(1)),
                    PriceQuestion("NOBODY", sku, Decimal(1)),
                    PriceQuestion(stand.codes.account, other, Decimal(12)),
                ]
            )
        )

    first, no_sku, nobody, last = answers
    assert isinstance(first, CustomerPrice)
    assert first.price == _prices(book)[stand.codes.price_list, sku].quantize(Decimal("0.01"))
    assert (first.account, first.sku, first.currency) == (stand.codes.account, sku, stand.codes.currency)
    assert failed(no_sku).missing == "sku:NO-SUCH-SKU"
    assert failed(nobody).code is Code.UNKNOWN_CUSTOMER
    assert isinstance(last, CustomerPrice)
    assert last.sku == other
    assert last.quantity == 12
