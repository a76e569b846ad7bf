"""The Web API's OData face, called by a client that others wrote: python-odata, unchanged, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
from odata import ODataService

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage300 import Sage300Face, build, demo_company
from tidegate_sandbox.server import SandboxServer

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Served:
    """A simulator on a port of this machine, and the client's view of one module."""

    def __init__(self, url: str, face: Sage300Face) -> None:
        self.url, self.face = url, face

    def module(self, name: str, company: str = "SAMLTD") -> Any:
        """The client reads the entities from `$metadata` by itself."""
        known = self.face.credentials
        session = requests.Session()
        session.headers["Content-Type"] = "application/json"  # on reads, too (C)
        session.auth = (known.user, known.password)
        address = f"{self.url}/Sage300WebApi/v1.0/-/{company}/{name}/"
        return ODataService(address, session=session, reflect_entities=True)


@pytest.fixture
def served() -> Iterator[Served]:
    clock = SandboxClock.virtual(START)
    # This client puts every filter into parentheses, which the vendor's list of 2022 does not name.
    options = {"page_size": 60, "parentheses": True}
    face, wire = build(clock, FaultPlan(), demo_company(clock, items=150), **options)
    with SandboxServer(wire) as server:
        yield Served(server.url, face)


def enter(face: Sage300Face, count: int) -> None:
    """Orders that people typed in."""
    erp = face.company
    with erp.staff():
        for number in range(count):
            erp.orders.enter(
                NewOrder(
                    customer_id=erp.customer("WEB").id,
                    customer_order_no=f"PO'{number}",
                    external_key=f"magento:main:{number}",
                    lines=[
                        NewLine(
                            kind="item",
                            code="HUB-0001",
                            warehouse_id=erp.warehouse("1").id,
                            quantity=Decimal(2),
                        )
                    ],
                )
            )


def test_entities_and_their_keys_are_read_from_the_metadata(served: Served) -> None:
    entities = served.module("OE").entities

    assert {"OEOrders", "OEInvoices", "OECreditDebitNotes", "OEShipments"} <= set(entities)
    assert "ARCustomers" not in entities, "a module describes its own"
    assert "ICDayEndProcessing" not in entities, "a process is no entity"


def test_a_filter_with_a_quote_and_two_conditions_finds_one_order(served: Served) -> None:
    enter(served.face, 5)
    service = served.module("OE")
    order = service.entities["OEOrders"]
    found = list(
        service.query(order)
        .filter(order.PurchaseOrderNumber == "PO'3")
        .filter(order.OrderReference == "magento:main:3")
    )

    assert [one.OrderReference for one in found] == ["magento:main:3"]
    assert found[0].OrderTotal == Decimal("24.89")
    assert found[0].OrderCompleted == "IncompleteNotIncluded"


def test_the_client_follows_the_pages(served: Served) -> None:
    service = served.module("IC")
    item = service.entities["ICItems"]
    numbers = [one.UnformattedItemNumber for one in service.query(item)]

    assert len(numbers) == len(set(numbers)) == len(served.face.company.items) > 120
    assert numbers == sorted(numbers), "without an order of its own, a list comes by key"


def test_an_entry_is_read_by_its_key(served: Served) -> None:
    service = served.module("AR")
    customer = service.query(service.entities["ARCustomers"]).get("WANDA01")

    assert (customer.CustomerName, customer.CustomerPriceList, customer.Email) == (
        "Wanda Wholesale",
        "WHS",
        "wanda@example.com",
    )


def test_another_company_of_the_server_has_books_of_its_own(served: Served) -> None:
    profile = [
        next(iter(service.query(service.entities["CSCompanyProfile"])))
        for service in (served.module("CS"), served.module("CS", "SAMINC"))
    ]

    assert [(one.OrganizationID, one.FunctionalCurrency) for one in profile] == [
        ("SAMLTD", "USD"),
        ("SAMINC", "CAD"),
    ]
