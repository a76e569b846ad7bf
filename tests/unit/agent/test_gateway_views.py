"""Every view that the gateway reads: whole, page by page, and as the simulator has its tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import pytest

from tidegate_agent.sage300 import names, soap
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.sage300.accpac_views import KEYS
from unit.agent.gateway import GatewayStand

LINES = 12  #: of one document: more than there are digits
READ = [name for name in names.VIEWS if name != names.ORDERS]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayStand]:
    """A company with two long documents of each kind, a contract, and an item whose price has an end."""
    folder: Path = tmp_path_factory.mktemp("views")
    made = GatewayStand(folder)
    for _ in range(2):
        with made.erp.staff():
            item = made.erp.item("HUB-0001")
            line = NewLine(
                kind="item",
                item_id=item.id,
                warehouse_id=made.erp.warehouse("1").id,
                quantity=Decimal(1),
                price=Decimal(1),
            )
            entered = made.erp.orders.enter(
                NewOrder(customer_id=made.erp.customer("WEB").id, lines=[line] * LINES)
            )
        made.erp.despatch(entered.number)
    made.face.perform("invoice-run", {})
    row = {"CUSTNO": "WEB", "PRICEBY": "2", "ITEMNO": "HUB0001", "PRICELIST": "BASE", "PRICETYPE": "6"}
    until = made.clock.now() + timedelta(days=30)
    made.face.database.contracts += [
        {**row, "FIXPRICE": "7.77", "EXPIRE": f"{until:%Y%m%d}"},
        {**row, "ITEMNO": "HUB0002"},
    ]
    yield made
    assert made.is_even()


def test_the_lists_of_views_and_their_keys_are_the_same_on_both_sides() -> None:
    assert {name: view.key for name, view in names.VIEWS.items()} == KEYS


@pytest.mark.parametrize("view", READ)
def test_a_view_reads_as_the_tables_are(stand: GatewayStand, view: str) -> None:
    listed = stand.face.gateway.views["SAMLTD"][view]
    found = stand.room().read(view, listed.fields)
    assert isinstance(found, list)
    assert found
    held = [{name: "" if text == "0" else text for name, text in row.items()} for row in listed.rows()]
    read = [{name: "" if text == "0" else text for name, text in row.items()} for row in found]
    assert sorted(map(str, read)) == sorted(map(str, held))


@pytest.mark.parametrize("page", [1, 5])
@pytest.mark.parametrize("view", READ)
def test_pages_are_the_whole(
    stand: GatewayStand, view: str, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines 32 to 384 of one document: a page that ends behind 64 is followed by 96, not by what is no less as a text."""
    whole = stand.room().read(view, names.VIEWS[view].key)
    monkeypatch.setattr("tidegate.sage.sage300.gateway.PAGE", page)
    assert stand.room().read(view, names.VIEWS[view].key) == whole


@pytest.mark.parametrize("after", ["x", "[]", '["1"]', '["1 OR SHIUNIQ > 0", "1"]', '["NaN", "1"]'])
def test_a_place_that_is_not_ours_is_refused(stand: GatewayStand, after: str) -> None:
    call = Element(f"{{{soap.OURS}}}ReadView")
    for name, text in (("company", "SAMLTD"), ("view", "OE0691"), ("field", "SHIUNIQ"), ("after", after)):
        SubElement(call, f"{{{soap.OURS}}}{name}").text = text
    answer = stand.call(tostring(call, encoding="unicode"))
    assert answer.startswith("500")
    assert "format" in answer
    assert "not one of ours" in answer
