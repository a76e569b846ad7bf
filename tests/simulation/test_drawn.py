"""What the weeks draw: each trouble that shops, files and networks have had stands here with the place that draws it.

Only scripts are written, no week is run. What strikes, and how often, is counted when weeks run (`coverage.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tidegate.simulation.additions import KINDS as ADDITIONS
from tidegate.simulation.coverage import kind_of
from tidegate.simulation.target import MAGENTO, SAGE
from tidegate.simulation.trade import EVERY
from tidegate.simulation.week import Week, write_week
from tidegate_sandbox.unreadable import FIGURES

SEEDS = range(10_000_000, 10_000_140)
Drawn = Callable[[Week], int]


@cache
def weeks() -> tuple[Week, ...]:
    """Scripts of 140 weeks, of which twenty have all flows."""
    return tuple(write_week(seed) for seed in SEEDS)


def events(what: str, **options: Any) -> Drawn:
    """How many events of that name, with these options."""
    return lambda week: sum(
        event.what == what and all(event.options.get(name) == value for name, value in options.items())
        for event in week.events
    )


def orders(*more: str) -> Drawn:
    """How many orders have one of these additions."""
    assert ADDITIONS.keys() >= set(more)
    return lambda week: sum(
        event.what == "order" and event.options.get("more") in more for event in week.events
    )


def faults(kind: str, *methods: str, path: str = "") -> Drawn:
    """How many faults of the wire of that kind, at calls of these methods."""
    return lambda week: sum(
        event.what == "fault"
        and kind_of(event.options["name"]) == kind
        and (not methods or event.options["method"] in methods)
        and path in event.options["path"]
        for event in week.events
    )


def setting(name: str, value: Any) -> Drawn:
    """Whether the week's hub or shop is set so."""
    return lambda week: int(week.settings.get(name) == value)


def in_every_shape(week: Week) -> int:
    """Unreadable figures: how many shapes of them."""
    return len(
        {
            event.options["options"]["figure"]
            for event in week.events
            if "figure" in event.options.get("options", {})
        }
    )


#: What -> (module of the simulation that draws it, how much of it is in a week, in all weeks at least).
TABLE: dict[str, tuple[str, Drawn, int]] = {
    "the rest of an order cancelled": ("week.takings", events("cancel-rest"), 20),
    "a refund before despatch": ("week.takings, trade.between_readings", events("refund"), 20),
    "a refund after despatch": ("occasions", events("refund-what-left"), 10),
    "a cancellation by Sage's own people": ("occasions", events("cancel-in-company"), 8),
    "a credit note of an order with a gift card or wrapping": ("gifts", events("credit-of-a-gift"), 40),
    "a cancellation on both sides": ("prepaid", events("buyer-repents"), 8),
    "orders on hold whose goods leave": ("more_trade", events("hold-and-despatch"), 8),
    "option SKUs": ("additions", orders("option", "bare-option"), 20),
    "fixed product tax": ("additions", orders("fixed-product-tax"), 10),
    "virtual orders": ("additions", orders("virtual", "downloadable"), 10),
    "long texts": ("additions", orders("long-street", "texts"), 10),
    "unreadable figures": ("unreadable", in_every_shape, 50),
    "an unreadable newcomer": ("occasions", events("registers-unreadable"), 4),
    "a page for a sent order": ("aimed, answers, week", faults("login_page", "POST", path="sop_orders"), 10),
    "a page for a deletion": ("aimed, scarce, week", faults("login_page", "DELETE"), 10),
    "a page for a deletion that was done": ("aimed", faults("login_page-effect", "DELETE"), 10),
    "a page for an account or a receipt": ("aimed", faults("login_page", "POST", path="sales_receipts"), 10),
    "a page for a document": ("aimed, answers", faults("login_page", "POST", path="order/"), 5),
    "a page for a value": ("aimed, answers", faults("login_page", "PUT"), 5),
    "odd 4xx on reads, as pages": ("answers", faults("odd-page", "GET"), 100),
    "odd 4xx on reads, in words": ("answers", faults("odd-words", "GET"), 100),
    "418 that is no page": ("aimed", faults("status-418-words"), 50),
    "slow drip on reads": ("answers", faults("drip", "GET"), 50),
    "slow drip on writes": ("aimed", faults("drip", "POST", "PUT", "DELETE"), 50),
    "hosting limits on queries": ("answers.bearing_less", events("face-fault", kind="short_queries"), 10),
    "time-outs of large reads": ("answers.bearing_less", events("face-fault", kind="slow_large_reads"), 10),
    "a count that lies": ("answers.bearing_less", events("face-fault", kind="count_lies"), 20),
    "lists of few lines": ("more_trade", events("small-limits"), 2),
    "absurd Retry-After": ("answers, scarce, aimed", faults("pause-absurd"), 100),
    "Retry-After on writes": ("aimed, week", faults("status-429-retry-after", "POST", "PUT", "DELETE"), 100),
    "the clock put back": ("occasions", lambda week: sum(jump(week, back=True)), 10),
    "the clock put on": ("occasions", lambda week: sum(jump(week, back=False)), 10),
    "two ledgers": ("occasions", events("other-hub"), 15),
    "global price scope": ("trade.shop_of", setting("price_scope", "global"), 3),
    "a shop without tier prices": ("occasions.shop_without", setting("tier_prices", False), 2),
    "a bulk queue without consumer": ("bulk_queue, trade", events("consumer-stops"), 5),
    "a bulk queue that lies": ("bulk_queue, aimed", events("queue-lies"), 20),
    "an invoice over several orders": ("occasions, trade", events("one-invoice"), 8),
}


def jump(week: Week, *, back: bool) -> list[bool]:
    """The first jumps of the clock that go this way."""
    found = [event.options["minutes"] for event in week.events if event.what == "clock-jump"]
    return [(minutes < 0) == back for minutes in found[:1]]


@pytest.mark.parametrize("what", TABLE)
def test_weeks_draw_it(what: str) -> None:
    _, drawn, least = TABLE[what]
    assert sum(map(drawn, weeks())) >= least


def test_every_figure_that_nobody_can_read_is_drawn() -> None:
    shapes = {
        event.options["options"].get("figure")
        for week in weeks()
        for event in week.events
        if event.what == "fault"
    }
    assert shapes >= set(FIGURES)


def test_what_needs_documents_is_drawn_in_weeks_that_have_them() -> None:
    for week in weeks():
        trading = week.seed % EVERY == 0
        for what in ("cancel-in-company", "refund-what-left", "one-invoice", "registers-unreadable"):
            assert trading or not events(what)(week)


def test_a_clock_is_wrong_by_day_only_and_right_again() -> None:
    for week in weeks():
        jumps = [event for event in week.events if event.what == "clock-jump"]
        assert sum(event.options["minutes"] for event in jumps) == 0
        assert all(10 <= event.at.hour < 20 for event in jumps)


def test_faults_name_one_of_two_systems() -> None:
    assert {
        event.options["system"] for week in weeks() for event in week.events if event.what == "fault"
    } == {MAGENTO, SAGE}
