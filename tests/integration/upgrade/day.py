"""A shop's busy morning that leaves its ledger with work of every kind: what an upgrade may find.

The morning is the same in every run (one seed, one clock, one order of events). So a ledger that was
recorded by an earlier version fits the shop and the company of a morning that today's code has lived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import PAUSE, START
from integration.over_the_wire import ORDERS
from integration.over_the_wire import WireStage as Stage
from tidegate.config import model
from tidegate.engine.cycles import run_cycle
from tidegate.ledger import database
from tidegate.simulation.crashes import ProcessDeath
from tidegate.simulation.world import build_world

SEED = 8
REFUSED = '{"Message": "The requested delivery date is not valid."}'
SHIPPED = (("HUB-0001", 4), ("HUB-0002", 2))


@dataclass(frozen=True)
class Morning:
    """The orders (entity ids) by what had become of them when the process died."""

    confirmed: int
    shipped: int  #: its shipment is in Magento, its invoice was refused for now
    shipping: int  #: its shipment got no answer
    cancelled: int  #: in both systems
    skipped: int
    review: int
    held: int
    in_doubt: int  #: the company has it
    lost: int  #: in doubt, and the company never got it
    cancelling: int  #: in doubt, and cancelled in Magento meanwhile
    sending: int  #: its new account got no answer; the process died after the order had left
    queued: int


@contextmanager
def stage_at(ledger: Path) -> Iterator[Stage]:
    """The shop and the company of the morning, with a hub over that ledger."""
    stage = Stage(build_world(SEED, f"sqlite:///{ledger}", START), "us")
    try:
        yield stage
    finally:
        stage.hub.close()
        database.set_trip(None)
        database.close()


def mapped(stage: Stage, *methods: str) -> dict[str, model.Payment]:
    """Payment methods with the company's first bank."""
    bank = next(iter(stage.company.banks)).code
    return {method: model.Payment(account=bank) for method in methods}


def live(stage: Stage) -> Morning:
    """The morning, until the process dies while it sends an order."""
    shop = Fulfilled(stage, payments=mapped(stage, "checkmo"))
    confirmed = shop.sent()
    shipped, shipping, cancelled = (shop.sent(lines=SHIPPED) for _ in range(3))
    stage.notes()
    shop.despatch(shipped)
    shop.run("shipments")
    shop.despatch(shipping, {"HUB-0001": 1})
    stage.break_shop("drop_after", method="POST", path="/ship$")
    shop.run("shipments")
    shop.invoice(shipped)
    stage.break_shop("status", method="POST", path="/invoice$", status=503)
    shop.run("invoices")

    skipped = stage.order("pending_payment")
    held = stage.order(method="banktransfer")
    review = stage.order()
    stage.break_sage("status", method="POST", path=ORDERS, status=400, body=REFUSED)
    stage.cycle()

    in_doubt = stage.order()
    stage.break_sage("drop_after", method="POST", path=ORDERS)
    stage.cycle()
    lost = stage.order()
    stage.break_sage("drop_before", method="POST", path=ORDERS)
    stage.cycle()
    cancelling = stage.order()
    stage.break_sage("drop_after", method="POST", path=ORDERS)
    stage.cycle()
    stage.shopper.cancel(cancelling)
    (customer,) = stage.world.register(1)
    sending = stage.order("customer", customer=customer, method="checkmo")
    stage.break_sage("drop_after", method="POST", path="/customers$")
    stage.cycle()
    stage.shopper.cancel(cancelled)
    queued = stage.order()
    stage.pass_time(PAUSE)
    die_having_sent(stage, lambda: max(order.id for order in stage.company.orders.table))
    return Morning(
        confirmed=confirmed,
        shipped=shipped,
        shipping=shipping,
        cancelled=cancelled,
        skipped=skipped,
        review=review,
        held=held,
        in_doubt=in_doubt,
        lost=lost,
        cancelling=cancelling,
        sending=sending,
        queued=queued,
    )


def die_having_sent(stage: Stage, sent: Callable[[], int]) -> None:
    """One more cycle: the process dies at its first commit after its first order has left; then `sent` is more."""
    crashes, wire = stage.world.crashes, stage.world.sage_wire
    before = sent()

    def trip(label: str, when: str) -> None:
        if sent() > before and crashes.at == "" and not crashes.dead:
            crashes.arm("commit", 0)
        crashes.trip(label, when)

    database.set_trip(trip)
    try:
        run_cycle(stage.hub, stage.connection, "orders")
    except ProcessDeath:
        return
    finally:
        database.set_trip(crashes.trip)  # the next process dies no more
        crashes.revive()
        wire.settle()
    raise AssertionError("the process was to die while it sent an order")


#: After the upgrade: long enough for leases to run out and doubts to be looked up.
RESTED = timedelta(minutes=25)


def go_on(stage: Stage) -> None:
    """What the people do after the upgrade, and cycles until nothing is left to do."""
    shop = Fulfilled(stage, payments=mapped(stage, "checkmo", "banktransfer"))
    for _ in range(3):
        stage.cycle(after=RESTED)
        shop.run("shipments", "invoices")
        stage.notes()
