"""Many products' records at once go by the store's queue, each outcome told by its own answer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, Stage
from integration.flows.test_products import FLOWS, holding, products, waiting
from tidegate.config.products import Products
from tidegate.domain.states import State
from tidegate.flows import bulk
from tidegate.ledger import mirror
from tidegate_sandbox.magento.catalogue import WIDGETS


def heavy(build: Build, items: int = WIDGETS, **rules: Any) -> Stage:
    """The company has another weight of every product than the shop."""
    return holding(build(items=items), weight=True, **rules)


def singles(shop: Stage) -> list[str]:
    """Calls that change one product each."""
    return [call for call in shop.shop_calls() if call.startswith("PUT") and "async" not in call]


def queued(shop: Stage) -> list[str]:
    """Calls to the queue."""
    return [call for call in shop.shop_calls() if "async" in call]


def weights(shop: Stage) -> set[Decimal]:
    """The weights of the widgets that the shop has."""
    books = shop.shop.catalogue.books()
    return {Decimal(str(books[f"HUB-{number:04}"]["weight"])) for number in range(1, 101)}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is worth it for a hundred products less."""
    monkeypatch.setattr(bulk, "RECORDS_WORTH_IT", 50)
    monkeypatch.setattr(bulk, "PROBE", 3)


def test_the_first_load_of_1005_products_takes_34_calls(build: Build) -> None:
    """Read and compared with 18 calls, written with 16: a trial of the queue, two bulks, costs by 200."""
    shop = heavy(build)
    report = products(shop)
    assert report.counts["read"] == 1005
    assert len(shop.shop_calls()) == 34
    assert (len(queued(shop)), singles(shop)) == (3, [])
    assert weights(shop) == {Decimal("1.1023")}
    assert set(waiting(State.HELD)) == {"record|INSTALL"}
    products(shop)
    assert (queued(shop), singles(shop)) == ([], [])
    assert mirror.account(CONNECTION, "products").unexplained == 0


@pytest.mark.usefixtures("few")
def test_a_shop_without_bulk_is_written_call_by_call(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = heavy(build, 100, cost=False)
    monkeypatch.setattr(shop.connection.store.shop, "modules", lambda: ("Magento_Catalog",))
    products(shop)
    assert (queued(shop), len(singles(shop)) >= 100) == ([], True)
    assert weights(shop) == {Decimal("1.1023")}


@pytest.mark.usefixtures("few")
def test_point_32_a_queue_that_nobody_works_off_costs_three_products(build: Build) -> None:
    shop = heavy(build, 100, cost=False)
    shop.break_shop("consumer_stopped", None)
    products(shop)
    assert (len(queued(shop)), len(waiting(State.IN_DOUBT))) == (1, 3)
    assert len(singles(shop)) >= 97
    products(shop)
    assert len(waiting(State.IN_DOUBT)) == 3, "not read back: it may still be carried out"
    assert ("bulk-consumer", "main") in shop.alerts()
    shop.mend()
    for _ in range(2):
        products(shop, after=timedelta(minutes=15))
    assert waiting(State.IN_DOUBT) == {}
    assert weights(shop) == {Decimal("1.1023")}
    assert ("bulk-consumer", "main") not in shop.alerts()


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("lie", ["unwritten", "lost"])
def test_what_an_operation_does_not_show_is_not_taken_for_written(build: Build, lie: str) -> None:
    shop = heavy(build, 100, cost=False)
    shop.break_shop("bulk_lies", 1, operation=1, **({"lie": lie} if lie == "unwritten" else {}))
    products(shop)
    assert list(waiting(State.IN_DOUBT)) == ["record|HUB-0002"]
    for _ in range(3):
        products(shop, after=timedelta(days=1, minutes=5))
    assert weights(shop) == {Decimal("1.1023")}


@pytest.mark.usefixtures("few")
def test_a_product_is_not_renamed_to_the_companys_spelling(build: Build) -> None:
    shop = build(items=100)
    names = {"hub-0001": "HUB-0001"}
    shop.reopen(products=Products(cost=False, weight=True), flows=FLOWS, skus=names)
    products(shop)
    assert queued(shop) != []
    assert "HUB-0001" in shop.shop.catalogue.books()
    assert weights(shop) == {Decimal("1.1023")}


@pytest.mark.usefixtures("few")
def test_products_that_are_missing_are_made_by_the_queue(build: Build) -> None:
    shop = holding(build(items=100), cost=False, create=True)
    for number in range(1, 101):
        shop.shop.catalogue.remove(f"HUB-{number:04}")
    products(shop)
    assert singles(shop) == []
    assert waiting(State.IN_DOUBT) == {}
    books = shop.shop.catalogue.books()
    assert {books[f"HUB-{number:04}"]["status"] for number in range(1, 101)} == {2}
