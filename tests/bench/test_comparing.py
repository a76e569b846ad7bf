"""Stock, prices and orders compared in bulk: what is sent is counted, the seconds are not judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.bench import contract_prices, reconciling, stock_compare
from tidegate.bench.figure import Figure


def named(figures: list[Figure]) -> dict[str, Figure]:
    counted = [
        figure for figure in figures if figure.kind == "counted" and figure.unit != "MB"
    ]  # of this process
    assert [figure.name for figure in counted if figure.met is False] == []
    return {figure.name: figure for figure in figures}


def test_stock_that_did_not_change_costs_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_compare, "QUICK", 4_000)
    monkeypatch.setattr(stock_compare, "CHANGED", 100)

    found = named(stock_compare.measure(tmp_path, quick=True))

    assert found["stock-calls-unchanged"].value == 0
    # 40 values in arrays of 20
    assert found["stock-calls-changed"].value == 2
    assert (found["stock-compare"].kind, found["stock-compare-memory"].kind) == ("timed", "counted")


def test_only_the_contract_prices_that_changed_are_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract_prices, "QUICK", 20)

    found = named(contract_prices.measure(tmp_path, quick=True))

    assert found["contract-prices-sent"].value == 20
    assert found["contract-prices-diff"].kind == "timed"


def test_the_book_is_as_the_flow_keeps_it() -> None:
    made = contract_prices.book(2, range(3))

    assert made["key"].is_sorted()
    assert {len(agreed) for _, agreed in contract_prices.price_book.offers(made).values()} == {2}


def test_what_differs_by_a_cent_is_all_that_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "QUICK", 120)
    monkeypatch.setattr(reconciling, "WRONG", 50)

    found = named(reconciling.measure(tmp_path, quick=True))

    assert found["reconcile-unexplained"].value == 0
    assert "; 3 orders were a cent apart" in found["reconcile-unexplained"].text
