"""Every view that the gateway reads: whole, page by page, and as the simulator has its tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import pytest

from tidegate_agent.sage300 import browsing, names, soap
from tidegate_agent.sage300.refusal import Refused
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.sage300.accpac_views import KEYS
from tidegate_sandbox.sage300.views import View, chosen
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


@pytest.mark.parametrize("view", READ)
def test_a_page_reads_no_more_rows_than_it_answers_and_one(
    stand: GatewayStand, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page begins behind the last one by the whole key, however many rows share the first columns of it."""
    fetched = 0

    def count(_obj: str, method: str) -> None:
        nonlocal fetched
        fetched += method == "Fetch"

    monkeypatch.setattr("tidegate.sage.sage300.gateway.PAGE", 2)
    monkeypatch.setattr(stand.sage, "before_call", count)
    rows = stand.room().read(view, names.VIEWS[view].key)
    assert isinstance(rows, list)
    assert fetched <= len(rows) * 3 / 2 + 1, "three for each page of two"


def test_another_sequence_is_cut_at_the_limit_and_has_no_next_page(stand: GatewayStand) -> None:
    """A place is one of the key: in another sequence it would pass rows over."""
    with stand.agent.lease("SAMLTD", "read") as held:
        page = browsing.read(held.session, "IC0290", ["ITEMNO"], "", index=1, after="", limit=2)
        assert (len(page.rows), page.after, page.is_complete) == (2, None, False)
        with pytest.raises(Refused, match="leave 'index' out"):
            browsing.read(held.session, "IC0290", ["ITEMNO"], "", index=1, after='["a", "1"]', limit=2)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('PLACE > "10"', ["2", "A AND B"]),
        ('PLACE = "A AND B" OR PLACE = "2"', ["2", "A AND B"]),
        ("LINENUM > 32 AND LINENUM <= 100", ["10"]),
        ("LINENUM = 32", ["1"]),
    ],
)
def test_the_fake_compares_quoted_values_as_texts_and_others_as_numbers(
    where: str, expected: list[str]
) -> None:
    rows = [
        {"PLACE": place, "LINENUM": number}
        for place, number in (("1", "32.0"), ("10", "100"), ("2", "128"), ("A AND B", "160"))
    ]
    view = View("X", ("PLACE", "LINENUM"), lambda: rows)
    assert [row["PLACE"] for row in chosen(view, where)] == expected


@pytest.mark.parametrize("after", ["x", "[]", '["1"]', '["1 OR SHIUNIQ > 0", "1"]', '["NaN", "1"]'])
def test_a_place_that_is_not_ours_is_refused(stand: GatewayStand, after: str) -> None:
    call = Element(f"{{{soap.OURS}}}ReadView")
    for name, text in (("company", "SAMLTD"), ("view", "OE0691"), ("field", "SHIUNIQ"), ("after", after)):
        SubElement(call, f"{{{soap.OURS}}}{name}").text = text
    answer = stand.call(tostring(call, encoding="unicode"))
    assert answer.startswith("500")
    assert "format" in answer
    assert "not one of ours" in answer
