"""What Sage 100's room is asked besides the suite: goods in data entry, history, prices by their records, seats."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from conformance.sage100_stand import Sage100Stand
from tidegate.conformance.at_once import at_once
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, delta, failed, find, make_order, prepared, send
from tidegate.domain.books.bookkeeping import EntryKind
from tidegate.domain.errors import Code, Group
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.orders.order import Address
from tidegate.sage.port.session import Purpose
from tidegate_sandbox.sage100.company import columns_of
from tidegate_sandbox.sage100.staff import Staff

SKU = "HUB-0001"  #: standard price 10.37, level 1 9.33


def staff(stand: Sage100Stand) -> Staff:
    """The company's own people, at Sage's screens."""
    return Staff(stand.installation, stand.site)


def a_despatch_is_one_from_data_entry_to_posting(stand: Sage100Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        entry = staff(stand).ship(order.number, tracking="1Z1")
        first = delta(session.despatches.read(None))
        staff(stand).post_sales_journal()
        second = delta(session.despatches.read(first.cursor))
        [invoice] = delta(session.invoices.read(None)).rows
    assert [one.id for one in first.rows] == [f"{entry.invoice}-{order.number}"]
    assert {one.id for one in second.rows} <= {one.id for one in first.rows}
    assert invoice.number == entry.invoice


def a_tracking_number_after_the_posting_is_found(stand: Sage100Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        entry = staff(stand).ship(order.number)
        staff(stand).post_sales_journal()
        read = delta(session.despatches.read(None))
        stand.advance(timedelta(days=2).total_seconds())
        stand.site.packages[entry.invoice].append("1Z9")  # and nothing stamps the invoice
        [late] = delta(session.despatches.read(read.cursor)).rows
    assert [one.number for one in late.parcels] == ["1Z9"]


def goods_leave_with_the_posting(stand: Sage100Stand) -> None:
    """Where the connection says so."""
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        staff(stand).ship(order.number)
        read = delta(session.despatches.read(None))
        [line] = [one for one in session.web_lines.read() if one.sku == SKU]
        staff(stand).post_sales_journal()
        [despatch] = delta(session.despatches.read(read.cursor)).rows
    assert (read.rows, line.despatched, line.allocated) == ((), 0, 2)
    assert despatch.order_number == order.number


def an_order_that_history_calls_deleted_is_cancelled(stand: Sage100Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        read = delta(session.progress.read(None))
        stand.advance(3600)
        with stand.erp.staff():
            stand.erp.orders.delete(stand.erp.order(order.number))
        [row] = delta(session.progress.read(read.cursor)).rows
    assert (row.order_number, row.status) == (order.number, SalesOrderStatus.CANCELLED)


def a_purge_cancels_nothing(stand: Sage100Stand) -> None:
    stand.installation.options.retain_history = False
    with opened(stand.company) as session:
        for number in range(21):
            accepted(send(session, make_order(stand, 700 + number)))
        read = delta(session.progress.read(None))
        with stand.erp.staff():
            for order in list(stand.erp.orders.table):
                stand.erp.orders.delete(order)
        after = delta(session.progress.read(read.cursor))
        again = delta(session.progress.read(after.cursor))
    assert (after.rows, again.rows) == ((), ())
    assert len(after.bad) == len(again.bad) == 1


OLDER = {"name": 30, "address": 30, "city": 20, "po": 15}


def texts_are_cut_as_an_older_release_holds_them(stand: Sage100Stand) -> None:
    """And `check` names what it holds, where the configuration says more."""
    found = [one for one in stand.company.examine() if one.subject == "widths"]
    street = ("S" * 35,)
    address = Address(name="N" * 45, street=street, city="C" * 25, postcode="48226", country="US")
    long = msgspec.structs.replace(make_order(stand, 213), delivery=address)
    with opened(stand.company) as session:
        if stand.settings.widths:
            accepted(send(session, long))
        else:
            assert failed(send(session, long)).code is Code.REFUSED
    assert [one.remedy for one in found] == (
        [] if stand.settings.widths else ["widths = { name = 30, address = 30, city = 20, po = 15 }"]
    )


def the_check_says_that_a_field_is_too_narrow_for_our_key(stand: Sage100Stand) -> None:
    stand.installation.options.udfs["SO_SalesOrderHeader"]["UDF_MAGENTO_ORDER"] = 20
    found = [one for one in stand.company.examine() if one.subject == "fields" and one.verdict == "fail"]
    assert ["20 characters, and 40 are needed" in one.text for one in found] == [True]


def held(stand: Sage100Stand) -> Decimal:
    """What is held of the product in the warehouse."""
    with opened(stand.company, Purpose.READING) as session:
        rows = delta(session.stock.read(None)).rows
    [found] = [one.allocated for one in rows if (one.sku, one.warehouse) == (SKU, stand.warehouse)]
    return found


def what_is_in_shipping_is_held_once(stand: Sage100Stand) -> None:
    """It is on sales order until the journal is posted, or, at some sites, a figure of its own."""
    before = held(stand)
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
    ordered = held(stand)
    staff(stand).ship(order.number)
    assert before < ordered == held(stand)
    staff(stand).post_sales_journal()
    assert held(stand) == before


def what_work_orders_require_is_held_where_the_site_says_so(stand: Sage100Stand) -> None:
    before = held(stand)
    stand.site.work_orders[SKU, stand.warehouse] = Decimal(7)
    assert held(stand) - before == (7 if stand.settings.holds_for_work_orders else 0)


def a_level_with_breaks_pays_by_its_record(stand: Sage100Stand) -> None:
    record = {
        "PriceCodeRecord": "0",
        "PriceCode": "WDG",
        "CustomerPriceLevel": "3",
        "PricingMethod": "D",
        "BreakQuantity1": Decimal(9),
        "DiscountMarkup1": Decimal(10),
        "BreakQuantity2": Decimal(99999999),
        "DiscountMarkup2": Decimal(20),
    }
    stand.site.price_codes.append(record)
    with opened(stand.company) as session:
        book, _, _ = session.prices.read(None)
    found = [(one.quantity, one.price) for one in book.prices if (one.list_code, one.sku) == ("3", SKU)]
    assert found == [(Decimal(1), Decimal("9.333")), (Decimal(10), Decimal("8.296"))]
    assert "3" in {one.code for one in book.lists}


def a_sale_wins_where_it_is_lower(stand: Sage100Stand) -> None:
    row = columns_of(stand.erp.item(SKU))
    row |= {"SaleMethod": "P", "SalesPromotionPrice": Decimal("9.50")}
    with opened(stand.company) as session:
        book, _, _ = session.prices.read(None)
    found = {one.list_code: one.price for one in book.prices if one.sku == SKU}
    assert found == {"Standard": Decimal("9.50"), "1": Decimal("9.33")}


def a_customer_pays_by_its_own_record(stand: Sage100Stand) -> None:
    stand.site.price_codes.append(contract("C", Decimal(2)))
    with opened(stand.company) as session:
        book, cursor, _ = session.prices.read(None)
        stand.site.price_codes[-1]["DiscountMarkup1"] = Decimal(3)
        changed, _, full = session.prices.read(cursor)
    cost = stand.erp.item(SKU).cost
    assert [(one.account, one.price) for one in book.customer_prices] == [("01-GUS01", cost + 2)]
    assert [one.price for one in changed.customer_prices] == [cost + 3]
    assert not full


def contract(method: str, figure: Decimal) -> dict[str, Any]:
    """A record of one customer and one item."""
    return {
        "PriceCodeRecord": "2",
        "ItemCode": SKU,
        "ARDivisionNo": "01",
        "CustomerNo": "GUS01",
        "PricingMethod": method,
        "BreakQuantity1": Decimal(99999999),
        "DiscountMarkup1": figure,
    }


def a_price_that_sage_computes_otherwise_is_not_passed_on(stand: Sage100Stand) -> None:
    """Sage starts from another cost than the configuration says."""
    stand.site.price_codes.append(contract("M", Decimal(50)))
    stand.installation.options.markup_base = "standard_price"
    with opened(stand.company, Purpose.READING) as session:
        book, _, _ = session.prices.read(None)
    assert [one.name for one in book.bad] == [SKU]
    assert SKU not in {one.sku for one in (*book.prices, *book.customer_prices)}


def breaks_are_probed_unless_all_lines_of_an_order_count(stand: Sage100Stand) -> None:
    """Then a probe, which has one line, says nothing of a break."""
    steps = {"BreakQuantity1": Decimal(9), "BreakQuantity2": Decimal(99999999), "DiscountMarkup2": Decimal(5)}
    stand.site.price_codes.append({**contract("O", Decimal(6)), **steps})
    with opened(stand.company, Purpose.READING) as session:
        session.prices.read(None)
    probed = {call.args[1] for call in stand.installation.calls if call.args[:1] == ("QuantityOrdered",)}
    assert probed == ({1} if stand.told else {1, 10})


def an_invoice_that_is_paid_at_once_is_in_the_ledger(stand: Sage100Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        read = delta(session.ledgers.read(None))
        stand.do("despatch", order=order.number)
        [invoice] = stand.do("invoice-run")["invoices"]
        stand.do("receipt", customer="WEB0001", value=invoice["gross"], invoice=invoice["number"])
        rows = delta(session.ledgers.read(read.cursor)).rows
    [entry] = [one for one in rows if one.kind is EntryKind.INVOICE]
    assert (entry.reference, entry.outstanding) == (invoice["number"], 0)
    assert entry.settled is not None


def what_was_credited_without_goods_is_no_return(stand: Sage100Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        stand.do("despatch", order=order.number)
        stand.do("invoice-run")
        stand.do("credit", order=order.number, returned=False)
        [credit] = [one for one in delta(session.invoices.read(None)).rows if one.credit]
    assert not credit.returned


def an_order_in_data_entry_is_not_cancelled(stand: Sage100Stand) -> None:
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
        staff(stand).ship(order.number)
        assert failed(session.cancelling.cancel(order.id, order.number)).code is Code.REFUSED
    assert not stand.booked("magento:main:213")[0].cancelled


def a_deleted_order_is_not_sent_again(stand: Sage100Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        made = accepted(send(session, order))
        with stand.erp.staff():
            stand.erp.orders.delete(stand.erp.order(made.number))
        [found] = find(session, order)
        assert (found.number, found.status) == (made.number, SalesOrderStatus.CANCELLED)


def another_order_of_the_same_number_is_a_persons(stand: Sage100Stand) -> None:
    """The third guard: Sage's own warning."""
    order = make_order(stand, 213)
    owner = stand.erp.customers.table.first("code", "00-WEB0001")
    assert owner is not None
    with opened(stand.company) as session:
        ready = prepared(session, order)
        stand.typed_in(order.reference)
        stand.erp.orders.table.find("customer_order_no", order.reference)[0].customer_id = owner.id
        [(_, outcome)] = session.orders.send([ready])
    failure = failed(outcome)
    assert (failure.code, failure.group) == (Code.DUPLICATE_FOUND, Group.REVIEW)
    assert stand.booked(order.key) == []


