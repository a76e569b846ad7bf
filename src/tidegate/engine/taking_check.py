"""`tidegate check`: taxes, amounts and customers that the company's product cannot take as they are configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tidegate.domain.orders.expressed import Charged, Customers, Tax
from tidegate.domain.orders.sales_order import LineKind
from tidegate.flows.connection import Connection
from tidegate.sage.port.findings import CodeList, Finding

_CODED = (Charged.CHARGE_CODE, Charged.ITEM_LINE)


def check_taking(connection: Connection, lists: Mapping[str, CodeList]) -> Iterator[Finding]:
    """All findings; `lists` are the company's by kind, empty when it could not be read."""
    yield from _tax(connection, lists)
    yield from _lines(connection)
    yield from _customers(connection)


def _tax(connection: Connection, lists: Mapping[str, CodeList]) -> Iterator[Finding]:
    about = connection.company.about
    destinations, place = connection.settings.tax.destinations, f"connections.{connection.name}.tax"
    if about.orders.tax is not Tax.BY_SCHEDULE:
        if destinations:
            text = f"{about.product} takes tax {about.orders.tax}, not by tax schedule"
            yield Finding("tax schedules", "fail", text, f"remove [[{place}.destinations]]")
        return
    if not destinations:
        text = (
            f"{about.product} calculates tax by tax schedule, but none is configured: every order would be "
            "held"
        )
        yield Finding("tax schedules", "fail", text, f"add [[{place}.destinations]]")
        return
    if not about.orders.states_totals:
        text = f"{about.product} states no totals: its tax is never compared with Magento's"
        yield Finding("tax schedules", "warn", text, "compare the tax of some orders by hand")
    missing = [
        f"{kind} {name}"
        for each in destinations
        for kind, name in (("tax-group", each.group), ("tax-schedule", each.schedule))
        if name and kind in lists and name not in lists[kind].codes
    ]
    if missing:
        text = f"Sage has no {', '.join(dict.fromkeys(missing))}"
        yield Finding("tax schedules", "fail", text, f"correct [[{place}.destinations]]")
    else:
        yield Finding("tax schedules", "pass", f"{len(destinations)} destinations are mapped")


def _lines(connection: Connection) -> Iterator[Finding]:
    """Amounts and products that would have no kind of line."""
    about, settings = connection.company.about, connection.settings
    orders, place = about.orders, f"connections.{connection.name}"
    if orders.rounding in _CODED and settings.rounding.tolerance and not settings.rounding.code:
        text = f"a rounding line is a {orders.rounding} there, but no code is configured"
        yield Finding("rounding line", "fail", text, f"set code in [{place}.rounding]")
    if LineKind.FREE_TEXT in orders.line_kinds:
        return
    codeless = [
        source for source, each in settings.amounts.terms().items() if not each.payment and not each.code
    ]
    if codeless:
        text = (
            f"{about.product} has no free-text lines, and no charge or item is configured for "
            f"{', '.join(codeless)}"
        )
        yield Finding("amounts", "fail", text, f"set code in [{place}.amounts.{codeless[0]}]")
    if settings.skip_skus:
        text = (
            f"{about.product} has no free-text lines: orders with {', '.join(settings.skip_skus)} would "
            "be held"
        )
        yield Finding("skip_skus", "fail", text, f"map them in skus of [{place}] to items of Sage")


def _customers(connection: Connection) -> Iterator[Finding]:
    about, rule = connection.company.about, connection.settings.customers
    if about.orders.customers is not Customers.INSIDE_THE_ORDER:
        return
    unused = [name for name in ("guest_account", "web_account") if getattr(rule, name)]
    unused += ["unknown"] if rule.unknown != "hold" else []
    if unused:
        text = f"{about.product} takes the customer with the order: {', '.join(unused)} has no effect"
        remedy = f"remove it from [connections.{connection.name}.customers]"
        yield Finding("customers", "warn", text, remedy)
