"""The suite bites: faults of X3's exports, and the question that finds each; what may be read together."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.x3_stand import X3Stand
from tidegate.config.problem import Report
from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import accepted, delta, failed, goods, make_order, send
from tidegate.domain.errors import Failure
from tidegate.sage.port.customers import CustomerQuery
from tidegate.sage.port.session import Purpose
from tidegate.sage.x3 import customers, desks, export_layouts, exports, readers
from tidegate.sage.x3.settings import EXPORTED, X3Settings
from tidegate.sage.x3.web_orders import WebOrders


def make(**options: Any) -> Callable[[], X3Stand]:
    return lambda: X3Stand(**options)


FILES, BY_SOAP = make(exported="files"), make(exported="soap")


# Questions


def exports_say_what_rest_says(stand: X3Stand) -> None:
    stand.do("item-change", item="HUB-0002", changes={"is_active": False, "weight": "1.25"})
    stand.do("customer-change", customer="OTHER", changes={"name": 'Other; "Co" Ltd', "credit_limit": "500"})
    with stand.erp.staff():
        stand.erp.prices.allow(Decimal("12.5"), minimum=Decimal(10), item_id=stand.erp.item("HUB-0001").id)
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        stand.do("despatch", order=order.number, quantities={"HUB-0001": "1"}, consignment="1Z")
        stand.do("invoice-run")
        stand.export()
        said = _all(session)
    ways = stand.settings
    stand.settings = msgspec.structs.replace(ways, **dict.fromkeys(EXPORTED, "rest"))
    with opened(stand.open()) as session:
        assert said == _all(session)


def _all(session: Opened) -> list[Any]:
    book = session.prices.read(None)
    assert not isinstance(book, Failure)
    assert any(one.quantity > 1 for one in book[0].prices), "a break"
    lists = [one.read(None) for one in (session.products, session.customers, session.stock)]
    documents = [one.read(None) for one in (session.despatches, session.invoices)]
    assert all(delta(one).rows for one in (*lists, *documents))
    rows = [sorted(map(str, delta(one).rows)) for one in (*lists, *documents)]
    return [sorted(map(str, (*book[0].prices, *book[0].customer_prices))), *rows]


def what_web_orders_hold_is_as_old_as_the_stock(stand: X3Stand) -> None:
    stand.export()
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213, goods(stand, "HUB-0001"))))
        assert session.web_lines.read() == [], "the export is older than the order"
        before = delta(session.stock.read(None))
        assert before.as_of is not None
        assert before.as_of < stand.clock.now()
        stand.export()
        [line] = session.web_lines.read()
        after = delta(session.stock.read(None))
    assert (line.order_key, line.sku, line.allocated) == ("magento:main:213", "HUB-0001", 2)
    held = [
        next(one.allocated for one in read.rows if (one.sku, one.warehouse) == ("HUB-0001", "FR011"))
        for read in (before, after)
    ]
    assert held[1] - held[0] == 2


def stock_that_is_older_than_what_left_is_not_taken(stand: X3Stand) -> None:
    for template in ("YTGSDH", "YTGSOX"):
        stand.export()
        path = stand.exported.with_stem(template)
        os.utime(path, (path.stat().st_mtime + 30,) * 2)
        with opened(stand.company) as session:
            text = failed(session.stock.read(None)).text
        assert f"{template}.csv, which must be exported before it" in text


def a_delivery_with_its_lines_is_one_export(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        stand.do("despatch", order=order.number)
        before = stand.company.calls
        assert len(delta(session.despatches.read(None)).rows) == 1
        assert stand.company.calls - before == 3, "the export, the order and its lines"


def an_account_is_looked_for_as_it_is_now(stand: X3Stand) -> None:
    stand.export()
    stand.open_account("NEW01", "New", "new@example.com")
    with opened(stand.company) as session:
        [found] = session.customers.find([CustomerQuery("new", "NEW01")])["new"]
    assert found.account == "NEW01"


def an_export_by_soap_takes_a_channel(stand: X3Stand) -> None:
    with stand.company.session(Purpose.READING) as session:
        assert not isinstance(session, Failure)
        assert stand.seats.in_use == 1


# Faults


def separators_taken_for_ends(patch: pytest.MonkeyPatch) -> None:
    reader = csv.reader

    def wrong(text: Any, **options: Any) -> Any:
        return reader(text, **{**options, "quoting": csv.QUOTE_NONE})

    patch.setattr(exports.csv, "reader", wrong)


def discounts_left_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(exports, "LISTS", {})


def web_lines_of_now(patch: pytest.MonkeyPatch) -> None:
    first: list[Any] = []

    def wrong(reader: Any, company: Any) -> WebOrders:
        first.append(reader)
        return WebOrders(first[0], company)

    patch.setattr(desks, "WebOrders", wrong)


def figures_taken_for_those_of_now(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(exports.ByFiles, "true_at", lambda self, layout: None)


def exports_in_any_order(patch: pytest.MonkeyPatch) -> None:
    def wrong(company: X3Settings) -> Any:
        return {name: replace(one, after=()) for name, one in export_layouts.layouts(company).items()}

    patch.setattr(readers, "layouts", wrong)


def lines_exported_again(patch: pytest.MonkeyPatch) -> None:
    read = exports.Exports.read

    def wrong(self: Any, name: str, where: Any = ()) -> Any:
        self._lines.clear()
        return read(self, name, where)

    patch.setattr(exports.Exports, "read", wrong)


def accounts_looked_for_in_exports(patch: pytest.MonkeyPatch) -> None:
    find = customers.Customers.find

    def wrong(self: Any, asked: Any) -> Any:
        self._client = self._reader
        return find(self, asked)

    patch.setattr(customers.Customers, "find", wrong)


def reading_takes_no_channel(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(X3Settings, "ways", property(lambda self: {}))


CASES: list[tuple[Bug, Callable[[], X3Stand], Question]] = [
    (separators_taken_for_ends, BY_SOAP, exports_say_what_rest_says),
    (discounts_left_out, FILES, exports_say_what_rest_says),
    (web_lines_of_now, FILES, what_web_orders_hold_is_as_old_as_the_stock),
    (figures_taken_for_those_of_now, FILES, what_web_orders_hold_is_as_old_as_the_stock),
    (exports_in_any_order, FILES, stock_that_is_older_than_what_left_is_not_taken),
    (lines_exported_again, BY_SOAP, a_delivery_with_its_lines_is_one_export),
    (accounts_looked_for_in_exports, FILES, an_account_is_looked_for_as_it_is_now),
    (reading_takes_no_channel, BY_SOAP, an_export_by_soap_takes_a_channel),
]


@pytest.mark.parametrize(("bug", "build", "question"), CASES, ids=[bug.__name__ for bug, _, _ in CASES])
def test_a_fault_of_the_exports_is_found(
    monkeypatch: pytest.MonkeyPatch, bug: Bug, build: Callable[[], X3Stand], question: Question
) -> None:
    assert_found(monkeypatch, bug, build, question, ValueError)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"stock": "files"}, "deliveries"),
        ({"stock": "files", "deliveries": "soap"}, "deliveries"),
        ({"prices": "files", "price_probes": 5}, "price_probes"),
        ({"export_templates": {"open items": "X"}}, "export_templates"),
        ({"export_templates": {"stock": "YTGSDH"}}, "export_templates"),
    ],
)
def test_what_does_not_go_together_is_refused_by_the_configuration(values: dict[str, Any], key: str) -> None:
    report = Report("hub.toml")
    X3Settings(exports_folder="/x", **values).check("companies.paris", report)
    found = {one.key for one in report.problems}
    assert f"companies.paris.{key}" in found
    report = Report("hub.toml")
    X3Settings(exports_folder="/x", stock="files", deliveries="files").check("companies.paris", report)
    assert f"companies.paris.{key}" not in {one.key for one in report.problems}


@pytest.mark.parametrize("way", ["soap", "files"])
def test_the_check_names_the_route_of_each_flow_and_what_is_missing(way: str) -> None:
    unpublished = frozenset({"ITMMVT", "ITMMASTER", "ITMSALES", "SPRICLIST", "SDELIVERY", "SINVOICED"})
    stand = X3Stand(exported=way, unpublished=unpublished)
    stand.export()
    stand.exported.with_stem("YTGSPL").unlink()
    found = {one.subject: one for one in stand.company.examine()}
    assert f"prices by {way}; customers by {way}" in found["routes"].text
    assert found["export of deliveries"].verdict == found["export of stock"].verdict == "pass"
    assert found["export of price lists"].verdict == ("pass" if way == "soap" else "fail")
    assert not [one for one in found.values() if one.verdict == "fail" and "lists" not in one.subject]
    stand.close()
