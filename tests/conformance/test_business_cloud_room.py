"""What only Business Cloud Accounting has: the business of a call, repeats, one figure of stock, price types, what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from conformance.business_cloud_stand import BusinessCloudStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import (
    DAY,
    accepted,
    charge,
    delta,
    failed,
    find,
    goods,
    make_order,
    prepared,
    send,
)
from tidegate.domain.books.bookkeeping import EntryKind, NewAllocation, NewReceipt
from tidegate.domain.errors import Code, Group
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.orders.customers import account_reference
from tidegate.sage.business_cloud import check, stock
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.port.customers import CustomerQuery
from tidegate.sage.port.invoice_due import InvoiceDue
from tidegate.sage.port.orders import Customers
from tidegate.sage.port.session import Purpose, Session

AN_HOUR, A_DAY = 3600, 86400
PAGE = Path(__file__).parents[2] / "docs" / "sage" / "business-cloud.md"


@pytest.fixture
def stand() -> Iterator[BusinessCloudStand]:
    built = BusinessCloudStand()
    yield built
    built.close()


# The business of a call


def the_other_business_has_its_own(stand: BusinessCloudStand) -> None:
    """The user's lead business is another one: a call that named none would reach that."""
    other = stand.face.credentials.other_business_id
    stand.settings = msgspec.structs.replace(stand.settings, business_id=other, country="IE", currency="EUR")
    company = stand.open()
    with company.session(Purpose.READING) as session:
        assert isinstance(session, Session)
        assert session.stock is not None
        skus = {level.sku for level in delta(session.stock.read(None)).rows}
    [business] = [one.verdict for one in company.examine() if one.subject == "business"]
    company.close()
    items = stand.face.other.company.items
    assert skus == {item.code for item in items if item.kind == "stock"}
    assert business == "pass"


def test_every_call_names_its_business(stand: BusinessCloudStand) -> None:
    the_other_business_has_its_own(stand)


