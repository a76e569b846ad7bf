"""Custom options by their titles: an order line tells ids only."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.keys import revision
from tidegate.domain.orders.order import LineOption, Order
from tidegate.magento import product_skus
from tidegate.magento.option_titles import titled, titles
from tidegate.magento.pools import pools
from tidegate.magento.product_skus import ProductSkus
from unit.magento import recordings
from unit.magento.test_product_skus import ordered

ENGRAVING = {"option_id": 3, "title": "Engraving"}
COLOURS = {
    "option_id": "4",
    "title": " Colour ",
    "values": [{"option_type_id": 12, "title": "Red"}, {"option_type_id": "13", "title": "Blue"}],
}


class Shop:
    """Products of a shop by id, with their options as the REST API tells them."""

    def __init__(self, **options: Any) -> None:
        self.options, self.asked = {int(key[1:]): each for key, each in options.items()}, []  # type: ignore[var-annotated]

    pools = staticmethod(pools)

    def search(self, path: str, search: Any, decoder: Any) -> Any:
        assert path == "/V1/products", "no SKU in a path"
        assert "options[option_id,title,values[option_type_id,title]]" in search.fields
        wanted = [int(number) for number in search.groups[0][0].text.split(",")]
        self.asked.append(wanted)
        rows = [
            {"id": number, "sku": f"SKU-{number}", "options": self.options[number]}
            for number in wanted
            if number in self.options
        ]
        return decoder.decode(json.dumps({"items": rows, "total_count": len(rows)}).encode())


def chosen(*options: tuple[str, str]) -> dict[str, Any]:
    told = [{"option_id": number, "option_value": value} for number, value in options]
    return {"extension_attributes": {"custom_options": told}}


def texts(skus: ProductSkus, order: Order) -> list[str]:
    own = skus.own([order])
    assert not isinstance(own, Failure)
    assert revision(own[0]) == revision(order), "titles are no content"
    return [option.text for option in own[0].lines[0].options]


def line(*options: tuple[str, str]) -> Order:
    return ordered("orders-get-guest-tax", sku="SKU-5-red", product_id=5, product_option=chosen(*options))


def test_options_and_chosen_values_are_called_by_their_titles_in_one_remembered_call() -> None:
    shop = Shop(_5=[ENGRAVING, COLOURS])
    skus = ProductSkus(shop)  # type: ignore[arg-type]
    order = line(("3", "For Ben"), ("4", "12,13"))
    for _ in range(2):
        assert texts(skus, order) == ["Engraving: For Ben", "Colour: Red, Blue"]
    assert shop.asked == [[5]]


def test_an_option_that_a_known_product_gained_is_asked_for_once_more() -> None:
    shop = Shop(_5=[ENGRAVING])
    skus = ProductSkus(shop)  # type: ignore[arg-type]
    assert texts(skus, line(("3", "For Ben"))) == ["Engraving: For Ben"]
    shop.options[5].append(COLOURS)
    assert texts(skus, line(("4", "12"))) == ["Colour: Red"]
    for _ in range(2):
        assert texts(skus, line(("77", "gone"))) == ["Option 77: gone"]
    assert shop.asked == [[5], [5], [5]], "what the product does not have is not asked for for ever"


def test_of_a_configurable_the_options_are_the_configurable_s_own() -> None:
    body = recordings.body("orders-get-conf")
    parent, child = body["items"][0], body["items"][1]
    order = ordered("orders-get-conf", product_option={**parent["product_option"], **chosen(("3", "Ann"))})
    shop = Shop(**{f"_{parent['product_id']}": [ENGRAVING], f"_{child['product_id']}": []})
    assert texts(ProductSkus(shop), order) == ["Engraving: Ann"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options", [None, [], "x", [7], [{"option_id": 3}], [{"option_id": [], "title": "E"}]]
)
def test_titles_that_cannot_be_read_leave_the_text_as_it_stands(options: Any) -> None:
    assert texts(ProductSkus(Shop(_5=options)), line(("3", "For Ben"))) == ["Option 3: For Ben"]  # type: ignore[arg-type]


def test_without_the_permission_the_text_stands() -> None:
    class Closed(Shop):
        pools = staticmethod(pools)

        def search(self, path: str, search: Any, decoder: Any) -> Any:
            return Failure(Code.NOT_PERMITTED, "no Magento_Catalog::products", sent=False)

    assert texts(ProductSkus(Closed()), line(("3", "For Ben"))) == ["Option 3: For Ben"]  # type: ignore[arg-type]


def test_a_value_that_the_product_no_longer_has_stays_as_it_is() -> None:
    assert titled(LineOption(id="4", value="12,99"), titles([COLOURS])).text == "Colour: 12,99"


def test_bug_ids_in_place_of_titles_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_skus, "titled", lambda option, _: option)
    with pytest.raises(AssertionError):
        test_options_and_chosen_values_are_called_by_their_titles_in_one_remembered_call()
