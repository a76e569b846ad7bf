"""Why a number stands in the shop, what drifted, and what lies with a company."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from integration.console.pages.browsing import Browsing
from integration.flows.stage import CONNECTION, SETTLED
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.config.stock import Stock
from tidegate.conformance.memory.calls import Calls
from tidegate.console.roles import Role
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook, PriceList
from tidegate.flows.prices import book
from tidegate.flows.prices import explained as prices
from tidegate.flows.stock import explained
from tidegate.ledger import mirror, snapshot
from tidegate.ledger.database import transaction

WHY = f"/items/why?connection={CONNECTION}"
ITEMS_OF_CUSTOMERS = f"/items?connection={CONNECTION}&flow=customers"
SKU = "HUB-0001"


@pytest.fixture
def stocked(browsing: Browsing) -> Browsing:
    """The flow `inventory` has run over one open order."""
    stage = browsing.stage
    stage.shopper.place_orders(2, "guest", method="checkmo")
    flows = {"orders": Flow(every="15m"), "inventory": Flow(every="15m")}
    stage.reopen(stock=Stock(sku_buffers={"HUB-0002": "3"}), flows=flows)
    browsing.__post_init__()
    stage.cycle()
    assert stage.cycle("inventory").outcome == "done"
    browsing.sign_in("vera", Role.VIEWER)
    return browsing


def test_a_number_is_shown_with_the_formula_that_it_follows_from(stocked: Browsing) -> None:
    connection = stocked.stage.connection
    told = dict(mirror.settled(CONNECTION, "inventory").iter_rows())
    for sku in ("HUB-0001", "HUB-0002", "HUB-0003"):
        (each,) = explained.explain(CONNECTION, connection.settings.stock, sku)
        free = each.on_hand - each.allocated + min(each.corrected_by, Decimal(0))
        assert each.available == max(free - each.kept, Decimal(0)) + max(each.corrected_by, Decimal(0))
        assert told[f"{sku}@default"].partition(";")[0] == f"{each.available:f}"
        assert each.on_hand == sum(place.on_hand for place in each.warehouses)
    text = stocked.page(f"{WHY}&flow=inventory&key={SKU}@default")
    assert "on hand" in text
    assert "10 %, for everything" in text
    assert "3 pieces, for SKU HUB-0002" in stocked.page(f"{WHY}&flow=inventory&key=HUB-0002")
    assert "Tidegate does not know NO-SUCH" in stocked.page(f"{WHY}&flow=inventory&key=NO-SUCH")
    assert 'href="/items/why' in stocked.page(
        "/items"
    ) or "Every item of inventory is correct" in stocked.page("/items")


def test_what_web_orders_correct_is_among_the_figures(stocked: Browsing) -> None:
    """Pieces that Sage has allocated for web orders, and Magento reserves: they come back on."""
    corrected = snapshot.read(CONNECTION, explained.CORRECTION_SNAPSHOT)
    assert corrected.height
    sku = corrected["key"][0].partition("\x1f")[0]
    (each,) = explained.explain(CONNECTION, stocked.stage.connection.settings.stock, sku)
    assert each.corrected_by > 0
    assert "never below the" in stocked.page(f"{WHY}&flow=inventory&key={sku}")


def test_a_price_is_shown_with_lists_breaks_groups_and_contracts(stocked: Browsing) -> None:
    now = stocked.stage.now
    today = now.date()
    told = PriceBook(
        (
            PriceList("STD", "Standard", "USD", standard=True),
            PriceList("OLD", valid_to=today - timedelta(days=1)),
        ),
        (
            ListPrice("STD", SKU, Decimal("12.5")),
            ListPrice("STD", SKU, Decimal(11), Decimal(10)),
            ListPrice("OLD", SKU, Decimal(9)),
        ),
        (CustomerPrice("ANN01", SKU, Decimal(8), "USD"),),
    )
    with transaction("test"):
        book.keep(CONNECTION, book.frame_of(told), {each.code: each for each in told.lists}, now, now)
        mirror.baseline(CONNECTION, "prices", {f"base|{SKU}|base|": "12.5"}, now)
    rules = Prices(groups={"Wholesale": "STD"}, customer_prices="groups")
    found = prices.explain(CONNECTION, rules, SKU, today)
    assert [(each.source, each.quantity, each.becomes, each.why_not) for each in found] == [
        ("STD", 1, ("base price", "group Wholesale"), ""),
        ("STD", 10, ("price of all groups", "group Wholesale"), ""),
        ("OLD", 1, (), f"ended on {today - timedelta(days=1)}"),
        ("ANN01", 1, ("group SAGE-ANN01",), ""),
    ]
    text = stocked.page(f"{WHY}&flow=prices&key={SKU}")
    assert "12.50 USD" in text
    assert "base price, website base" in text


def test_what_somebody_changed_in_the_shop_is_listed(stocked: Browsing) -> None:
    stage = stocked.stage
    text = stocked.page("/drift")
    assert "none" in text
    stock = stage.shop.stock
    lies = next(item for item in stock.items() if item.sku == SKU)
    stock.put(type(lies)(SKU, lies.source_code, Decimal(9999), 1))
    stage.cycle("inventory", after=timedelta(days=1, minutes=1))
    text = stocked.page("/drift")
    assert "1 differed" in text
    assert "9999, in stock" in text
    assert ">corrected<" in text


def test_what_lies_with_a_company_is_named_and_overdue_comes_first(
    browsing_of: Callable[..., Browsing],
) -> None:
    browsing = browsing_of(hands_over=True, orders_per_call=25)
    stage = browsing.stage
    stage.shopper.place_orders(2, "guest")
    stage.cycle()
    browsing.sign_in("vera", Role.VIEWER)
    text = browsing.page("/parcels")
    assert "2 records" in text
    assert "handed over" in text
    for order in stage.shop.orders.all():
        assert str(order.row["increment_id"]) in text
    stage.pass_time(timedelta(hours=30))
    assert "has not reported the result" in browsing.page("/parcels")
    stage.work()
    stage.cycle(after=SETTLED)
    text = browsing.page("/parcels")
    assert "no parcel waits for its result" in text
    assert re.search("2 (accepted|found)", text)
    assert isinstance(stage.room.calls_made, Calls)


def test_values_of_persons_are_hidden_from_a_viewer(stocked: Browsing) -> None:
    with transaction("test"):
        mirror.baseline(CONNECTION, "customers", {"7": "ann@example.com"}, stocked.stage.now)
        mirror.want(CONNECTION, "customers", {"7": "ann@new.example"}, stocked.stage.now)
    for address in (f"{WHY}&flow=customers&key=7", ITEMS_OF_CUSTOMERS, f"{ITEMS_OF_CUSTOMERS}&key=7"):
        text = stocked.page(address)
        assert "hidden from your role" in text
        assert "@example.com" not in text
        assert "@new.example" not in text
    stocked.page(f"{WHY.replace(CONNECTION, 'elsewhere')}&flow=inventory&key={SKU}", 404)
    stocked.sign_in("otto", Role.OPERATOR)
    assert "ann@new.example" in stocked.page(ITEMS_OF_CUSTOMERS)
