"""What the conformance suite needs of a room: a company opened by it, and a simulator behind that.

A room joins the suite by one class that keeps `Stand`. The suite itself speaks only to the port and to this page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from tidegate.clock import Clock
from tidegate.conformance.door_stand import BellStand, ConsentStand, SignInStand
from tidegate.conformance.opened import Opened
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.money import total
from tidegate.domain.orders.arithmetic import TaxRounding
from tidegate.domain.orders.calculation import Taxed, line_net, taxes
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import Buyer, LineKind, SalesLine, SalesOrder
from tidegate.sage.port.company import Company
from tidegate.sage.port.orders import Charged, Customers, Found, OrderKey, OrderWriting, Prepared, Tax
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.seats import Registry, SeatPool

Call = Literal[
    "send",
    "look-up",
    "prepare",
    "cancel",
    "invoice",
    "create customer",
    "find customer",
    "post receipt",
    "find receipt",
    "allocate",
    "read stock",
]

T = TypeVar("T")

STORE = "main"
BUYER = Address(
    name="Jane Buyer",
    street=("1 High Street",),
    city="Leeds",
    postcode="LS1 1AA",
    country="GB",
    telephone="0113 496 0000",
    email="jane@example.com",
)
DAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Booked:
    """An order as the company's own books show it."""

    id: str
    number: str
    gross: Decimal
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Codes:
    """What the simulated company calls things."""

    account: str
    other_account: str
    skus: Sequence[str]
    charge: str
    revenue: str
    taxes: dict[Decimal, str]  #: percent -> code
    currency: str = "GBP"
    warehouse: str = "HOME"  #: where orders are allocated
    other_warehouse: str = "LONDON"
    price_list: str = "Wholesale"  #: a list beside the standard one, with prices of its own
    clearing: str = "CARD"  #: where card payments are received
    clearing_account: str = "1210"  #: the nominal account behind it
    courier: str = "DPD"
    tax_group: str = ""  #: of a destination, where the company computes tax by schedule
    tax_schedule: str = ""
    scheduled: Decimal = Decimal(0)  #: percent of that schedule
    order_calls: int = 1  #: that one order takes, where its number and total come first
    #: Calls that read a price book, and invoices and credit notes, when nothing is new.
    list_calls: tuple[int, int] = (2, 1)
    news_calls: Mapping[str, int] = field(default_factory=dict)  #: desk -> calls without news, if not 1


class DoorStand(Protocol):
    """Controls for rooms whose door can be shut."""

    def shut(self, why: Failure) -> None:
        """Keep the door shut from now on, for this reason."""
        ...

    def open(self) -> None:
        """Open the door again."""
        ...


class DesktopStand(Protocol):
    """For rooms that hand orders over: what fetches them, and how it misbehaves."""

    def work(self, at_most: int | None = None) -> None:
        """Fetch the waiting files and enter their orders, all or at most `at_most` further ones of each file."""
        ...

    def refuse_files_with(self, key: str) -> None:
        """Make it refuse the whole file that has this order, without a reason."""
        ...

    def refuse(self, key: str) -> None:
        """Make it refuse this order, with a reason."""
        ...

    def leave_out(self, key: str) -> None:
        """Make it enter this order, but leave it out of the result."""
        ...

    def lose_results(self) -> None:
        """Its results never arrive."""
        ...

    @property
    def second_file_replaces(self) -> bool:
        """Whether a second file takes the place of one that was not fetched yet."""
        ...

    @property
    def kept_for(self) -> timedelta | None:
        """How long a file is kept; None: until it is fetched."""
        ...

    def again(self) -> Company:
        """The company, opened by another process."""
        ...


class Stand(Protocol):
    """One company of one product."""

    @property
    def company(self) -> Company: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def seats(self) -> SeatPool: ...

    @property
    def seats_counted(self) -> int | None:
        """The most seats that we held at a time as the product itself counts them; None: it counts none."""
        ...

    @property
    def codes(self) -> Codes: ...

    @property
    def sign_ins(self) -> SignInStand | None: ...

    @property
    def consents(self) -> ConsentStand | None: ...

    @property
    def bells(self) -> BellStand | None: ...

    @property
    def door(self) -> DoorStand | None: ...

    @property
    def desktop(self) -> DesktopStand | None: ...

    def booked(self, key: str) -> list[Booked]:
        """The orders in the company's books that carry this key."""
        ...

    def typed_in(self, reference: str, *, key: str = "", times: int = 1) -> None:
        """A user of the company enters orders with this customer's order number (and key)."""
        ...

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        """Arm a fault of the wire for calls of this kind."""
        ...

    def calm(self) -> None:
        """Disarm all faults."""
        ...

    def advance(self, seconds: float) -> None:
        """Time passes, here and there; what was late takes effect."""
        ...

    def lock(self) -> None: ...

    def unlock(self) -> None: ...

    def close_period(self, day: date) -> None: ...

    def forbid(self, call: Call) -> None:
        """The integration's user may no longer do this."""
        ...

    def despatch(self, number: str) -> None: ...

    def open_account(self, account: str, name: str, email: str = "", *, foreign: bool = False) -> None:
        """A user of the company opens an account; `foreign`: in another currency."""
        ...

    def accounts(self, key: str) -> list[str]:
        """The accounts in the company's books that carry this key."""
        ...

    def add_product(self, sku: str) -> None: ...

    def do(self, action: str, **values: Any) -> Any:
        """The company's staff do something, by the name of the action; actions are those of the demo company."""
        ...

    def books(self) -> dict[str, Any]:
        """The company's own books, as plain values."""
        ...

    def beside(self, registry: Registry) -> Company:
        """The company, opened by one more process, whose seats `registry` counts with those of the others."""
        ...

    def close(self) -> None: ...


