"""Whether lists, customer groups and currencies fit before prices are written: part of `tidegate check`."""

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
    """All findings about one connection's prices."""
    if "prices" not in enabled(connection.settings):
        return
    if lists is not None:
        yield from check_lists(connection, lists)
    yield from check_groups(connection)
    yield from check_list_currencies(connection, websites, configs)
    yield check_scope(connection, websites)
    yield from check_tier_prices(connection)


def check_tier_prices(connection: Connection) -> Iterator[Finding]:
    """Whether the store has said that it has no tier prices, and when it is asked again."""
    known = store_limits.no_tier_prices(connection.settings.store, connection.clock.now())
    if known is not None:
        again = known.at + store_limits.LEARNT_FOR
        text = (
            f"the store does not support tier prices, they are held: {known.said}; tried again after "
            f"{again:%Y-%m-%d}"
        )
        yield Finding("tier prices", "warn", text, "switch them on in Magento, or empty prices.groups")


def check_scope(connection: Connection, websites: Sequence[Website]) -> Finding:
    """The attribute's scope against the configuration, and against who else writes prices to the store."""
    settled = price_scope(connection, websites)
    wanted = connection.settings.prices.scope
    if isinstance(settled, Failure):
        refused = settled.code is Code.PRICE_SCOPE
        text, _, way_out = settled.text.partition(NOT_WRITTEN)
        return Finding("price scope", "fail" if refused else "warn", text, way_out or "run it again")
    if settled != wanted:
        text = (
            f'the store\'s scope is global and prices.scope is "{wanted}": prices are written for all of '
            "its websites, which all belong to this connection"
        )
        return Finding("price scope", "warn", text, 'set prices.scope = "global", or Website in Magento')
    if settled == "global" and connection.store.shop.price_scope() == "website":
        text = (
            "prices.scope is \"global\" but the store's scope is website: a price of a website's own hides "
            "Tidegate's price"
        )
        return Finding("price scope", "warn", text, 'set prices.scope = "website", or Global in Magento')
    return Finding("price scope", "pass", f'"{wanted}", the same as in the store')


def named(connection: Connection) -> dict[str, str]:
    """List -> what it is for."""
    prices = connection.settings.prices
    uses = {code: f"group {group}" for group, code in prices.groups.items()}
    uses |= {code: use for code, use in ((prices.standard, "standard"), (prices.special, "special")) if code}
    return uses


def check_lists(connection: Connection, lists: CodeList) -> Iterator[Finding]:
    """Every list that is named is the company's."""
    known = {code.casefold() for code in lists.codes}
    uses = named(connection)
    missing = [f"{code} ({use})" for code, use in uses.items() if code.casefold() not in known]
    if missing:
        text = f"Sage has no list {', '.join(missing)}"
        yield Finding("price lists", "fail", text, f"it has {', '.join(sorted(lists.codes)) or 'none'}")
    elif uses:
        yield Finding("price lists", "pass", f"found: {', '.join(uses)}")


def check_groups(connection: Connection) -> Iterator[Finding]:
    """Tier prices name groups by their code; the store refuses those of a group that is not there."""
    wanted = connection.settings.prices.groups
    there = connection.store.shop.customer_groups()
    if isinstance(there, Failure):
        yield Finding(
            "customer groups", "warn", f"not read: {there.text}", "give the integration the permission"
        )
        return
    known = {group.code.casefold() for group in there}
    missing = [group for group in wanted if group.casefold() not in known]
    if missing:
        text = f"the store has no group {', '.join(missing)}"
        yield Finding("customer groups", "fail", text, "create it under Customers > Customer Groups")
    elif wanted:
        yield Finding("customer groups", "pass", f"found: {', '.join(wanted)}")


def check_list_currencies(
    connection: Connection, websites: Sequence[Website], configs: Sequence[StoreConfig]
) -> Iterator[Finding]:
    """Catalogue prices are in the website's base currency; the lists' are known once the flow has read them."""
    ids = {website.id for website in websites if website.code in connection.settings.websites}
    base = {config.base_currency_code for config in configs if config.website_id in ids} - {""}
    kept = {code.casefold(): each for code, each in book.lists(connection.name).items()}
    uses = named(connection)
    wrong = [
        f"{code} is in {each.currency}"
        for code in uses
        if (each := kept.get(code.casefold())) is not None and each.currency and base - {each.currency}
    ]
    if wrong:
        text = f"{', '.join(wrong)}; the websites' base currency is {', '.join(sorted(base))}"
        yield Finding("list currencies", "fail", text, "name a list of that currency")
    elif kept and uses:
        yield Finding("list currencies", "pass", ", ".join(sorted(base)))
