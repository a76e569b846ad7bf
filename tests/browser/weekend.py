"""A weekend in which everything goes wrong: what happens to the shop, to Sage and to the hub, and nobody is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import msgspec

from browser.served import UNMAPPED
from integration.flows.stage import ITEMS, SETTLED, START
from integration.over_the_wire import ORDERS
from integration.over_the_wire import WireStage as Stage
from tidegate.config.accounts import Accounts
from tidegate.simulation.world import build_world

FRIDAY = START + timedelta(days=4)
LOCKED, EVERY = timedelta(hours=48), timedelta(hours=4)
#: A postcode that this Sage takes of nobody, and what it says to it.
BAD_POSTCODE = "ZZ-999"
REFUSED = '{"Message": "The postcode is not valid."}'
ACCOUNT = "WANDA01"


@dataclass(frozen=True)
class Weekend:
    """The hub, and the orders that have something to tell."""

    stage: Stage
    good: list[int]
    poison: int
    unmapped: int
    on_hold: int

    def hold(self, on_hold: bool) -> None:
        """The accounts department puts the buyer's account on hold in Sage, or takes it off."""
        account = self.stage.company.customers.table.first("code", ACCOUNT)
        assert account is not None
        account.on_hold = on_hold
        self.stage.company.customers.changed(account)

    def open_sage(self) -> None:
        """The lock is over, and the next cycles begin."""
        self.stage.company.window.unlock()
        for _ in range(3):
            self.stage.cycle(after=timedelta(hours=1))

    def revoke(self) -> int:
        """Somebody changes the password of the account that the hub works with; an order that comes afterwards."""
        self.stage.world.sage.sign_in_server.revoke_all()
        return self.order_while_down()

    def silence(self) -> int:
        """Sage's server answers nothing any more; an order that comes afterwards."""
        self.stage.break_sage("drop_before", times=None)
        placed = self.order_while_down()
        for _ in range(2):
            self.stage.cycle(after=SETTLED)
        return placed

    def order_while_down(self) -> int:
        """One more order, and the cycle that finds out."""
        placed = self.stage.order("guest", method="checkmo")
        self.stage.cycle(after=SETTLED)
        return placed

    def sign_in_at_sage(self, address: str) -> str:
        """A person opens the page of the sign-in and agrees; the address at which the browser ends."""
        answer = dict(parse_qsl(urlsplit(address).query))
        ended_at, _ = self.stage.world.sage.sign_in_server.authorize({**answer, "consent": "allow"})
        assert ended_at is not None
        return ended_at


def weekend(folder: Path) -> Weekend:
    """Friday evening to Sunday evening: Sage is locked, and the shop sells."""
    world = build_world(
        11, f"sqlite:///{folder / 'ledger.db'}", FRIDAY, country="us", items=ITEMS, back={"customers": "30m"}
    )
    stage = Stage(world, "us")
    mapped = stage.connection.settings.payments["*"]
    rules = msgspec.structs.replace(stage.connection.settings.accounts, hold_orders=True)
    assert isinstance(rules, Accounts)
    stage.reopen(payments={"checkmo": mapped}, accounts=rules)
    entrance = stage.connection.company.entrance
    world.sage.sign_in_server.register(world.sage.credentials.client_id, entrance.redirect_url)  # type: ignore[union-attr]
    stage.cycle("customers")
    made = Weekend(stage, [], 0, 0, 0)
    made.hold(True)
    stage.cycle("customers")
    stage.company.window.lock("moving to a new server")
    good = stage.orders(2, "guest", method="checkmo")
    poison = stage.order("guest", method="checkmo")
    (row,) = (order for order in stage.shop.orders.all() if order.entity_id == poison)
    row.billing["postcode"] = row.shipping["postcode"] = BAD_POSTCODE
    stage.break_sage(
        "status", times=None, method="POST", path=ORDERS, containing=BAD_POSTCODE, status=400, body=REFUSED
    )
    unmapped = stage.order("guest", method=UNMAPPED)
    on_hold = stage.order("customer", method="checkmo")
    for _ in range(LOCKED // EVERY):
        good += stage.orders(1, "guest", method="checkmo")
        stage.cycle(after=EVERY)
    return Weekend(stage, good, poison, unmapped, on_hold)
