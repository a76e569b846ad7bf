"""The kept price book: deltas, and the difference of ten million contract prices."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from counted_calls import counted
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook
from tidegate.flows.prices import book as price_book


def book(*prices: tuple[str, str, str]) -> pl.DataFrame:
    """Rows of (SKU, list, price)."""
    rows = tuple(ListPrice(code, sku, Decimal(price)) for sku, code, price in prices)
    return price_book.frame_of(PriceBook((), rows))


def test_a_delta_reports_a_changed_product_in_full() -> None:
    before = book(("A", "RETAIL", "1"), ("A", "TRADE", "2"), ("B|C", "RETAIL", "3"))
    after, touched = price_book.updated(before, book(("A", "RETAIL", "5")), full=False)
    assert touched == {"A"}
    assert {row[0] for row in after.iter_rows()} == {"A|RETAIL", "B|C|RETAIL"}


def test_a_full_reading_shows_what_is_gone() -> None:
    before = book(("A", "RETAIL", "1"), ("B|C", "RETAIL", "3"))
    after, touched = price_book.updated(before, book(("A", "RETAIL", "1")), full=True)
    assert touched == {"B|C"}
    assert after.height == 1


def test_offers_are_distinguished_by_owner() -> None:
    contract = CustomerPrice("ACM", "A", Decimal("7"), "GBP")
    kept = price_book.frame_of(PriceBook((), (ListPrice("RETAIL", "A", Decimal(9)),), (contract,)))
    assert price_book.offers(kept) == {"A": ([ListPrice("RETAIL", "A", Decimal(9))], [contract])}


@pytest.mark.campaign
@pytest.mark.timeout(60)
def test_ten_million_contract_prices_are_compared_in_polars() -> None:
    """10,000 accounts with 1,000 prices each; one thousand of them changed."""
    count = 10_000_000
    numbers = pl.select(pl.int_range(0, count).alias("n"))
    padded = pl.col("n").cast(pl.String).str.zfill(8)  # keys come sorted, as they are kept
    before = numbers.select(
        pl.format("S{}|@A{}", padded.str.slice(0, 4), padded.str.slice(4)).alias("key"),
        pl.format("[{}]", pl.col("n") % 977).alias("value"),
    )
    after = before.with_columns(
        pl.when(numbers["n"] % 1_000_000 == 7).then(pl.lit("[new]")).otherwise(pl.col("value")).alias("value")
    ).slice(1)
    effort, touched = counted(lambda: price_book.changed(before, after))
    assert effort < 10_000, "not row by row"
    assert touched == {f"S{number:04d}" for number in range(0, 1000, 100)}
