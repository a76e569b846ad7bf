"""The invoices that a signed-in customer of a shop may see: their own and no others.

The customer is known by the token that the shop gave, never by an e-mail address: a person who registers with
another's address must not see another's invoices.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.customers import mapped_by_id, proof
from tidegate.engine.hub import Hub
from tidegate.engine.reports import Report, amount
from tidegate.flows.connection import Connection
from tidegate.ledger import customers, statement
from tidegate.ledger.statement import Stated
from tidegate.magento.buyer import StoreBuyer


@dataclass(frozen=True, slots=True)
class PortalCustomer:
    """A signed-in customer and the connection that serves their website."""

    connection: Connection
    buyer: StoreBuyer
    website: str


def identify(hub: Hub, store: str, token: str) -> PortalCustomer | Failure:
    """Ask the shop whose token this is, and find the connection of their website."""
    client = hub.stores[store]
    buyer = client.buyers.who_is(token)
    if isinstance(buyer, Failure):
        return buyer
    websites = client.buyers.websites()
    if isinstance(websites, Failure):
        return websites
    website = next((each.code for each in websites if each.id == buyer.website_id), "")
    for connection in hub.connections.values():
        settings = connection.settings
        if settings.store == store and website in settings.websites and settings.portal.enabled:
            return PortalCustomer(connection, buyer, website)
    return Failure(Code.NOT_PERMITTED, f"the website {website} shows no invoices", sent=False)


def invoices(customer: PortalCustomer) -> list[Stated] | Failure:
    """Everything that the customer may see, the newest first."""
    connection = customer.connection
    account = whole_account(customer)
    if account is not None:
        return statement.of_account(connection.name, account)
    orders = connection.store.buyers.orders_of(customer.buyer.id)
    if isinstance(orders, Failure):
        return orders
    return statement.of_orders(connection.name, connection.settings.store, orders)


def whole_account(customer: PortalCustomer) -> str | None:
    """The account whose every invoice the customer may see; None = only those of their own orders.

    Never an account that many buyers share, and never one that was only found by an e-mail address.
    """
    rules = customer.connection.settings.customers
    if customer.connection.settings.portal.shows != "account":
        return None
    account = mapped_by_id(customer.buyer.id, rules.accounts)
    if not account:
        found = customers.find(customer.connection.name, customer.website, [customer.buyer.id])
        link = found.get(customers.key_of(customer.buyer.id))
        account = link.account if link is not None and proof(link.how) else ""
    return account if account and account not in (rules.guest_account, rules.web_account) else None


def summary(stated: Stated) -> Report:
    """One line of the list. Amounts are decimal texts in `currency`."""
    invoice, entry = stated.invoice, stated.entry
    return {
        "number": invoice.number,
        "kind": "credit note" if invoice.credit else "invoice",
        "date": invoice.day.isoformat() if invoice.day else None,
        "due": entry.due.isoformat() if entry and entry.due else None,
        "currency": invoice.currency,
        "net": amount(invoice.net),
        "tax": amount(invoice.tax),
        "gross": amount(invoice.gross),
        "open": amount(stated.open),
        "status": status(stated),
    }


def status(stated: Stated) -> str:
    """open, part paid or paid; `not posted` while the sales ledger does not have it."""
    if stated.entry is None:
        return "not posted"
    if stated.entry.outstanding == Decimal(0):
        return "paid"
    return "open" if stated.entry.outstanding >= stated.entry.gross else "part paid"


def detail(stated: Stated) -> Report:
    """One invoice with its lines and the shop's orders that it bills."""
    return {
        **summary(stated),
        "orders": [str(entity_id) for entity_id in stated.orders],
        "lines": [
            {
                "sku": line.sku,
                "quantity": amount(line.quantity),
                "net": amount(line.net),
                "tax": amount(line.tax),
            }
            for line in stated.invoice.lines
        ],
    }
