"""What one simulated product is to the weeks, the demonstration, the sandbox and the measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from tidegate.simulation.event import Event
from tidegate.simulation.target import Target

if TYPE_CHECKING:
    import httpx

EVERY_FLOW = frozenset(
    {
        *("shipments", "inventory", "prices", "customers", "registrations"),
        *("products", "invoices", "payments", "credits"),
    }
)
"""From Sage to Magento, of a product that has a desk for each."""
MORE_GOODS: tuple[Any, ...] = (
    ("SHIRT-RED", "Shirt Red", "stock", "25.00"),
    ("SHIRT-BLUE", "Shirt Blue", "stock", "25.00"),
    ("SHIRT", "Shirt", "service", "25.00"),
    ("KIT-1", "Kit 1", "service", "25.00"),
)
"""What the shop sells beside widgets: SKU, name, kind, price."""
Call = tuple[datetime, str, str, int | None]
"""When, method, path, and the status of the answer, as the wire of the sandbox has seen it."""
Field = tuple[str, str]
"""The path of a read, and a field of its records that nobody can read for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The product's calls by what they are for: what the faults of a week strike. () where it makes no such call."""

    order_sent: Target  #: sends orders
    order_read: Target  #: looks orders up, or asks what became of them
    cancelling: Target | None = None
    allocating: Target | None = None  #: sets a receipt against an invoice
    signing_in: Target | None = None
    reference_read: Target  #: reads what orders refer to
    records_sent: Target | None = None  #: makes accounts and receipts
    faulty: tuple[Target, ...]  #: by any fault of the wire, as often as they stand here
    faulty_back: tuple[Target, ...] = ()  #: calls of the flows from Sage to Magento
    reads: tuple[Target, ...]
    writes: tuple[Target, ...]
    reads_back: tuple[Target, ...] = ()
    writes_back: tuple[Target, ...] = ()
    unreadable: tuple[Field, ...] = ()  #: of orders
    unreadable_back: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The company's codes, and the tables of a connection that point to them."""

    mappings: str  #: TOML: rounding, tax, shipping, payments, amounts, revenue
    prepaid: (
        str  #: TOML of `[connections.web.payments.METHOD]`, for methods paid at checkout; "": no receipts
    )
    carriers: str = ""  #: TOML: names of couriers -> carriers of the shop
    sources: Mapping[str, Mapping[str, str]]  #: website -> warehouse -> source
    legacy: Mapping[str, str]  #: the same in a shop without several sources
    warehouse: str  #: orders are delivered from
    elsewhere: str  #: another one
    counted: tuple[str, ...]  #: where stock is counted, as often as they stand here
    couriers: tuple[str, str] = ("Royal Mail", "DPD")  #: of goods that leave, and of parcels tracked later
    charge: str = "CARRIAGE"  #: that stands for shipping
    bank: str = "BANK"  #: where customers pay their invoices
    web_account: str = "WEB"
    bills_together: bool = True  #: one invoice may be made of what has left of several orders
    bills_parts: bool = True  #: else an order's tax is one amount, which its people bill with the whole of it
    takes_texts: bool = True  #: products that the company does not know can stand in an order as text
    known: Mapping[str, str] = field(default_factory=dict)  #: the shop's id of a customer -> account
    groups: Mapping[str, str] = field(default_factory=dict)  #: customer group -> price list
    attributes: Mapping[str, str] = field(default_factory=dict)  #: field of an account -> customer attribute
    tax_codes: tuple[tuple[str, str], ...] = ()  #: percent -> code, for `tidegate init`
    destinations: tuple[tuple[str, str, str], ...] = ()  #: country, region and tax schedule, for the same
    rounding: str = ""  #: the rounding line's account, where the company's own cannot have one
    untaxed: str = ""  #: the rounding line's tax code, where no percent has one


def by_warehouse(company: Any, item: Any) -> Mapping[str, tuple[Decimal, Decimal]]:
    """Each of the company's own."""
    return {
        company.warehouses[holding.warehouse_id].name: (holding.on_hand, holding.free)
        for holding in company.stock.of_item(item.id)
    }


def by_whole_key(order: Any, shop: Any) -> Any:
    """The shop's order whose whole key stands with the company's."""
    kind, _, id = order.external_key.rpartition(":")
    return shop.orders.any(int(id)) if kind.startswith("magento:") else None


