"""`tidegate check`: whether the company's product offers what the enabled flows need."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.domain.errors import Failure
from tidegate.domain.orders.expressed import Customers
from tidegate.flows import desks
from tidegate.flows.connection import Connection
from tidegate.sage.port.findings import Finding
from tidegate.sage.port.session import Purpose, Session


def check_desks(connection: Connection) -> Iterator[Finding]:
    """A flow that cannot work with this product fails here; a door that does not open is one finding."""
    with connection.company.session(Purpose.READING) as session:
        if isinstance(session, Failure):
            yield Finding(
                "session", "fail", f"the company cannot be entered: {session.text}", "see its findings"
            )
            return
        yield from _flows(connection, session)
        yield from _orders(connection, session)


def _flows(connection: Connection, session: Session) -> Iterator[Finding]:
    product = connection.company.about.product
    for flow, rule in connection.settings.flows.items():
        lacking = desks.missing(session, flow) if rule.enabled else []
        if lacking:
            text = f"{product} does not offer {', '.join(lacking)}"
            yield Finding(f"flow {flow}", "fail", text, f"switch it off: flows.{flow}.enabled = false")


def _orders(connection: Connection, session: Session) -> Iterator[Finding]:
    """What orders and payments would be left to a person for."""
    product, settings = connection.company.about.product, connection.settings
    if settings.cancellation == "cancel" and session.cancelling is None:
        text = f"orders in {product} cannot be cancelled by Tidegate: every cancellation waits for a person"
        yield Finding(
            "cancellation", "warn", text, ("cancel them in Sage by hand, then `tidegate queue link`")
        )
    if not session.orders.about.states_numbers and (
        settings.notes.number or settings.notes.comment != "none"
    ):
        text = (
            f"{product} gives orders no number: neither a number nor a comment is written to the Magento "
            "order"
        )
        yield Finding("notes", "warn", text, 'set notes.number = false and notes.comment = "none"')
    inside = session.orders.about.customers is Customers.INSIDE_THE_ORDER
    if settings.customers.unknown == "create" and session.new_customers is None and not inside:
        text = f"customers cannot be created in {product} by Tidegate: orders of unknown customers are held"
        yield Finding("unknown customers", "warn", text, 'set customers.unknown = "web-account" or "hold"')
    if session.receipts is None and any(each.prepaid for each in settings.payments.values()):
        text = f"receipts cannot be posted in {product} by Tidegate: those of prepaid orders are skipped"
        yield Finding("prepaid orders", "warn", text, "post them by hand, or set prepaid = false")
    if settings.statuses and session.progress is None:
        text = f"{product} does not report the status of orders: no mapped status is ever set"
        yield Finding("statuses", "fail", text, "remove the statuses of the connection")
