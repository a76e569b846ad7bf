"""Cross-checks of a whole configuration: what no single key can tell. Pure: reads nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from tidegate.config import (
    alert_rules,
    api_rules,
    company_rules,
    connection_rules,
    console_rules,
    price_rules,
    store_rules,
)
from tidegate.config.company import CompanySettings
from tidegate.config.model import Configuration
from tidegate.config.problem import Report, joined, suggestion

#: Names become part of the key that Sage stores (`magento:main:213`), for good.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")
#: Days. Refunds and late documents of an order still come in its first month.
LEAST_RETENTION = 30


def check(configuration: Configuration, report: Report) -> None:
    """Add every problem and warning to `report`."""
    for table in ("stores", "companies", "connections"):
        _check_names(table, getattr(configuration, table), report)
    for name, store in configuration.stores.items():
        store_rules.check(store, joined("stores", name), report)
    for name, company in configuration.companies.items():
        company_rules.check(company, joined("companies", name), report)
    for name, connection in configuration.connections.items():
        key = joined("connections", name)
        company_of = configuration.companies.get(connection.company)
        connection_rules.check(connection, company_of, key, report)
    api_rules.check(configuration, report)
    alert_rules.check_notify(configuration.notify, set(configuration.connections), report)
    store_rules.check_range(configuration.hub.threads, 1, 256, "hub.threads", report)
    store_rules.check_range(configuration.hub.disk_free_mb, 0, 1_000_000, "hub.disk_free_mb", report, "MB")
    console_rules.check(configuration, report)
    price_rules.check_shared(configuration, report)
    _check_ties(configuration, report)
    _check_twins(configuration, report)
    _check_websites(configuration, report)
    _check_references(configuration, report)
    _check_retention(configuration, report)


def _check_retention(configuration: Configuration, report: Report) -> None:
    retention = configuration.hub.retention
    for name, days in msgspec.structs.asdict(retention).items():
        if days != 0:
            store_rules.check_range(
                days, LEAST_RETENTION, 36_500, f"hub.retention.{name}", report, "days, or 0"
            )


def _check_names(table: str, entries: Iterable[str], report: Report) -> None:
    names = list(entries)
    if not names:
        report.problem(table, "none", f"add a table [{table}.NAME]")
    for name in names:
        check_name(joined(table, name), name, report)


def check_name(key: str, name: str, report: Report) -> None:
    """A name of a store, company or connection."""
    if not _NAME.fullmatch(name):
        remedy = "use small letters, digits, - and _, at most 30 characters"
        report.problem(key, f'the name "{name}"', remedy)


def _check_ties(configuration: Configuration, report: Report) -> None:
    used: dict[str, set[str]] = {"stores": set(), "companies": set()}
    for name, connection in configuration.connections.items():
        for key, table, wanted in (
            ("store", "stores", connection.store),
            ("company", "companies", connection.company),
        ):
            known = getattr(configuration, table)
            used[table].add(wanted)
            if wanted not in known:
                path = joined("connections", name, key)
                report.problem(path, f'"{wanted}" is not in [{table}]', suggestion(wanted, known))
    for table, names in used.items():
        for name in getattr(configuration, table):
            if name not in names:
                report.warning(
                    joined(table, name), "no connection uses it", "remove it, or name it in a connection"
                )


def _check_twins(configuration: Configuration, report: Report) -> None:
    """One system under two names would have two sets of keys, seats and leases."""
    _each_once(
        ((name, store.url.rstrip("/").lower()) for name, store in configuration.stores.items() if store.url),
        lambda first, second: report.problem(
            joined("stores", second),
            f'the same Magento store as "{first}"',
            "describe it once: its orders would be sent once under each name, that is twice",
        ),
    )
    _each_once(
        ((name, _identity(company)) for name, company in configuration.companies.items() if company.identity),
        lambda first, second: report.problem(
            joined("companies", second),
            f'the same Sage company as "{first}"',
            (
                "describe it once and name it in both connections: seats and opening hours are counted per "
                "company"
            ),
        ),
    )


def _identity(company: CompanySettings) -> str:
    return f"{company.product} {company.identity}".lower()


def _each_once(entries: Iterable[tuple[str, str]], twin: Callable[[str, str], None]) -> None:
    seen: dict[str, str] = {}
    for name, value in entries:
        if value in seen:
            twin(seen[value], name)
        else:
            seen[value] = name


def _check_websites(configuration: Configuration, report: Report) -> None:
    taken: dict[tuple[str, str], str] = {}
    for name, connection in configuration.connections.items():
        for website in connection.websites:
            owner = taken.setdefault((connection.store, website), name)
            if owner != name:
                found = (
                    f'website "{website}" of store "{connection.store}" is already in connection "{owner}"'
                )
                remedy = (
                    "a website can belong to one connection only, otherwise its orders would be sent twice"
                )
                report.problem(joined("connections", name, "websites"), found, remedy)


def _check_references(configuration: Configuration, report: Report) -> None:
    """Two stores count their orders alike; people who read Sage's list must tell them apart."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for name, connection in configuration.connections.items():
        place = (connection.company, connection.reference_prefix)
        owner, store = first.setdefault(place, (name, connection.store))
        if store != connection.store:
            found = f'orders of two stores reach company "{connection.company}" without different prefixes'
            remedy = (
                f'give this connection or "{owner}" a prefix: both stores use the numbers 000000001, '
                "000000002, ..."
            )
            report.warning(joined("connections", name, "reference_prefix"), found, remedy)