def another_total_is_never_stored(stand: Sage100Stand) -> None:
    order = make_order(stand, 213)
    wrong = msgspec.structs.replace(order, tax=order.tax + 1, gross=order.gross + 1)
    with opened(stand.company) as session:
        failure = failed(send(session, wrong))
    assert failure.code is Code.TOTALS_DIFFER
    assert (
        f"Sage's total is {order.gross} (tax {order.tax}), but the order's total is {wrong.gross}"
        in failure.text
    )
    assert stand.booked(order.key) == []


def three_pushes_at_once_take_one_seat(stand: Sage100Stand) -> None:
    """A warehouse was locked out once by a third one."""

    def push(number: int) -> None:
        with opened(stand.company) as session:
            accepted(send(session, make_order(stand, number)))

    at_once(*(partial(push, 700 + at) for at in range(3)))
    assert stand.installation.pool.peak == 1, "of Sage's seats"
    assert stand.seats.highest == 1, "of ours"


def an_order_costs_little_of_a_seat(stand: Sage100Stand) -> None:
    """At Sage's usual speed (contract §14): a batch of ten in a second and a half each, log-on included."""
    stand.installation.pace = stand.sandbox_clock.advance
    assert stand.agent is not None
    with opened(stand.company) as session:
        ready = [prepared(session, make_order(stand, 700 + at)) for at in range(10)]
        began, opened_before = stand.clock.now(), stand.agent.pool.numbers()["opened_total"]
        for _, outcome in session.orders.send(ready):
            accepted(outcome)
    used = (stand.clock.now() - began).total_seconds()
    assert 2 < used <= 15, used
    assert stand.agent.pool.numbers()["opened_total"] == opened_before + 1
    stand.advance(31)
    stand.agent.tick()
    assert stand.installation.licence.held == [], "what is idle for half a minute is given back"


def _readers(stand: Sage100Stand) -> dict[str, str]:
    """What the check says of how the agent reads."""
    return {one.verdict: one.text for one in stand.company.examine() if one.subject == "reader"}


def the_check_knows_how_this_edition_is_read(stand: Sage100Stand) -> None:
    assert _readers(stand) == {"pass": "sql" if stand.installation.options.edition == "premium" else "odbc"}


def the_check_finds_a_reader_of_another_edition(stand: Sage100Stand) -> None:
    assert "are read by" in _readers(stand)["fail"]


def the_check_warns_of_a_reader_that_takes_seats(stand: Sage100Stand) -> None:
    assert "takes a seat" in _readers(stand)["warn"]


def the_check_finds_feeds_that_this_version_has_no_more(stand: Sage100Stand) -> None:
    assert "has no SData feeds" in _readers(stand)["fail"]


def the_check_finds_another_reader_than_the_configurations(stand: Sage100Stand) -> None:
    assert "the configuration has sql" in _readers(stand)["fail"]
