"""The shop's set-up, from the recordings."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.config.model import Store
from tidegate.domain.errors import Code, Failure
from tidegate.magento.shop import MethodsInUse, Shop
from tidegate.magento.store import MagentoStoreClient, open_store
from tidegate.transport import ClientFactory
from unit.magento import recordings

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
RECORDED = {
    "/rest/V1/store/websites": "store-websites",
    "/rest/V1/store/storeViews": "store-storeViews",
    "/rest/V1/store/storeConfigs": "store-storeConfigs",
    "/rest/V1/modules": "modules-list",
    "/rest/V1/taxRates/search": "taxRates-search",
    "/rest/V1/customerGroups/search": "customerGroups-search-initial",
    "/rest/V1/orders": "orders-list-full-shape",
}


class Recorded:
    """Answers with the recordings; `other` says otherwise for some paths."""

    def __init__(self, **other: httpx.Response) -> None:
        self.other = {key.replace("__", "/"): value for key, value in other.items()}
        self.seen: list[httpx.Request] = []
        factory = ClientFactory(httpx.MockTransport(self._answer))
        config = Store(url="https://shop.example/", auth="token")
        self.store: MagentoStoreClient = open_store(
            "main", config, {"access_token": "token-0815"}, factory, VirtualClock(START), random.Random(1)
        )
        self.shop: Shop = self.store.shop

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        for part, answer in self.other.items():
            if part in request.url.path:
                return answer
        return recordings.response(RECORDED[request.url.path])


def test_store_views_lead_to_websites() -> None:
    recorded = Recorded()
    assert recorded.shop.codes() == {0: "admin", 1: "base", 2: "b2b", 3: "b2b", 4: "base"}
    recorded.shop.codes()
    assert recorded.store.calls == 2
    recorded.shop.codes(fresh=True)
    assert recorded.store.calls == 4


def test_a_shop_that_does_not_tell_its_store_views() -> None:
    recorded = Recorded(storeViews=recordings.response("error-503-maintenance"))
    found = recorded.shop.codes()
    assert isinstance(found, Failure)
    assert found.code is Code.MAINTENANCE


def test_currencies_and_time_zones() -> None:
    configs = Recorded().shop.store_configs()
    assert not isinstance(configs, Failure)
    told = {
        one.code: (one.base_currency_code, one.default_display_currency_code, one.timezone) for one in configs
    }
    assert told["b2b_eu"] == ("GBP", "EUR", "Europe/London")
    assert told["default"] == ("USD", "USD", "America/Chicago")


def test_modules_rates_and_groups() -> None:
    shop = Recorded().shop
    modules = shop.modules()
    assert not isinstance(modules, Failure)
    assert "Magento_Sales" in modules
    rates = shop.tax_rates()
    assert not isinstance(rates, Failure)
    assert [(rate.code, rate.rate) for rate in rates] == [("US-MI-6", Decimal(6))]
    groups = shop.customer_groups()
    assert not isinstance(groups, Failure)
    assert [group.code for group in groups] == ["NOT LOGGED IN", "General", "Wholesale", "Retailer"]


def test_a_tax_rate_is_exact() -> None:
    page = httpx.Response(200, json={"items": [{"code": "X", "rate": 5.5}], "total_count": 1})
    rates = Recorded(taxRates=page).shop.tax_rates()
    assert not isinstance(rates, Failure)
    assert rates[0].rate == Decimal("5.5")


def test_lists_of_several_pages_end() -> None:
    """A shop that repeats one page for ever is not asked for ever."""
    page = httpx.Response(200, json={"items": [{"code": "X", "rate": 5}], "total_count": 900})
    recorded = Recorded(taxRates=page)
    rates = recorded.shop.tax_rates()
    assert not isinstance(rates, Failure)
    assert len(rates) == 1
    assert recorded.store.calls == 2


def test_methods_in_use_come_from_the_newest_orders() -> None:
    recorded = Recorded()
    assert recorded.shop.methods_in_use() == MethodsInUse(
        ("checkmo", "purchaseorder"), ("flatrate_flatrate",), 2
    )
    assert "DESC" in str(recorded.seen[0].url)


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        (
            httpx.Response(200, content=b"Magento/2.4 (Community)", headers={"Content-Type": "text/html"}),
            "Magento/2.4 (Community)",
        ),
        (httpx.Response(200, content=b"<html>Shop", headers={"Content-Type": "text/html"}), ""),
        (httpx.Response(404, content=b"<html>", headers={"Content-Type": "text/html"}), ""),
    ],
)
def test_the_version_where_the_shop_states_it(answer: httpx.Response, version: str) -> None:
    recorded = Recorded(magento_version=answer)
    assert recorded.shop.version() == version
    assert "Authorization" not in recorded.seen[0].headers


def test_the_facade() -> None:
    recorded = Recorded()
    assert recorded.store.name == "main"
    assert recorded.store.config.page_size == 100
    assert (recorded.store.calls, recorded.store.orders, recorded.store.notes) == (
        0,
        recorded.store.orders,
        recorded.store.notes,
    )
    recorded.store.close()


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(ValueError, match="consumer_key"):
        open_store(
            "main", Store(url="https://s.example"), {}, ClientFactory(), VirtualClock(START), random.Random(1)
        )


@pytest.mark.parametrize(
    ("path", "name", "field", "read"),
    [
        ("store__websites", "store-websites", "code", Shop.websites),
        ("storeViews", "store-storeViews", "website_id", Shop.store_views),
        ("storeConfigs", "store-storeConfigs", "website_id", Shop.store_configs),
        ("taxRates", "taxRates-search", "rate", Shop.tax_rates),
        ("customerGroups", "customerGroups-search-initial", "id", Shop.customer_groups),
    ],
)
def test_one_bad_row_of_a_list_is_named_and_the_others_count(
    path: str, name: str, field: str, read: Callable[..., Any]
) -> None:
    body: Any = recordings.body(name)
    rows = body["items"] if isinstance(body, dict) else body
    rows[0][field] = {"no": "value"}
    recorded = Recorded(**{path: httpx.Response(200, json=body)})
    if name.startswith("store-"):
        whole = read(recorded.shop)
        assert isinstance(whole, Failure), "who decides by what is not in the list needs all of it"
        assert field in whole.text
        recorded.store.client.take_bad_rows()
        found = read(recorded.shop, whole=False)
    else:
        found = read(recorded.shop)
    assert isinstance(found, list), found
    assert len(found) == len(rows) - 1
    (bad,) = recorded.store.client.take_bad_rows()
    assert field in bad.why


def test_point_30_a_virtual_order_and_a_bad_one_hide_no_methods_of_the_others() -> None:
    body = recordings.body("orders-list-full-shape")
    sound = copy.deepcopy(body["items"][0])
    virtual = copy.deepcopy(sound) | {"extension_attributes": {"shipping_assignments": [{"shipping": []}]}}
    virtual["payment"] = {"method": "free"}
    body["items"] = [virtual, sound | {"payment": "cash"}, sound]
    found = Recorded(orders=httpx.Response(200, json=body)).shop.methods_in_use()
    assert isinstance(found, MethodsInUse), found
    assert "free" in found.payment
    assert sound["payment"]["method"] in found.payment
    assert found.shipping == (sound["extension_attributes"]["shipping_assignments"][0]["shipping"]["method"],)