# Orders


def goods(stand: Stand, sku: str = "", *, rate: int = 20, **values: Any) -> SalesLine:
    """A line of goods; amounts as given, tax code by rate."""
    given: dict[str, Any] = {"quantity": Decimal(2), "unit_price": Decimal("9.99"), "item_id": 551, **values}
    return SalesLine(
        kind=LineKind.GOODS,
        code=sku or stand.codes.skus[0],
        tax_code=stand.codes.taxes[Decimal(rate)],
        **given,
    )


def charge(stand: Stand, price: str = "5.00", *, rate: int = 20) -> SalesLine:
    """A shipping line."""
    return SalesLine(
        kind=LineKind.CHARGE,
        code=stand.codes.charge,
        description="Delivery",
        unit_price=Decimal(price),
        tax_code=stand.codes.taxes[Decimal(rate)],
    )


def free_text(stand: Stand, price: str, *, rate: int = 0) -> SalesLine:
    """A line without a product, on a revenue account."""
    return SalesLine(
        kind=LineKind.FREE_TEXT,
        description="Adjustment",
        unit_price=Decimal(price),
        tax_code=stand.codes.taxes[Decimal(rate)],
        account=stand.codes.revenue,
    )


def make_order(stand: Stand, number: int, *lines: SalesLine, **changes: Any) -> SalesOrder:
    """An order with the totals that the company's own arithmetic computes."""
    chosen = lines or (goods(stand), charge(stand))
    about, codes = stand.company.about.orders, stand.codes
    summed, net, tax = _summed(chosen, about, codes)
    values: dict[str, Any] = {
        "key": f"magento:{STORE}:{number}",
        "reference": f"{number:09}",
        "account": stand.codes.account,
        "date": DAY,
        "currency": stand.codes.currency,
        "lines": summed,
        "net": net,
        "tax": tax,
        "gross": net + tax,
        **_as_taken(about, codes, summed),
        **changes,
    }
    return SalesOrder(**values)


def _as_taken(about: OrderWriting, codes: Codes, lines: Sequence[SalesLine]) -> dict[str, Any]:
    """What an order has outside its lines: the tax schedule, shipping in the header, the customer inside the order."""
    elsewhere: dict[str, Any] = {}
    if about.tax is Tax.BY_SCHEDULE:
        elsewhere |= {"tax_group": codes.tax_group, "tax_schedule": codes.tax_schedule}
    if about.shipping is Charged.HEADER_FIELD:
        charges = [line for line in lines if line.kind is LineKind.CHARGE]
        elsewhere |= {"lines": tuple(line for line in lines if line not in charges)}
        elsewhere |= {"shipping": next(iter(charges), None)}
    if about.customers is Customers.INSIDE_THE_ORDER:
        buyer = Buyer(website="base", name=BUYER.name, email=BUYER.email)
        elsewhere |= {"account": "", "buyer": buyer, "delivery": BUYER, "invoice": BUYER}
    return elsewhere


def _summed(
    lines: Sequence[SalesLine], about: OrderWriting, codes: Codes
) -> tuple[tuple[SalesLine, ...], Decimal, Decimal]:
    arithmetic = about.arithmetic
    rates = {code: rate for rate, code in codes.taxes.items()}
    if about.tax is Tax.BY_SCHEDULE:  # one rate for all that is sold, once for the whole order
        arithmetic = replace(arithmetic, tax_rounding=TaxRounding.PER_RATE)
        rates = dict.fromkeys(rates, codes.scheduled)
    nets = [line_net(one.quantity, one.unit_price, one.unit_discount, arithmetic) for one in lines]
    taxed = [Taxed(net, one.tax_code, rates.get(one.tax_code)) for net, one in zip(nets, lines, strict=True)]
    each = taxes(taxed, arithmetic)
    summed = tuple(
        msgspec.structs.replace(line, net=net, tax=tax)
        for line, net, tax in zip(lines, nets, each, strict=True)
    )
    return summed, total(nets), total(each)


def prepared(session: Opened, order: SalesOrder) -> Prepared:
    """The prepared order; fails where it was held."""
    [one] = session.orders.prepare([order])
    assert isinstance(one, Prepared), one
    return one


def send(session: Opened, order: SalesOrder) -> Outcome:
    """Prepare and send one order; the outcome."""
    answers: list[tuple[str, Outcome]] = list(session.orders.send([prepared(session, order)]))
    [(key, outcome)] = answers
    assert key == order.key
    return outcome


def find(session: Opened, order: SalesOrder) -> list[Found]:
    """Look for one order."""
    asked = [OrderKey(order.key, order.reference)]
    found: dict[str, list[Found]] | Failure = session.order_search.find(asked)
    assert not isinstance(found, Failure), found
    assert set(found) == {order.key}
    return found[order.key]


def stated(stand: Stand, order: SalesOrder) -> Decimal | None:
    """The total that the answer to an order states; None of a product that states none."""
    return order.gross if stand.company.about.orders.states_totals else None


def accepted(outcome: Outcome) -> Accepted:
    """The outcome, which must be a success."""
    assert isinstance(outcome, Accepted), outcome
    return outcome


def failed(outcome: object) -> Failure:
    """The outcome, which must be a failure."""
    assert isinstance(outcome, Failure), outcome
    return outcome


def delta(answer: Delta[T] | Failure) -> Delta[T]:
    """The delta, which must be one."""
    assert not isinstance(answer, Failure), answer
    return answer


def sent_order(stand: Stand, session: Opened, number: int = 213, *lines: SalesLine) -> Accepted:
    """An order that the company has; with its total, whether the answer states it or not."""
    order = make_order(stand, number, *lines)
    return replace(accepted(send(session, order)), gross=order.gross)
