"""A customer's invoices over HTTP: their own, by their own token, and nobody else's."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from werkzeug.test import Client

from integration.flows.stage import Stage
from tidegate.config.api import Api, Portal
from tidegate.console.server import application, serving
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.engine.price_answers import PriceDesk
from tidegate.ledger import books, chain, customers, lookups
from tidegate.ledger.chain import ChainLink
from tidegate.ledger.customers import KnownCustomer
from tidegate.ledger.database import transaction

LIST = "/api/v1/portal/invoices"
WEB = "web"


@pytest.fixture
def shop(stage: Stage) -> Stage:
    """A shop whose portal is open."""
    stage.reopen(portal=Portal(enabled=True))
    return stage


def buyer(stage: Stage) -> int:
    """A customer of the website whom nobody knows yet."""
    (customer,) = stage.world.register(1)
    return customer


def token(stage: Stage, customer: int) -> str:
    """What the shop gives the customer who signs in."""
    return stage.shop.access.customer_token(customer)


def ordered(stage: Stage, customer: int) -> int:
    """An order of the customer, taken in by the hub."""
    entity_id = stage.order("customer", customer=customer)
    stage.cycle()
    return entity_id


def invoiced(
    stage: Stage,
    number: str,
    entity_ids: Sequence[int],
    *,
    account: str = "WEB",
    open: str = "54.00",
    more: tuple[str, ...] = (),
    bills_others: bool = False,
) -> None:
    """The company has invoiced the orders, and the hub has read it."""
    keys = tuple(f"magento:main:{entity_id}" for entity_id in entity_ids) + more
    line = InvoiceLine("1", "item:1", "HUB-0001", Decimal(4), Decimal("45.00"), Decimal("9.00"))
    money = (Decimal("45.00"), Decimal("9.00"), Decimal("54.00"))
    invoice = SalesInvoice(
        f"id-{number}",
        number,
        False,
        date(2026, 3, 3),
        account,
        ("1",),
        keys,
        *money,
        "USD",
        (line,),
        bills_others=bills_others,
    )
    entry = LedgerEntry(
        f"e-{number}",
        number,
        EntryKind.INVOICE,
        account,
        number,
        "1",
        date(2026, 3, 3),
        money[2],
        Decimal(open),
    )
    now = stage.now
    with transaction("books"):
        books.keep_invoices(WEB, [invoice], now)
        books.keep_entries(WEB, [entry], now)
        for entity_id in entity_ids:
            delivery = lookups.step_of_document("main", entity_id, "orders", "order")
            assert delivery is not None
            assert delivery.source_id is not None
            chain.add([ChainLink(delivery.source_id, "sage-invoice", invoice.id, number)], now)


def get(stage: Stage, path: str, bearer: str = "") -> tuple[int, Any]:
    """Status and document of one request."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    response = Client(application(stage.hub, PriceDesk(stage.hub))).get(path, headers=headers)
    return response.status_code, json.loads(response.get_data())


def test_a_customer_sees_the_invoices_of_their_own_orders(shop: Stage) -> None:
    anna = buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, anna)])
    status, document = get(shop, LIST, token(shop, anna))
    assert status == 200
    assert document == {
        "invoices": [
            {
                "number": "INV-1",
                "kind": "invoice",
                "date": "2026-03-03",
                "due": None,
                "currency": "USD",
                "net": "45.00",
                "tax": "9.00",
                "gross": "54.00",
                "open": "54.00",
                "status": "open",
            }
        ],
        "total": 1,
    }


def test_one_invoice_has_its_lines(shop: Stage) -> None:
    anna = buyer(shop)
    entity_id = ordered(shop, anna)
    invoiced(shop, "INV-1", [entity_id], open="0.00")
    status, document = get(shop, f"{LIST}/INV-1", token(shop, anna))
    assert (status, document["status"], document["orders"]) == (200, "paid", [str(entity_id)])
    assert document["lines"] == [{"sku": "HUB-0001", "quantity": "4", "net": "45.00", "tax": "9.00"}]


def test_nobody_sees_anothers(shop: Stage) -> None:
    anna, ben = buyer(shop), buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, anna)])
    ordered(shop, ben)
    assert get(shop, LIST, token(shop, ben)) == (200, {"invoices": [], "total": 0})
    status, document = get(shop, f"{LIST}/INV-1", token(shop, ben))
    assert (status, document["error"]) == (404, "unknown-invoice")
    assert get(shop, f"{LIST}/INV-9", token(shop, ben))[0] == status


def test_an_invoice_of_several_buyers_is_left_out(shop: Stage) -> None:
    anna, ben = buyer(shop), buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, anna), ordered(shop, ben)])
    assert get(shop, LIST, token(shop, anna))[1]["total"] == 0


