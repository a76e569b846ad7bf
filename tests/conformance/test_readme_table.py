"""README's table of products against the rooms' own word: the desks that a session has, in every configuration tried here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from conformance.intacct_stand import IntacctStand
from conformance.rooms import (
    BUSINESS_CLOUD,
    HANDING_OVER,
    INTACCT,
    SAGE_100,
    SAGE_100_BY_FEEDS,
    SAGE_200,
    SAGE_300,
    X3,
    X3_CREATING,
    X3_GRAPHQL,
)
from conformance.sage100_stand import Sage100Stand
from conformance.sage300_stand import Sage300Stand
from conformance.x3_stand import X3Stand
from tidegate.conformance.stand import Stand
from tidegate.domain.errors import Failure
from tidegate.flows.desks import NEEDS, missing
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.rooms import PRODUCTS
from tidegate.simulation.products import SIMULATED

README = Path(__file__).parents[2] / "README.md"
HEADING = "### What each Sage product can"
LIVE, OTHERS = "tried with a live company", "read or called by"
PROVEN = "## What was proven, and against what"
NOTHING_LIVE = re.compile(r"anything against [^|]*\| \*\*nothing")
YES, SOME, NO = "yes", "by set-up", "no"
Build = Callable[[], Stand]


def handing_over(product: str) -> Iterator[Build]:
    """Its configurations whose orders are handed over."""
    return (build for name, build in HANDING_OVER.items() if name.startswith(product))


STANDS: dict[str, tuple[Build, ...]] = {
    "sage200": tuple(SAGE_200.values()),
    "intacct": (
        IntacctStand,
        INTACCT["intacct-otherwise"],
        *handing_over("intacct"),
        lambda: IntacctStand(settings={"customer_field": ""}),
    ),
    "sage50": tuple(handing_over("sage50")),
    "sage300": (
        Sage300Stand,
        *(SAGE_300["sage300-otherwise"], SAGE_300["sage300-gateway"]),
        *handing_over("sage300"),
        lambda: Sage300Stand(settings={"stock": "", "customer_group": ""}),
    ),
    "sage100": (
        *SAGE_100.values(),
        *SAGE_100_BY_FEEDS.values(),
        *handing_over("sage100"),
        lambda: Sage100Stand(settings={"cancels": False}),
    ),
    "x3": (
        X3Stand,
        X3["x3-otherwise"],
        *X3_GRAPHQL.values(),
        *X3_CREATING.values(),
        *handing_over("x3"),
        lambda: X3Stand(settings={"close_reason": "", "customer_field": ""}),
    ),
    "business_cloud": tuple(BUSINESS_CLOUD.values()),
}
"""Configurations of each product that differ in what a session has."""

ROWS: dict[str, Callable[[Session], object | None]] = {
    "cancelling an order": lambda session: session.cancelling,
    "how orders stand": lambda session: session.progress,
    "shipments with tracking": lambda session: session.despatches,
    "invoices and credit notes": lambda session: session.invoices,
    "what is paid of them": lambda session: session.ledgers,
    "the chain down to the postings": lambda session: session.postings,
    "receipts of orders paid at checkout": lambda session: session.receipts,
    "stock": lambda session: session.stock,
    "price lists": lambda session: session.prices,
    "a customer's price, asked live": lambda session: session.enquiries,
    "customers": lambda session: session.customers,
    "new accounts": lambda session: session.new_customers,
    "product data": lambda session: session.products,
}
"""What a product can, and the desk that says so."""


@cache
def sessions(product: str) -> tuple[tuple[Session, bool], ...]:
    """A session of each configuration, and whether its orders are handed over."""
    found = []
    for build in STANDS[product]:
        stand = build()
        with stand.company.session(Purpose.READING) as session:
            assert not isinstance(session, Failure)
            found.append((session, stand.company.about.orders.hands_over))
        stand.close()
    return tuple(found)


def cell(there: Iterable[bool]) -> str:
    """In every configuration, in some, or in none."""
    all_of_them = list(there)
    return YES if all(all_of_them) else SOME if any(all_of_them) else NO


def orders(product: str) -> str:
    """Whether orders are answered at once, or lie with the product until it fetches them."""
    words = {False: YES, True: "handed over", None: "yes, or handed over"}
    kinds = {handed_over for _, handed_over in sessions(product)}
    return words[kinds.pop() if len(kinds) == 1 else None]


def table() -> list[list[str]]:
    """The table as the rooms would write it."""
    names = [product.name for product in PRODUCTS]
    titles = [f"[{product.title}](docs/{product.page})" for product in PRODUCTS]
    rows = [["", *titles], ["---"] * (len(names) + 1)]
    rows.append(["orders", *(orders(name) for name in names)])
    for title, desk in ROWS.items():
        cells = [cell(desk(session) is not None for session, _ in sessions(name)) for name in names]
        rows.append([title, *cells])
    rows.append([LIVE, *("no" if NOTHING_LIVE.search(proven(name)) else "yes" for name in names)])
    return rows


def proven(product: str) -> str:
    """What the product's page says was proven, and against what."""
    page = next(one.page for one in PRODUCTS if one.name == product)
    _, _, after = (README.parent / "docs" / page).read_text(encoding="utf-8").partition(PROVEN)
    return after.partition("\n## ")[0]


def written() -> list[list[str]]:
    """The table as README has it."""
    _, _, after = README.read_text(encoding="utf-8").partition(f"{HEADING}\n")
    lines = after.partition("\n#")[0].splitlines()
    return [[part.strip() for part in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def test_readme_says_of_each_product_what_its_room_says() -> None:
    told = table()
    rows = [row for row in written() if row[0] != OTHERS]
    assert rows == told, "\n".join(f"| {' | '.join(row)} |" for row in told)


def test_the_clients_of_others_that_readme_names_stand_on_the_products_pages() -> None:
    [row] = [row for row in written() if row[0] == OTHERS]
    for product, named in zip(PRODUCTS, row[1:], strict=True):
        clients = [name.strip(" `") for name in named.split(",") if name != "none"]
        assert [name for name in clients if name not in proven(product.name)] == [], product.title


def test_every_product_is_asked_in_more_than_words() -> None:
    assert list(STANDS) == [product.name for product in PRODUCTS]


def test_the_check_bites_where_a_room_gains_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROWS, "shipments with tracking", lambda session: session.orders)
    assert written() != table()


@pytest.mark.parametrize("house", SIMULATED.values(), ids=lambda house: house.name)
def test_the_flows_of_the_simulation_are_those_that_the_usual_room_can_serve(house: object) -> None:
    name, flows = house.name, house.flows  # type: ignore[attr-defined]
    usual, _ = sessions(name)[0]
    assert {flow for flow in NEEDS if not missing(usual, flow)} == flows
