"""Oversell risk against cadence and buffer: what must hold whatever the numbers are."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.domain.stock.advice import (
    EVEN,
    HOUR,
    Buffer,
    Elsewhere,
    Option,
    SkuClass,
    Target,
    classes,
    explore,
    play,
    recommend,
    together,
)
from tidegate.engine.advice import Dice

#: What the seed 7 gives, on every machine and for ever.
FIGURES = [(900, "0.00", "0.09"), (3600, "0.56", "0.20")]
FAST = SkuClass("fast", 1, 50_000, 50_000)


def dice(seed: int = 1) -> Dice:
    return Dice(random.Random(seed))


def test_classes_by_their_part_of_the_pieces() -> None:
    sold = {"A": 80, "B": 10, "C": 5, "D": 5}
    found = classes(sold, 10, EVEN, Elsewhere(percent=50))
    assert [(each.name, each.skus, each.web, each.other) for each in found] == [
        ("fast", 1, 8000, 4000),
        ("medium", 2, 750, 375),
        ("slow", 1, 500, 250),
    ]


def test_other_channels_by_their_own_numbers() -> None:
    sold = {"A": 80, "B": 10, "C": 5, "D": 5}
    moved = {"A": Decimal(70), "B": Decimal("3.5"), "Z": Decimal(1000)}
    found = classes(sold, 10, EVEN, Elsewhere(percent=50, pieces=moved, days=7))
    assert [(each.name, each.web, each.other) for each in found] == [
        ("fast", 8000, 10_000),
        ("medium", 750, 250),
        ("slow", 500, 0),
    ]


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 1000), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_every_sku_is_in_one_class(sold: dict[str, int]) -> None:
    found = classes(sold, 30, EVEN, Elsewhere(percent=100))
    assert sum(each.skus for each in found) == len(sold)
    assert all(each.web >= 1 for each in found)


def test_the_slower_the_riskier_and_a_buffer_helps() -> None:
    quick = play(FAST, 900, Buffer(), dice(), 14)
    slow = play(FAST, 24 * HOUR, Buffer(), dice(), 14)
    held = play(FAST, 24 * HOUR, Buffer(pieces=60), dice(), 14)
    assert quick.oversold < slow.oversold
    assert held.oversold < slow.oversold
    assert held.refused > slow.refused


def test_without_other_channels_nothing_is_oversold() -> None:
    alone = SkuClass("web only", 1, 50_000, 0)
    assert play(alone, 24 * HOUR, Buffer(), dice(), 14).oversold == 0


def test_one_seed_gives_one_advice() -> None:
    first, again = (explore([FAST], [900, 3600], [Buffer(percent=5)], dice(7)) for _ in range(2))
    assert first == again
    assert [(each.cadence, str(each.oversold), str(each.refused)) for each in first] == FIGURES


@pytest.mark.parametrize(("buffer", "stock", "held"), [((10, 0), 11, 2), ((0, 3), 11, 3), ((10, 0), 0, 0)])
def test_a_buffer_is_rounded_towards_caution(buffer: tuple[int, int], stock: int, held: int) -> None:
    assert Buffer(*buffer).of(stock) == held


def option(cadence: int, oversold: str, refused: str = "0", name: str = "fast") -> Option:
    return Option(name, cadence, Buffer(), Decimal(oversold), Decimal(refused))


def test_the_slowest_that_is_good_enough_is_recommended() -> None:
    options = [option(300, "0"), option(900, "0.9"), option(3600, "1.1"), option(900, "0.5", "60")]
    assert recommend(options, Target()) == options[1]
    assert recommend(options[2:3], Target()) == options[2]
    assert recommend([], Target()) is None


def test_one_cadence_serves_all_classes() -> None:
    options = [
        option(300, "0"),
        option(3600, "9"),
        option(300, "0", name="slow"),
        option(3600, "0", name="slow"),
    ]
    assert [each.cadence for each in together(options, Target())] == [300, 300]


@pytest.mark.parametrize("web", [10, 100, 5_000, 100_000])
@pytest.mark.parametrize("pieces", [1, 5, 50])
def test_no_rate_is_above_its_own_unit(web: int, pieces: int) -> None:
    """Held back pieces that the web would have bought are wanted pieces, too."""
    for cadence in (300, 86_400):
        option = play(SkuClass("slow", 1, web, web), cadence, Buffer(pieces=pieces), dice(), 14)
        assert 0 <= option.oversold <= 1000
        assert 0 <= option.refused <= 1000
