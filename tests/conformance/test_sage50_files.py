"""Whole files of Sage 50: new, changed, removed, the same, broken; and what vanishes all at once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from conformance.sage50_stand import Sage50Stand
from tidegate.conformance.stand import delta, failed, goods, make_order
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.customers import CustomerQuery
from tidegate.sage.port.session import Purpose
from tidegate_sandbox.faults import Fault


@pytest.fixture
def stand() -> Iterator[Sage50Stand]:
    built = Sage50Stand()
    yield built
    built.close()


def desk(stand: Sage50Stand, name: str, company: Any = None) -> Any:
    """The desk; none of them needs its session to stay open."""
    with (company or stand.company).session(Purpose.READING) as session:
        assert not isinstance(session, Failure)
        return getattr(session, name)


def stock(stand: Sage50Stand, since: str | None = None) -> Any:
    return delta(desk(stand, "stock").read(since))


def remove(stand: Sage50Stand, *skus: str) -> None:
    for sku in skus:
        stand.sim("records", {"scope": "products", "action": "remove", "reference": sku})
    stand.desktop.upload()


def test_stock_is_what_can_be_sold_over_all_warehouses(stand: Sage50Stand) -> None:
    levels = {one.sku: one for one in stock(stand).rows}
    booked = stand.books()["stock"]["HUB-0001"]
    assert levels["HUB-0001"].on_hand == sum(
        Decimal(one["on_hand"]) - Decimal(one["allocated"]) for one in booked.values()
    )
    assert {one.warehouse for one in levels.values()} == {"SAGE50"}
    assert "INSTALL" not in levels, "what is not stocked is left alone"


def test_no_news_cost_one_call_and_a_changed_file_is_read_whole(stand: Sage50Stand) -> None:
    first = stock(stand)
    before = stand.company.calls
    again = stock(stand, first.cursor)
    assert (again.rows, again.full, stand.company.calls - before) == ((), False, 1)
    stand.advance(3600)
    stand.do("stock-adjust", item="HUB-0001", warehouse="HOME", to="3")
    changed = stock(stand, first.cursor)
    assert changed.full
    assert changed.as_of == stand.clock.now()


def test_a_file_that_came_once_more_without_a_change_was_still_true_then(stand: Sage50Stand) -> None:
    first = stock(stand)
    stand.advance(3600)
    stand.desktop.upload()
    again = stock(stand, first.cursor)
    assert (again.rows, again.cursor, again.as_of) == ((), first.cursor, stand.clock.now())


def test_prices_and_articles_come_from_the_same_download(stand: Sage50Stand) -> None:
    stand.do("price-change", item="HUB-0001", price="7.77", price_list="Wholesale")
    before = stand.company.calls
    stock(stand)
    book, cursor, full = desk(stand, "prices").read(None)
    products = delta(desk(stand, "products").read(None))
    assert stand.company.calls - before == 4, "three questions whether there is news, and one file"
    prices = {(one.list_code, one.sku): one.price for one in book.prices}
    assert prices["Wholesale", "HUB-0001"] == Decimal("7.77")
    assert full
    assert [one.code for one in book.lists if one.standard] == ["Standard"]
    assert all(
        prices[code, sku] == Decimal(price)
        for code, listed in stand.books()["prices"].items()
        for sku, price in listed.items()
        if (code, sku) in prices
    )
    assert {one.sku for one in products.rows} == set(stand.books()["items"])
    assert desk(stand, "prices").read(cursor)[0].prices == ()


def test_a_removed_article_is_gone_and_back_when_it_is_back(stand: Sage50Stand) -> None:
    first = stock(stand)
    remove(stand, "HUB-0003")
    without = stock(stand, first.cursor)
    assert without.full
    assert "HUB-0003" not in {one.sku for one in (*without.rows,)} | {one.name for one in without.bad}
    stand.sim("records", {"scope": "products", "action": "restore", "reference": "HUB-0003"})
    stand.desktop.upload()
    assert "HUB-0003" in {one.sku for one in stock(stand, without.cursor).rows}


def test_mass_removal_is_held_whoever_reads_and_the_rest_goes_on(stand: Sage50Stand) -> None:
    for number in range(30):
        stand.erp_item(f"NEW-{number:02}")
    stand.desktop.upload()
    first = stock(stand)
    remove(stand, *(f"NEW-{number:02}" for number in range(25)))
    stand.do("stock-adjust", item="HUB-0001", warehouse="HOME", to="3")
    other = stand.open()
    for reader, since in ((stand.company, first.cursor), (stand.company, None), (other, None)):
        read = delta(desk(stand, "stock", reader).read(since))
        held = {one.name for one in read.bad}
        assert held == {f"NEW-{number:02}" for number in range(25)}
        assert "HUB-0001" in {one.sku for one in read.rows}
    why = read.bad[0].why
    other.close()
    assert "confirmed_removals" in why
    checksum = why.split('"')[1]

    stand.reopen(confirmed_removals=(checksum,))
    assert delta(desk(stand, "stock").read(None)).bad == ()


def test_few_at_a_time_are_removed_unasked(stand: Sage50Stand) -> None:
    cursor = stock(stand).cursor
    for sku in ("HUB-0001", "HUB-0002", "HUB-0003"):
        remove(stand, sku)
        read = stock(stand, cursor)
        assert read.bad == ()
        cursor = read.cursor


def test_an_empty_file_empties_nothing(stand: Sage50Stand) -> None:
    first = stock(stand)
    stand.sim("installations", {"on": True})
    stand.sim("sage-upload", {"scope": "products", "form": "empty"})
    read = stock(stand, first.cursor)
    assert {one.sku for one in first.rows} <= {one.name for one in read.bad}


@pytest.mark.parametrize("form", ["half", "page", "two_arrays"])
def test_a_broken_file_leaves_the_last_good_one_and_holds_up_no_order(stand: Sage50Stand, form: str) -> None:
    first = stock(stand)
    stand.sim("installations", {"on": True})
    stand.sim("sage-upload", {"scope": "products", "form": form})
    failure = failed(desk(stand, "stock").read(first.cursor))
    assert failure.code is Code.SERVER_TROUBLE
    assert "damaged" in failure.text
    [ready] = desk(stand, "orders").prepare([make_order(stand, 300)])
    assert not isinstance(ready, Failure)
    stand.desktop.upload()
    assert not isinstance(desk(stand, "stock").read(first.cursor), Failure)


@pytest.mark.parametrize(
    ("form", "bad"), [("object", 0), ("restored", 0), ("duplicate", 0), ("bad_record", 1)]
)
def test_odd_files_are_read(stand: Sage50Stand, form: str, bad: int) -> None:
    rows = {one.sku for one in stock(stand).rows}
    stand.sim("installations", {"on": True})
    stand.sim("sage-upload", {"scope": "products", "form": form})
    read = stock(stand)
    assert len({one.name for one in read.bad}) == bad
    assert len(rows - {one.sku for one in read.rows}) == bad


def test_one_bad_figure_harms_its_own_record(stand: Sage50Stand) -> None:
    stand.sim("records", {"reference": "HUB-0002", "set": {"prices": "none"}})
    stand.desktop.upload()
    book, _, _ = desk(stand, "prices").read(None)
    assert [one.name for one in book.bad] == ["HUB-0002"]
    assert len({one.sku for one in book.prices}) == len(stand.books()["items"]) - 1


def test_a_file_that_is_replaced_in_between_is_asked_for_again(stand: Sage50Stand) -> None:
    stand.faults.add(Fault("status", times=1, path=r"/f/", options={"status": 410}))
    assert stock(stand).full


def test_before_the_first_file_there_is_nothing_to_read_and_it_is_no_error() -> None:
    stand = Sage50Stand(uploads=False)
    failure = failed(desk(stand, "stock").read(None))
    assert failure.code is Code.LOCKED
    assert "not sent" in failure.text
    [held] = desk(stand, "orders").prepare([make_order(stand, 300)])
    assert failed(held).ends_cycle
    stand.close()


def test_an_article_that_is_new_in_sage_is_known_to_the_next_order(stand: Sage50Stand) -> None:
    order = make_order(stand, 300, goods(stand, "BRAND-NEW"))
    failure = failed(desk(stand, "orders").prepare([order])[0])
    assert failure.missing == "sku:BRAND-NEW"
    stand.add_product("BRAND-NEW")
    assert not isinstance(desk(stand, "orders").prepare([order])[0], Failure)


def test_customers_are_found_by_id_and_by_e_mail(stand: Sage50Stand) -> None:
    stand.open_account("SOLER", "Soler SL", "compras@soler.example")
    stand.desktop.upload()
    found = desk(stand, "customers").find(
        [
            CustomerQuery("1", account="soler"),
            CustomerQuery("2", email="Compras@Soler.example"),
            CustomerQuery("3"),
        ]
    )
    assert [one.account for one in found["1"]] == ["SOLER"]
    assert [one.account for one in found["2"]] == ["SOLER"]
    assert found["3"] == []
    read = delta(desk(stand, "customers").read(None))
    assert read.full
    assert {one.account for one in read.rows} == {one["code"] for one in stand.books()["customers"]}
