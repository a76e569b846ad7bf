"""Customers and products as the company keeps them, and what changed."""

from __future__ import annotations

from decimal import Decimal

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, delta, sent_order
from tidegate.sage.port.outcomes import Kind


def test_accounts_are_read_with_their_terms(stand: Stand) -> None:
    stand.open_account("JANE01", "Jane Buyer", "jane@example.com")
    stand.do(
        "customer-change",
        customer="JANE01",
        changes={"price_list": stand.codes.price_list, "credit_limit": "500.00", "vat_number": "GB123"},
    )
    with opened(stand.company) as session:
        read = delta(session.customers.read(None))

    assert read.full
    assert {one.account for one in read.rows} == {one["code"] for one in stand.books()["customers"]}
    [jane] = [one for one in read.rows if one.account == "JANE01"]
    assert (jane.name, jane.email, jane.price_list) == (
        "Jane Buyer",
        "jane@example.com",
        stand.codes.price_list,
    )
    assert (jane.credit_limit, jane.vat_number, jane.currency) == (
        Decimal(500),
        "GB123",
        stand.codes.currency,
    )
    assert not jane.on_hold
    assert not jane.hidden


def test_a_changed_account_is_read(stand: Stand) -> None:
    account = stand.codes.account
    with opened(stand.company) as session:
        read = delta(session.customers.read(None))
        stand.advance(3600)
        stand.do("customer-change", customer=account, changes={"on_hold": True})
        held = delta(session.customers.read(read.cursor))
        stand.do("customer-change", customer=account, changes={"is_active": False})
        hidden = delta(session.customers.read(held.cursor))

    assert not held.full
    assert [one.on_hold for one in held.rows if one.account == account] == [True]
    assert [one.hidden for one in hidden.rows if one.account == account] == [True]


def test_a_balance_follows_the_ledger(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = sent_order(stand, session)
        cursor = delta(session.customers.read(None)).cursor
        stand.advance(3600)
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        billed_at_once = order.kind is Kind.INVOICE  # before the cursor
        rows = delta(session.customers.read(None if billed_at_once else cursor)).rows

    assert [one.balance for one in rows if one.account == stand.codes.account] == [order.gross]


def test_accounts_without_news_cost_one_call(stand: Stand) -> None:
    with opened(stand.company) as session:
        cursor = delta(session.customers.read(None)).cursor
        before = stand.company.calls
        assert delta(session.customers.read(cursor)).rows == ()

    assert stand.company.calls - before <= stand.codes.news_calls.get("customers", 1)


def test_products_are_read(stand: Stand) -> None:
    sku = stand.codes.skus[0]
    with opened(stand.company) as session:
        read = delta(session.products.read(None))

    assert read.full
    items = stand.books()["items"]
    assert {one.sku for one in read.rows} == set(items)
    assert {one.sku for one in read.rows if one.stocked} == {
        code for code, item in items.items() if item["kind"] == "stock"
    }
    [product] = [one for one in read.rows if one.sku == sku]
    assert product.active
    assert product.sellable
    assert product.cost in (Decimal(items[sku]["cost"]), None), "stated, or not at all"
    assert product.weight in (None, Decimal(items[sku]["weight"])), "stated, or not at all"
    assert product.revenue_account in (stand.codes.revenue, ""), "stated, or not at all"
    assert product.group


def test_a_changed_and_a_new_product_are_read(stand: Stand) -> None:
    sku = stand.codes.skus[0]
    with opened(stand.company) as session:
        read = delta(session.products.read(None))
        stand.advance(3600)
        stand.do("item-change", item=sku, changes={"is_active": False, "weight": "1.25", "cost": "3.5"})
        stand.do("new-item", item="BRAND-NEW", like=sku, price="9.99")
        changed = {one.sku: one for one in delta(session.products.read(read.cursor)).rows}
        stock = delta(session.stock.read(None)).rows

    assert not changed[sku].active
    assert changed[sku].weight in (Decimal("1.25"), None)
    assert changed[sku].cost in (Decimal("3.5"), None)
    assert changed["BRAND-NEW"].sellable
    assert {one.on_hand for one in stock if one.sku == "BRAND-NEW"} == {Decimal(0)}


def test_products_without_news_cost_one_call(stand: Stand) -> None:
    with opened(stand.company) as session:
        cursor = delta(session.products.read(None)).cursor
        before = stand.company.calls
        assert delta(session.products.read(cursor)).rows == ()

    assert stand.company.calls - before <= stand.codes.news_calls.get("products", 1)
