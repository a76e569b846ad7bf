"""A shop, a company and a hub with every flow, over a ledger on each database, with a short or a long past."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.flows.fulfilment import DETROIT, Fulfilled
from integration.flows.stage import ITEMS, START, Stage
from integration.growth.past import lengthen
from integration.ledger.conftest import postgresql as postgresql
from integration.over_the_wire import WireStage
from postgresql_server import emptied
from tidegate.config.accounts import Accounts
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.config.products import Products
from tidegate.engine.cycles import FLOWS
from tidegate.ledger import database
from tidegate.simulation.world import build_world

#: Orders of the past; the long one belongs to the campaign.
SHORT, LONG = 2_000, 200_000


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((vendor, copies), id=f"{vendor}-{copies}", marks=marks)
        for copies, marks in ((SHORT, ()), (LONG, (pytest.mark.campaign, pytest.mark.timeout(1800))))
        for vendor in ("sqlite", "postgresql")
    ],
)
def old(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated: Path
) -> Iterator[Stage]:
    """Every flow is on, one order has gone its whole way, and thousands before it."""
    vendor, copies = request.param
    if vendor == "sqlite":
        ledger = tmp_path_factory.mktemp("old") / "ledger.db"
        shutil.copyfile(migrated, ledger)
        url = f"sqlite:///{ledger}"
    else:
        url = emptied(request.getfixturevalue("postgresql"))
    stage = WireStage(build_world(11, url, START, items=ITEMS), "us")
    try:
        live(stage)
        lengthen(copies)
        for flow in FLOWS:  # what they have not seen yet, which is as old as the copies say
            stage.cycle(flow)
        yield stage
    finally:
        stage.hub.close()
        database.close()


def live(stage: Stage) -> None:
    """An order is sent, shipped, invoiced and paid; then every flow has run once more and found nothing."""
    shop = Fulfilled(
        stage,
        stock=DETROIT,
        prices=Prices(groups={"Wholesale": "Wholesale"}),
        products=Products(weight=False),
        accounts=Accounts(approval="review"),
        flows={name: Flow(every="15m") for name in FLOWS},
    )
    placed = shop.sent()
    stage.notes()
    shop.despatch(placed)
    shop.run("shipments")
    invoice = shop.invoice(placed)
    shop.run("invoices")
    shop.pay(invoice)
    shop.run("payments")
    for _ in range(2):
        for flow in FLOWS:
            stage.cycle(flow)