def test_without_a_good_token_nothing_is_shown(shop: Stage) -> None:
    anna = buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, anna)])
    assert get(shop, LIST)[0] == 401
    assert get(shop, LIST, "made-up")[0] == 401
    assert get(shop, LIST, "x" * 5000)[0] == 401
    integration = shop.shop.integrations["hub"].access_token
    assert get(shop, LIST, integration)[0] == 401


def test_another_ones_token_halts_nothing(shop: Stage) -> None:
    get(shop, LIST, "made-up")
    ordered(shop, buyer(shop))
    assert shop.alerts() == []


def test_an_invoice_with_a_counter_sale_is_left_out(shop: Stage) -> None:
    anna = buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, anna)], bills_others=True)
    assert get(shop, LIST, token(shop, anna))[1]["total"] == 0
    assert get(shop, f"{LIST}/INV-1", token(shop, anna))[0] == 404


def test_another_stores_order_of_the_same_number_is_somebody_elses(shop: Stage) -> None:
    anna = buyer(shop)
    entity_id = ordered(shop, anna)
    invoiced(shop, "INV-1", [entity_id], more=(f"magento:other:{entity_id}",))
    assert get(shop, LIST, token(shop, anna))[1]["total"] == 0


def test_a_mapped_customer_sees_the_whole_account_and_a_mapped_e_mail_does_not(shop: Stage) -> None:
    anna, ben = buyer(shop), buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, ben)], account="ACME")
    for name, seen in ((f"customer{anna}@example.com", 0), (str(anna), 1)):
        rules = shop.customers(accounts={name: "ACME"}, trust_emails=("base",))
        shop.reopen(portal=Portal(enabled=True, shows="account"), customers=rules)
        assert get(shop, LIST, token(shop, anna))[1]["total"] == seen


@pytest.mark.parametrize(
    ("how", "seen"),
    [("operator", 1), ("created by Tidegate", 1), ("matched", 0), ("e-mail", 0), ("web account", 0)],
)
def test_a_whole_account_is_shown_only_where_the_tie_is_proven(shop: Stage, how: str, seen: int) -> None:
    shop.reopen(portal=Portal(enabled=True, shows="account"))
    anna, ben = buyer(shop), buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, ben)], account="ACME")
    with transaction("tie"):
        customers.save([KnownCustomer(WEB, "base", str(anna), "ACME", "7", how)], shop.now)
    assert get(shop, LIST, token(shop, anna))[1]["total"] == seen


def test_an_account_that_buyers_share_is_never_shown_whole(shop: Stage) -> None:
    rules = msgspec.structs.replace(shop.customers(), web_account="ACME")
    shop.reopen(portal=Portal(enabled=True, shows="account"), customers=rules)
    anna, ben = buyer(shop), buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, ben)], account="ACME")
    with transaction("tie"):
        customers.save([KnownCustomer(WEB, "base", str(anna), "ACME", "7", "operator")], shop.now)
    assert get(shop, LIST, token(shop, anna))[1]["total"] == 0


def test_a_closed_portal_shows_nothing(stage: Stage) -> None:
    assert get(stage, LIST, token(stage, buyer(stage)))[0] == 403


def test_paging_and_bad_requests(shop: Stage) -> None:
    anna = buyer(shop)
    invoiced(shop, "INV-1", [ordered(shop, anna)])
    invoiced(shop, "INV-2", [ordered(shop, anna)])
    key = token(shop, anna)
    assert [one["number"] for one in get(shop, f"{LIST}?limit=1", key)[1]["invoices"]] == ["INV-2"]
    assert [one["number"] for one in get(shop, f"{LIST}?limit=1&offset=1", key)[1]["invoices"]] == ["INV-1"]
    assert get(shop, f"{LIST}?limit=-1", key)[0] == 400
    assert get(shop, f"{LIST}?limit=501", key)[0] == 400
    assert get(shop, f"{LIST}?store=other", key)[0] == 400
    response = Client(application(shop.hub, PriceDesk(shop.hub))).post(
        LIST, headers={"Authorization": f"Bearer {key}"}
    )
    assert response.status_code == 405


def test_a_shop_that_does_not_answer_is_reported(shop: Stage) -> None:
    anna = buyer(shop)
    key = token(shop, anna)
    shop.break_shop("refuse", path="customers/me")
    assert get(shop, LIST, key)[0] == 503


def test_it_is_served_beside_the_cycles(shop: Stage) -> None:
    shop.hub.configuration = msgspec.structs.replace(shop.hub.configuration, api=Api(listen="127.0.0.1:0"))
    with serving(shop.hub) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", LIST)
        response = connection.getresponse()
        assert response.status == 401
        assert response.getheader("Cache-Control") == "no-store"
        connection.close()