class Actor(Protocol):
    """Somebody to whom things happen that other products do not know."""

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        ...

    def peace(self) -> None:
        """All is as it should be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One simulated product. Functions import the sandbox when they are called: every command would wait for it."""

    name: str  #: the value of the key `product`
    way: str = ""  #: into the product, where weeks also take another one than the usual
    title: str  #: as its vendor calls it
    port: int  #: where `tidegate sandbox` serves it when none is named
    paths: Mapping[str, str]  #: edition -> path of the interface on its server; the first is the usual one
    hosted: frozenset[str] = frozenset()  #: editions that stand on a server of the company's own
    countries: tuple[str, ...] = ("us", "uk")  #: whose company it can be: dollars, or pounds
    flows: frozenset[str]  #: from Sage to Magento, that the product has desks for
    build: Callable[..., tuple[Any, Any]]
    """(clock, faults, company, *, browser) -> the simulator and its wire.

    `browser`: where a browser comes back to after a sign-in, for one that is served; "" where none is."""
    company: Callable[..., Any]
    """(clock, *, seed, base, items) -> a filled company, in this currency, with so many widgets."""
    credentials: Callable[[Any], dict[str, Any]]
    """What opens the simulator: key of the configuration -> value."""
    room: Callable[[str, str, Mapping[str, Any]], str]
    """(address of the server, edition, credentials) -> the product's own lines of `[companies.NAME]`."""
    addresses: Callable[[str], dict[str, str]]
    """Address of the server -> keys of the configuration that name an address."""
    answers: Callable[[str, Mapping[str, Any]], dict[str, str]] = lambda _redirect_url, _credentials: {}
    """(where the browser comes back to, credentials) -> further answers to the questions of `tidegate init`."""
    let_in: Callable[[Any, Any, str, datetime], None] = lambda _simulator, _vault, _company, _now: None
    """(simulator, vault, name of the company, now): what a person's sign-in leaves; nothing where nobody signs in."""
    ticks: bool = False  #: whether a served simulator does things while nobody asks
    calls: Calls
    codes: Codes
    looks_up: bool = True  #: whether it can be asked for an order
    lists_open: bool = True  #: whether it lists the orders whose goods it has taken off its figures
    opens_accounts: bool = True  #: whether the hub can open accounts for customers that it does not know
    hands_over: bool = False  #: whether it says later what became of an order
    mixed_taxes: bool = True  #: lines of one order may have several rates; else such an order is a person's
    taxes_itself: bool = False  #: by its own schedules, so that its total is compared with a tolerance
    has_rounding: bool = True  #: whether an order can have a line for what rounding leaves
    face_faults: tuple[str, ...]  #: kinds of fault that the simulator carries out
    late_commit: bool = False  #: whether changes can be seen later than they are stamped
    bears_less: tuple[tuple[str, bool], ...] = ()  #: limits that come and go: (kind, only where it is hosted)
    document_calls: Mapping[str, float] = field(default_factory=dict)
    """Flow -> how many calls to Sage a document may cost, and "idle" -> a cycle of each; empty: nobody measures it."""
    orders_left: Callable[[Iterable[Call], str], int] = lambda _calls, _edition: 0
    """(the calls that the wire has seen, edition) -> how many orders have left, where one can see that in a call."""
    orders_counted: Callable[[Any], int] = lambda _simulator: 0
    """The same by the simulator's own count, where a call carries many. Repeated orders are included in both."""
    orders_in: Callable[[httpx.Request], int]
    """How many orders a request carries."""
    seat_seconds: Callable[[Any], int] | None = None
    """The simulator -> seconds of seats that we held, as its licence counts them; None: it counts none."""
    books: Callable[[Any, Any], dict[str, Any]]
    """(simulator, shop) -> the company's books for the checker, with the whole keys of orders and customers."""
    stock_books: Callable[[Any, Any], dict[str, Any]] | None = None
    """The same of orders, stock and despatches alone, where they are the kernel's own; None: out of the whole books."""
    shelf: Callable[[Any, Any], Mapping[str, tuple[Decimal, Decimal]]] = by_warehouse
    """(company, item) -> what of it is on hand and what is free, by the warehouses that the hub hears of."""
    source_of: Callable[[Any, Any], Any] = by_whole_key
    """(an order of the company, shop) -> the shop's order that it was made of; None for any other."""
    script: Callable[[int, datetime, int], Iterable[Event]] = lambda _seed, _start, _days: ()
    """(seed, start, days) -> what happens in a week with this product alone."""
    actor: Callable[[Any], Actor] | None = None
    """World -> who carries that out."""

    @property
    def lived_as(self) -> str:
        """What `tidegate simulate --sage` calls it."""
        return f"{self.name}-{self.way}" if self.way else self.name

    @property
    def path(self) -> str:
        """The interface of the usual edition."""
        return self.paths[self.editions[0]]

    @property
    def editions(self) -> Sequence[str]:
        """Their names, the usual one first."""
        return tuple(self.paths)

    @property
    def host(self) -> str:
        """The name of its server where no socket is used."""
        return f"{self.name}.sandbox"

    def environment(self, simulator: Any) -> dict[str, str]:
        """The secrets that `simulation.settings` refers to."""
        known = self.credentials(simulator)
        return {f"SAGE_{key.upper()}": str(value) for key, value in known.items()}
