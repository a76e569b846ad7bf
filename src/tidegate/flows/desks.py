"""Which desks of a company each flow needs, and what is said where a product has not got one.

The type checker makes every flow say what happens there; this table is what `tidegate check` compares.
"""

from __future__ import annotations

from collections.abc import Callable

from tidegate.domain.errors import Code, Failure
from tidegate.flows.cycle import Cycle
from tidegate.sage.port.session import Session

#: Flow -> (what it is in words, the desk).
NEEDS: dict[str, tuple[tuple[str, Callable[[Session], object | None]], ...]] = {
    "inventory": (
        ("stock", lambda session: session.stock),
        ("open lines of web orders", lambda session: session.web_lines or session.dated_stock or None),
    ),
    "prices": (("price lists", lambda session: session.prices),),
    "customers": (("customers", lambda session: session.customers),),
    "registrations": (
        ("customers", lambda session: session.customers),
        ("new customers", lambda session: session.new_customers),
    ),
    "products": (("products", lambda session: session.products),),
    "shipments": (("despatches", lambda session: session.despatches),),
    "invoices": (("invoices", lambda session: session.invoices),),
    "credits": (("invoices", lambda session: session.invoices),),
    "payments": (("ledger entries", lambda session: session.ledgers),),
}


def missing(session: Session, flow: str) -> list[str]:
    """What the flow needs and the company does not offer, in words."""
    return [what for what, desk in NEEDS.get(flow, ()) if desk(session) is None]


def not_offered(cycle: Cycle, flow: str, what: str) -> bool:
    """The end of the flow's own cycle; for a flow that only follows this one there is nothing to wait for: true."""
    if cycle.flow != flow:
        return True
    cycle.call_failed(lacks(what))
    return False


def lacks(what: str) -> Failure:
    """The company's product does not offer it at all: no later cycle will find it."""
    return Failure(
        Code.NOT_OFFERED,
        f"this company's Sage product does not offer {what}: switch the flow off, or do this part by hand",
        missing=f"desk:{what}",
        sent=False,
    )
