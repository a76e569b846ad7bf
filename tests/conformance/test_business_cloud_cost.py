"""What reading Business Cloud Accounting costs: what is new or open, never all that was ever made.

Pages are small here, so that a list that is read whole is seen in the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from conformance.business_cloud_stand import BusinessCloudStand
from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import DAY, accepted, delta, failed, make_order, send
from tidegate.domain.errors import Code
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.business_cloud import client, directory, still_open
from tidegate.sage.port.customers import CustomerQuery
from tidegate.sage.port.outcomes import Accepted

SMALL, MANY = 3, 10
LONG_AGO = DAY - timedelta(days=100)
A_DAY, AN_HOUR = 86400, 3600
DOCS = Path(__file__).parents[2] / "docs"
Build = Callable[..., BusinessCloudStand]


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """Stands whose lists have small pages."""
    monkeypatch.setattr(client, "PAGE", SMALL)
    monkeypatch.setattr(still_open, "PAGE", SMALL)
    made: list[BusinessCloudStand] = []

    def one(orders: Any = "quote", **options: Any) -> BusinessCloudStand:
        made.append(BusinessCloudStand(settings={"orders": orders}, **options))
        return made[-1]

    yield one
    for stand in made:
        stand.close()


def asked(stand: BusinessCloudStand, resource: str) -> list[dict[str, list[str]]]:
    """The queries of the list since the log was cleared."""
    return [
        parse_qs(one.query)
        for one in stand.wire.log
        if one.method == "GET" and one.path.endswith(f"/{resource}")
    ]


def converted(stand: BusinessCloudStand, session: Opened) -> None:
    """Many quotes of long ago, all of them invoiced."""
    for number in range(300, 300 + MANY):
        order = make_order(stand, number, date=LONG_AGO)
        accepted(send(session, order))
        stand.do("release", document=stand.documents(order.key)[0].number)
    stand.advance(AN_HOUR)


def held(session: Opened) -> set[str]:
    """The documents that hold goods."""
    return {line.order_id for line in session.web_lines.read()}


def a_cycle_without_news_costs_one_call_for_each_desk(build: Build) -> None:
    stand = build()
    with opened(stand.company) as session:
        converted(stand, session)
        live = accepted(send(session, make_order(stand, 213)))
        assert held(session) == {live.id}
        cursor = delta(session.stock.read(None)).cursor
        stand.wire.clear_log()
        stand.advance(AN_HOUR)
        assert held(session) == {live.id}
        delta(session.stock.read(cursor))
        calls = asked(stand, "sales_quotes")
        assert len(calls) == 2
        assert all("updated_or_created_since" in query for query in calls)

        new = accepted(send(session, make_order(stand, 214)))
        assert held(session) == {live.id, new.id}
        stand.do("release", document=live.number)
        assert held(session) == {new.id}


def test_the_stock_cycle_costs_what_is_new_however_many_quotes_there_are(build: Build) -> None:
    a_cycle_without_news_costs_one_call_for_each_desk(build)


def test_the_check_bites_where_all_quotes_are_read(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = directory.changes
    monkeypatch.setattr(
        directory, "changes", lambda client, stream, cursor, now: whole(client, stream, None, now)
    )
    with pytest.raises(AssertionError):
        a_cycle_without_news_costs_one_call_for_each_desk(build)


@pytest.mark.parametrize("day", [DAY, LONG_AGO], ids=["the oldest is new", "the oldest is old"])
def test_a_deleted_quote_is_noticed_within_a_day_for_a_few_calls(build: Build, day: Any) -> None:
    stand = build()
    with opened(stand.company) as session:
        converted(stand, session)
        live = accepted(send(session, make_order(stand, 213)))
        deleted = accepted(send(session, make_order(stand, 214, date=day)))
        assert held(session) == {live.id, deleted.id}
        cursor = delta(session.progress.read(None)).cursor
        stand.do("delete", document=deleted.number)
        stand.wire.clear_log()
        stand.advance(A_DAY)

        assert held(session) == {live.id}
        gone = delta(session.progress.read(cursor))

        rows = [(one.order_id, one.status) for one in gone.rows]
        assert rows == [(deleted.id, SalesOrderStatus.CANCELLED)]
        singles = sum("/sales_quotes/" in one.path for one in stand.wire.log)
        assert singles == (2 if day == DAY else 4)
        assert len(asked(stand, "sales_quotes")) + singles <= 2 * 4, "whole, the list has four pages"
        again = delta(session.progress.read(gone.cursor))
        assert again.rows == ()


def test_a_quote_whose_conversion_is_no_change_is_noticed_within_a_day(build: Build) -> None:
    stand = build(conversion_touches_quote=False)
    with opened(stand.company) as session:
        made = accepted(send(session, make_order(stand, 213)))
        stand.advance(AN_HOUR)
        assert held(session) == {made.id}
        cursor = delta(session.progress.read(None)).cursor
        stand.do("release", document=made.number)
        missed = delta(session.progress.read(cursor))
        assert missed.rows == ()
        stand.advance(A_DAY)
        [row] = delta(session.progress.read(missed.cursor)).rows
        assert (row.order_id, row.status) == (made.id, SalesOrderStatus.COMPLETE)
        assert held(session) == set()


def test_a_draft_that_is_open_is_looked_at_once_a_day_and_no_other_invoice(build: Build) -> None:
    stand = build("draft")
    with opened(stand.company) as session:
        converted(stand, session)
        accepted(send(session, make_order(stand, 213)))
        cursor = delta(session.progress.read(None)).cursor
        stand.wire.clear_log()
        stand.advance(A_DAY)
        assert delta(session.progress.read(cursor)).rows == ()
        assert len(asked(stand, "sales_invoices")) <= 3


def test_a_refused_order_makes_no_list_be_read_whole(build: Build) -> None:
    stand = build("invoice")
    stand.advance(AN_HOUR)
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213)))
        stand.inject("status", "send", status=422, body_text="The line is wrong")
        assert failed(send(session, make_order(stand, 214))).code is Code.REFUSED
        stand.wire.clear_log()
        accepted(send(session, make_order(stand, 215)))
    for resource in ("contacts", "products", "services"):
        queries = asked(stand, resource)
        assert len(queries) == 2
        assert all({"updated_or_created_since", "deleted_since"} & set(query) for query in queries)


def test_a_contact_that_was_deleted_is_named(build: Build) -> None:
    stand = build("invoice")
    stand.open_account("SHORT", "Short")
    with opened(stand.company) as session:
        [match] = session.customers.find([CustomerQuery("k", account="SHORT")])["k"]
        order = make_order(stand, 213, account="SHORT")
        ready = session.orders.prepare([order])
        stand.advance(AN_HOUR)
        stand.company._client.delete("contacts", match.id)  # type: ignore[attr-defined]
        [(_, outcome)] = list(session.orders.send(ready))
    failure = failed(outcome)
    assert (failure.code, failure.missing) == (Code.UNKNOWN_CUSTOMER, "customer:SHORT")


def credited(stand: BusinessCloudStand, sent: Accepted, day: str) -> None:
    """Staff write a credit note whose notes name the invoice."""
    api = stand.company._client  # type: ignore[attr-defined]
    invoice = api.entry("sales_invoices", sent.id, {"mark_as_sent": "false"})
    line = invoice["invoice_lines"][0]
    body = {
        "contact_id": invoice["contact"]["id"],
        "date": f"{DAY:%Y-%m-%d}",
        "notes": f"For {sent.number}",
        "credit_note_lines": [
            {
                "description": line["description"],
                "ledger_account_id": line["ledger_account"]["id"],
                "quantity": Decimal(1),
                "unit_price": Decimal("5.00"),
                "tax_rate_id": "GB_STANDARD",
                "tax_amount": Decimal("1.00"),
            }
        ],
    }
    if day:
        body["original_invoice_date"] = day
    api.create("sales_credit_notes", "sales_credit_note", body)


@pytest.mark.parametrize("day", ["that of the invoice", "another", ""])
def test_the_invoice_of_a_credit_note_is_looked_for_by_its_day(build: Build, day: str) -> None:
    stand = build("invoice")
    with opened(stand.company) as session:
        for number in range(300, 300 + MANY):
            accepted(send(session, make_order(stand, number, date=LONG_AGO)))
        order = make_order(stand, 213, date=DAY)
        sent = accepted(send(session, order))
        cursor = delta(session.invoices.read(None)).cursor
        stand.advance(AN_HOUR)
        cursor = delta(session.invoices.read(cursor)).cursor
        said = {"that of the invoice": f"{DAY:%Y-%m-%d}", "another": "2020-01-01", "": ""}[day]
        credited(stand, sent, said)
        stand.wire.clear_log()
        rows = delta(session.invoices.read(cursor)).rows
        assert [one.order_keys for one in rows if one.credit] == [(order.key,)]
        if day == "that of the invoice":
            assert len(asked(stand, "sales_invoices")) == 2, "the changes, and that day"


WITHOUT_NEWS = {
    "progress": 1,
    "invoices": 2,
    "stock": 1,
    "prices": 2,
    "customers": 1,
    "products": 3,
    "ledgers": 4,
}
"""Calls of each desk when nothing has changed, as the product's page says."""


def test_what_a_cycle_without_news_costs_stands_on_the_page() -> None:
    stand = BusinessCloudStand()
    counted = {}
    with opened(stand.company) as session:
        for name in WITHOUT_NEWS:
            desk = getattr(session, name)
            first = desk.read(None)
            cursor = first[1] if name == "prices" else delta(first).cursor
            stand.wire.clear_log()
            desk.read(cursor)
            counted[name] = len(stand.wire.log)
    stand.close()
    assert counted == WITHOUT_NEWS
    each = sum(WITHOUT_NEWS.values())
    page = " ".join((DOCS / "sage" / "business-cloud.md").read_text(encoding="utf-8").split())
    assert f"{96 * each:,} (96 times {each})" in page
