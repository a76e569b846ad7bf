"""Calls an order: the same on every machine, so they are asserted to the last one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.bench import calls

SAGE = "/uk/sage200/accounts/v1"
#: As many orders before as make the products' reference data known; the published figures take more.
ENOUGH = 80
#: Of an order in a batch of 25, until the seat is free again: five minutes after the last call of Sage 300, half a minute
#: after that of the agent, which works as long as the contract says that Sage 100's calls take. Sage 50 counts none.
SEAT_SECONDS = {"sage300": calls.MOST_SEAT_SECONDS, "sage100": 2.52}


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> tuple[calls.Calls, calls.Calls]:
    """An ordinary quarter of an hour, and one without orders."""
    return calls.count(tmp_path_factory.mktemp("calls"), first=ENOUGH)


def test_a_batch_of_25_costs_two_look_ups_and_25_calls_to_sage_and_two_to_magento_an_order(
    quarters: tuple[calls.Calls, calls.Calls],
) -> None:
    counted, idle = quarters

    # two: 25 keys in one query string are longer than web servers take
    assert counted.sage == {f"GET {SAGE}/sop_orders": 2, f"POST {SAGE}/sop_orders": 25}
    assert counted.sage_per_order == 1.08
    assert counted.reading == {"GET /rest/V1/orders": 2}  # the shop's time, and one page
    assert counted.noting == {
        "GET /rest/V1/orders": 1,  # all of them in one look
        "POST /rest/V1/orders": 25,
        "POST /rest/V1/orders/{}/comments": 25,
    }
    assert counted.shop_per_order == 2.12
    assert idle.sage == {}
    assert idle.reading == {"GET /rest/V1/orders": 2}
    assert idle.noting == {}


def test_a_batch_of_25_asks_the_ledger_no_more_than_it_did(quarters: tuple[calls.Calls, calls.Calls]) -> None:
    counted, idle = quarters

    # of an order: one commit to send it, one for both notes; the rest is the two cycles' own
    assert counted.commits <= 62
    assert counted.statements <= 54 * counted.orders
    assert idle.commits <= 8
    assert idle.statements <= 90


def test_intacct_meters_a_batch_of_25_as_26_and_nothing_while_idle(tmp_path: Path) -> None:
    counted, idle = calls.count(tmp_path, sage="intacct", first=ENOUGH)

    assert (counted.metered, counted.metered_per_order) == (26, 1.04)
    assert sum(counted.sage.values()) == 2, "the new addresses in one request, all orders in the other"
    assert (idle.metered, idle.sage) == (0, {})


def test_every_figure_of_the_calls_is_counted_and_meets_its_target(
    quarters: tuple[calls.Calls, calls.Calls], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "count", lambda _folder, sage: quarters)

    figures = {figure.name: figure for figure in calls.measure(tmp_path, quick=True)}

    assert {figure.kind for figure in figures.values()} == {"counted"}
    assert figures["sage-calls-per-order"].met
    assert figures["magento-calls-per-order"].met
    assert (figures["sage-calls-idle"].value, figures["magento-calls-idle"].value) == (0, 2)


@pytest.mark.parametrize(
    ("sage", "calls_of_sage"),
    [("sage50", 8), ("sage300", 27), ("sage100", 6)],
    ids=["a file, its tracking and its result", "two look-ups and 25 orders", "orders in batches"],
)
def test_what_25_orders_cost_with_another_product(tmp_path: Path, sage: str, calls_of_sage: int) -> None:
    counted, idle = calls.count(tmp_path, sage=sage, first=ENOUGH)

    assert sum(counted.sage.values()) == calls_of_sage
    assert counted.shop_per_order <= 2.2
    assert idle.sage == {}
    assert counted.seat_seconds_per_order == SEAT_SECONDS.get(sage, 0)