def test_the_check_bites_where_a_call_names_none(
    stand: BusinessCloudStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = BusinessCloudClient.__init__
    monkeypatch.setattr(
        BusinessCloudClient,
        "__init__",
        lambda self, http, sign_in, pace, business: made(self, http, sign_in, pace, ""),
    )
    with pytest.raises(AssertionError):
        the_other_business_has_its_own(stand)


# Repeats: for seven days by their id, afterwards by the search


def test_for_seven_days_the_same_request_makes_nothing_new(stand: BusinessCloudStand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        ready = prepared(session, order)
        [(_, first)] = list(session.orders.send([ready]))
        stand.advance(6 * A_DAY)
        [(_, again)] = list(session.orders.send([ready]))
        assert accepted(again).id == accepted(first).id
    assert len(stand.booked(order.key)) == 1


def test_after_them_it_would_and_a_search_finds_the_order(stand: BusinessCloudStand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject("drop_after", "send")
        assert failed(send(session, order)).group is Group.VERIFY_FIRST
        stand.advance(8 * A_DAY)
        [there] = find(session, order)
        assert there.ours
        accepted(send(session, order))
    assert len(stand.booked(order.key)) == 2, "so that an order is always looked up first"


@pytest.mark.parametrize("form", ["invoice", "draft"])
def test_a_void_document_of_ours_is_the_order_cancelled_and_is_not_sent_again(form: str) -> None:
    """Seen before: a ledger from a copy, which knew of no sending, found nothing and made a second document."""
    stand = BusinessCloudStand(settings={"orders": form})
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        stand.advance(60)
        accepted(session.cancelling.cancel(sent.id, sent.number))
        [there] = find(session, order)
        assert (there.ours, there.cancelled, there.id) == (True, True, sent.id)
        assert find(session, make_order(stand, 214, reference=order.reference)) == [], (
            "another's is not there"
        )
        again = accepted(send(session, order))
    assert (again.id, again.status) == (sent.id, SalesOrderStatus.CANCELLED)
    assert len(stand.booked(order.key)) == 1
    stand.close()


# The later step of drafts and quotes


@pytest.mark.parametrize(
    ("orders", "invoiced", "due"),
    [
        ("invoice", "shipped", None),
        ("draft", "shipped", InvoiceDue.SHIPPED),
        ("quote", "store-invoiced", InvoiceDue.INVOICED),
        ("quote", "by-staff", None),
    ],
)
def test_the_configuration_says_what_makes_an_invoice_due(
    orders: str, invoiced: str, due: InvoiceDue | None
) -> None:
    stand = BusinessCloudStand(settings={"orders": orders, "invoiced": invoiced})
    with stand.company.session(Purpose.READING) as session:
        assert isinstance(session, Session)
        assert (session.invoicing is not None, stand.company.about.invoice_due) == (due is not None, due)
    stand.close()


# Taken back


def paid_in_part(stand: BusinessCloudStand) -> str:
    """Something is set against an invoice, which is then to be cancelled; the status of its document."""
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        receipt = NewReceipt(
            key="magento:main:213/deposit",
            account=stand.codes.account,
            clearing=stand.codes.clearing,
            day=DAY,
            amount=Decimal(5),
            currency="GBP",
            reference=order.reference,
        )
        made = accepted(session.receipts.post(receipt))
        [invoice] = [one for one in session.ledgers.read(None).rows if one.kind is EntryKind.INVOICE]
        accepted(
            session.receipts.allocate(
                NewAllocation(
                    key="k",
                    account=stand.codes.account,
                    debit_entry=invoice.id,
                    credit_entry=made.id,
                    amount=Decimal(5),
                    day=DAY,
                )
            )
        )
        failure = failed(session.cancelling.cancel(sent.id, sent.number))
    assert failure.group is Group.REVIEW
    return stand.documents(order.key)[0].status


def test_an_invoice_is_voided_but_not_while_payments_are_allocated(stand: BusinessCloudStand) -> None:
    assert paid_in_part(stand) != "cancelled"
    order = make_order(stand, 214)
    with opened(stand.company) as session:
        sent = accepted(send(session, order))
        accepted(session.cancelling.cancel(sent.id, sent.number))
    [document] = stand.documents(order.key)
    assert (document.status, document.extra["void_reason"]) == ("cancelled", "Cancelled in the web shop")


def test_a_quote_that_is_an_invoice_is_not_deleted() -> None:
    stand = BusinessCloudStand(settings={"orders": "quote"})
    with opened(stand.company) as session:
        sent = accepted(send(session, make_order(stand, 213)))
        accepted(session.invoicing.invoice(sent.id, sent.number))
        failure = failed(session.cancelling.cancel(sent.id, sent.number))
    stand.close()
    assert failure.group is Group.REVIEW
    assert "made into an invoice" in failure.text


# Amounts


def test_shipping_is_an_amount_of_the_header(stand: BusinessCloudStand) -> None:
    order = make_order(stand, 213, goods(stand), charge(stand, "5.00"))
    with opened(stand.company) as session:
        body = prepared(session, order).payload
        made = accepted(send(session, order))
    assert (body["shipping_net_amount"], body["shipping_tax_rate_id"]) == (Decimal("5.00"), "GB_STANDARD")
    assert "shipping_tax_amount" not in body, "Sage computes it, whatever is sent"
    assert len(body["invoice_lines"]) == 1
    shown = stand.shown(stand.documents(order.key)[0])
    assert (shown["shipping_net_amount"], shown["total_amount"]) == (Decimal("5.00"), order.gross)
    assert made.gross == order.gross


# Contacts


def test_a_contact_has_one_currency_and_a_reference_of_ten_characters(stand: BusinessCloudStand) -> None:
    stand.open_account("EUROS", "Euros", foreign=True)
    with opened(stand.company) as session:
        [match] = session.customers.find([CustomerQuery("k", account="EUROS")])["k"]
        assert match.currency != stand.settings.currency
        wrong = failed(session.orders.prepare([make_order(stand, 213, account="EUROS")])[0])
        long = failed(session.orders.prepare([make_order(stand, 214, account="M1234567890")])[0])
    assert wrong.code is Code.UNMAPPED_CURRENCY
    assert long.missing == "customer:M1234567890"
    assert stand.company.about.orders.account_length == 10


def test_a_customer_who_buys_in_two_currencies_has_two_references_that_fit(
    stand: BusinessCloudStand,
) -> None:
    length = stand.company.about.orders.account_length
    made = {account_reference("M", f"main:17:{currency}", length) for currency in ("GBP", "EUR")}
    assert len(made) == 2
    assert all(len(one) <= length for one in made)
    assert stand.company.about.orders.customers is Customers.CONTACT_PER_CURRENCY


# Stock


def three_are_gone(stand: BusinessCloudStand) -> None:
    """Staff take three pieces out of the stock."""
    with stand.erp.staff():
        place = next(iter(stand.erp.warehouses)).id
        stand.erp.stock.move(stand.erp.item("HUB-0001").id, place, Decimal(-3), "Broken")


def read_whole_at_least_daily(stand: BusinessCloudStand, patch: pytest.MonkeyPatch) -> None:
    """A movement does not touch its item's time of change: only a full read shows it."""
    patch.setattr(stock, "FEW", 5)
    stand.advance(AN_HOUR)
    stand.do("item-change", item="HUB-0007", changes={"weight": "2"})
    with opened(stand.company) as session:
        first = delta(session.stock.read(None))
        before = {level.sku: level.on_hand for level in first.rows}
        stand.advance(AN_HOUR)
        three_are_gone(stand)
        stand.wire.clear_log()
        missed = delta(session.stock.read(first.cursor))
        [query] = [parse_qs(one.query) for one in stand.wire.log if one.path.endswith("/stock_items")]
        assert "updated_or_created_since" in query
        assert missed.rows == ()
        stand.advance(A_DAY)
        after = {level.sku: level.on_hand for level in delta(session.stock.read(missed.cursor)).rows}
    assert after["HUB-0001"] == before["HUB-0001"] - 3


def test_stock_of_many_items_is_read_by_changes_and_whole_at_least_daily(
    stand: BusinessCloudStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_whole_at_least_daily(stand, monkeypatch)


def test_the_check_bites_where_changes_alone_are_read(
    stand: BusinessCloudStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.settings = msgspec.structs.replace(stand.settings, full_stock_hours=1000)
    stand.company = stand.open()
    with pytest.raises((AssertionError, KeyError)):
        read_whole_at_least_daily(stand, monkeypatch)


def test_few_items_are_read_whole_every_time(stand: BusinessCloudStand) -> None:
    with opened(stand.company) as session:
        first = delta(session.stock.read(None))
        three_are_gone(stand)
        news = delta(session.stock.read(first.cursor))
    assert news.full
    assert len(news.rows) == len(first.rows)


# Prices


def test_a_price_type_without_a_price_of_its_own_has_the_standard_price(stand: BusinessCloudStand) -> None:
    with opened(stand.company) as session:
        book, _, full = session.prices.read(None)
    assert full
    [standard] = [one.code for one in book.lists if one.standard]
    others = [one.code for one in book.lists if not one.standard]
    assert others
    by_list = {(one.list_code, one.sku): one.price for one in book.prices if one.sku == "HUB-0001"}
    assert {code for code, _ in by_list} == {standard, *others}


# What it lacks


def test_what_the_product_lacks_is_said_by_capabilities_check_and_docs(stand: BusinessCloudStand) -> None:
    findings = {one.subject: one for one in stand.company.examine()}
    with stand.company.session(Purpose.READING) as session:
        assert isinstance(session, Session)
        assert (session.despatches, session.enquiries, session.web_lines) == (None, None, None)
    assert {subject for subject, _ in check.LACKS} <= findings.keys()
    assert "no sales orders" in findings["orders"].text
    assert "an invoice at once" in findings["orders"].text
    assert "no shipments" in findings["shipments"].text
    assert "no custom fields" in findings["Tidegate's key"].text
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert "no sales orders, no shipments, no warehouses, no custom fields and no call-backs" in page


@pytest.mark.parametrize(("resource", "needs"), check.AREAS, ids=[area for area, _ in check.AREAS])
def test_a_permission_that_is_missing_is_named_by_its_area(
    stand: BusinessCloudStand, resource: str, needs: str
) -> None:
    stand.face.options.denied = frozenset({(resource, "*")})
    [finding] = [one for one in stand.company.examine() if one.subject == resource]
    assert finding.verdict == "fail"
    assert needs in finding.remedy


def test_the_permissions_stand_on_the_page(stand: BusinessCloudStand) -> None:
    page: Any = PAGE.read_text(encoding="utf-8")
    areas = ("Sales", "Contacts", "Bank", "Products & Services", "Journals", "Settings")
    assert [area for area in areas if f"{area}: *" not in page] == []
