"""The part of `tidegate check` about prices: lists, groups, currencies, price scope and tier prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidegate.domain.errors import Code, Failure
from tidegate.engine.permission_check import enabled
from tidegate.flows import store_limits
from tidegate.flows.connection import Connection
from tidegate.flows.prices import book
from tidegate.flows.prices.scope import NOT_WRITTEN, price_scope
from tidegate.magento.shop import StoreConfig, Website
from tidegate.sage.port.findings import CodeList, Finding


def check_prices(
    connection: Connection,
    websites: Sequence[Website],
    configs: Sequence[StoreConfig],
    lists: CodeList | None,
) -> Iterator[Finding]:
    """The findings about one connection's prices; none while its flow `prices` is off.

    `lists` are the company's price lists; None: they are not compared.
    """
    if "prices" not in enabled(connection.settings):
        return
    if lists is not None:
        yield from check_lists(connection, lists)
    yield from check_groups(connection)
    yield from check_list_currencies(connection, websites, configs)
    yield check_scope(connection, websites)
    yield from check_tier_prices(connection)


def check_tier_prices(connection: Connection) -> Iterator[Finding]:
    """A warning while the store does not support tier prices, with the day of the next try."""
    known = store_limits.no_tier_prices(connection.settings.store, connection.clock.now())
    if known is not None:
        again = known.at + store_limits.LEARNT_FOR
        text = (
            f"the store does not support tier prices, they are held: {known.said}; tried again after "
            f"{again:%Y-%m-%d}"
        )
        yield Finding("tier prices", "warn", text, "switch them on in Magento, or empty prices.groups")


def check_scope(connection: Connection, websites: Sequence[Website]) -> Finding:
    """Compare `prices.scope` with the store's price scope, and with other connections that write prices there."""
    settled = price_scope(connection, websites)
    wanted = connection.settings.prices.scope
    if isinstance(settled, Failure):
        refused = settled.code is Code.PRICE_SCOPE
        text, _, way_out = settled.text.partition(NOT_WRITTEN)
        return Finding("price scope", "fail" if refused else "warn", text, way_out or "run the check again")
    if settled != wanted:
        text = (
            f'the store\'s scope is global and prices.scope is "{wanted}": prices are written for all of '
            "its websites, which all belong to this connection"
        )
        return Finding(
            "price scope", "warn", text, 'set prices.scope = "global", or the scope Website in Magento'
        )
    if settled == "global" and connection.store.shop.price_scope() == "website":
        text = (
            "prices.scope is \"global\" but the store's scope is website: a price of a website's own hides "
            "Tidegate's price"
        )
        return Finding(
            "price scope", "warn", text, 'set prices.scope = "website", or the scope Global in Magento'
        )
    return Finding("price scope", "pass", f'"{wanted}", the same as in the store')


def named(connection: Connection) -> dict[str, str]:
    """List of the configuration -> its use: `group NAME`, `standard` or `special`."""
    prices = connection.settings.prices
    uses = {code: f"group {group}" for group, code in prices.groups.items()}
    uses |= {code: use for code, use in ((prices.standard, "standard"), (prices.special, "special")) if code}
    return uses


def check_lists(connection: Connection, lists: CodeList) -> Iterator[Finding]:
    """Whether the company has every list of the configuration, regardless of case."""
    known = {code.casefold() for code in lists.codes}
    uses = named(connection)
    missing = [f"{code} ({use})" for code, use in uses.items() if code.casefold() not in known]
    if missing:
        text = f"Sage has no list {', '.join(missing)}"
        yield Finding("price lists", "fail", text, f"it has {', '.join(sorted(lists.codes)) or 'none'}")
    elif uses:
        yield Finding("price lists", "pass", f"found: {', '.join(uses)}")


def check_groups(connection: Connection) -> Iterator[Finding]:
    """Whether the store has every group of `prices.groups`: it refuses tier prices of unknown groups."""
    wanted = connection.settings.prices.groups
    groups = connection.store.shop.customer_groups()
    if isinstance(groups, Failure):
        yield Finding(
            "customer groups", "warn", f"not read: {groups.text}", "give the integration the permission"
        )
        return
    known = {group.code.casefold() for group in groups}
    missing = [group for group in wanted if group.casefold() not in known]
    if missing:
        text = f"the store has no group {', '.join(missing)}"
        yield Finding("customer groups", "fail", text, "create it under Customers > Customer Groups")
    elif wanted:
        yield Finding("customer groups", "pass", f"found: {', '.join(wanted)}")


def check_list_currencies(
    connection: Connection, websites: Sequence[Website], configs: Sequence[StoreConfig]
) -> Iterator[Finding]:
    """Whether the lists are in the websites' base currency, as catalogue prices are.

    The currency of a list is known after the flow `prices` has read it.
    """
    ids = {website.id for website in websites if website.code in connection.settings.websites}
    base = {config.base_currency_code for config in configs if config.website_id in ids} - {""}
    read = {code.casefold(): each for code, each in book.lists(connection.name).items()}
    uses = named(connection)
    wrong = [
        f"{code} is in {each.currency}"
        for code in uses
        if (each := read.get(code.casefold())) is not None and each.currency and base - {each.currency}
    ]
    if wrong:
        text = f"{', '.join(wrong)}; the websites' base currency is {', '.join(sorted(base))}"
        yield Finding("list currencies", "fail", text, "name a list of that currency")
    elif read and uses:
        yield Finding("list currencies", "pass", ", ".join(sorted(base)))
