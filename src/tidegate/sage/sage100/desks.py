"""The desks of Sage 100 over one agent, and a session made of them."""

from __future__ import annotations

from tidegate.sage.port.session import Session
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.customers import Customers
from tidegate.sage.sage100.masters import Products
from tidegate.sage.sage100.order_search import OrderSearch
from tidegate.sage.sage100.orders import Orders
from tidegate.sage.sage100.reference import Reference
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.stock import Stock


class Desks:
    """What all sessions of one company share."""

    def __init__(self, client: Sage100Client, company: Sage100Settings) -> None:
        """Makes no call."""
        self.reference = reference = Reference(client, company)
        self._customers = customers = Customers(client, reference, company)
        self._session = Session(
            orders=Orders(client, reference, company),
            order_search=OrderSearch(client, company),
            customers=customers,
            new_customers=customers if company.opens_accounts else None,
            stock=Stock(client, reference, company),
            products=Products(client),
        )

    def session(self) -> Session:
        """The desks."""
        return self._session

    def forget(self) -> None:
        """Drop what names stand for."""
        self.reference.forget()
        self._customers.forget()
