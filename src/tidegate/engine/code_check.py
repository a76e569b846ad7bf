"""Codes of the company that shipments, receipts and statuses name: part of `tidegate check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tidegate.engine.mapping_check import bank_of
from tidegate.engine.permission_check import enabled
from tidegate.flows.connection import Connection
from tidegate.flows.masters import products
from tidegate.flows.skus import store_skus
from tidegate.ledger import snapshot
from tidegate.sage.port.findings import CodeList, Finding


def check_codes(connection: Connection, lists: Mapping[str, CodeList]) -> Iterator[Finding]:
    """All findings; `lists` are the company's by kind, empty when it could not be read."""
    running = enabled(connection.settings)
    if "shipments" in running and "courier" in lists:
        yield from check_couriers(connection, lists["courier"])
    if "payments" in running and "bank" in lists:
        yield from check_clearing(connection, lists["bank"])
    if "order-status" in running and connection.settings.statuses:
        text = (
            f"{', '.join(sorted(set(connection.settings.statuses.values())))}: Magento offers no list to "
            "check them against"
        )
        yield Finding(
            "statuses", "warn", text, "check that each is under Stores > Order Status, with its state"
        )
    if "products" in running:
        yield check_skus(connection)
        yield from check_hidden(
            connection.settings.skus, snapshot.read(connection.name, products.SHOP)["key"]
        )


def check_couriers(connection: Connection, couriers: CodeList) -> Iterator[Finding]:
    """A courier without a carrier is shown in Magento as `custom`, without a link to follow the parcel."""
    mapped = connection.settings.fulfilment.carriers
    place = f"[connections.{connection.name}.fulfilment] carriers"
    unknown = sorted(mapped.keys() - couriers.codes.keys())
    if unknown:
        text = f"Sage has no courier {', '.join(unknown)}"
        yield Finding("couriers", "warn", text, f"it has {', '.join(sorted(couriers.codes)) or 'none'}")
    missing = sorted(couriers.codes.keys() - mapped.keys())
    if missing:
        text = f"not mapped, so their parcels have no carrier in Magento: {', '.join(missing)}"
        yield Finding("couriers", "warn", text, f"add them to {place}")
    elif not unknown:
        yield Finding("couriers", "pass", f"all {len(mapped)} are mapped")


def check_clearing(connection: Connection, banks: CodeList) -> Iterator[Finding]:
    """Receipts of prepaid methods are posted to a bank of the company."""
    prepaid = {method: each.account for method, each in connection.settings.payments.items() if each.prepaid}
    missing = sorted({account for account in prepaid.values() if bank_of(account, banks) is None})
    if missing:
        text = (
            f"no bank has the code, name or nominal code {', '.join(missing)}, or more than one has: "
            "receipts of prepaid orders would be held"
        )
        yield Finding(
            "clearing accounts", "warn", text, f"Sage's banks are {', '.join(sorted(banks.codes)) or 'none'}"
        )
    elif prepaid:
        yield Finding("clearing accounts", "pass", f"found: {', '.join(sorted(set(prepaid.values())))}")


def check_hidden(skus: Mapping[str, str], shop: Iterable[str]) -> Iterator[Finding]:
    """A mapping `"A" = "B"` takes Sage's product B for A: a product of the shop's own that is called B gets nothing."""
    there = {sku.casefold() for sku in shop}
    own = {sku.casefold() for sku in skus}
    hidden = [f'"{sku}" = "{code}"' for sku, code in skus.items() if code.casefold() in there - own]
    if hidden:
        text = (
            f"the store also has products whose SKU is one of these Sage codes: {', '.join(sorted(hidden))}"
        )
        yield Finding(
            "skus",
            "warn",
            text,
            ("Sage's stock and prices go to the mapped SKU only; add these SKUs to skus, too"),
        )


def check_skus(connection: Connection) -> Finding:
    """How many products only one side knows, as the flow read them last."""
    shop = set(snapshot.read(connection.name, products.SHOP)["key"])
    codes = list(snapshot.read(connection.name, products.COMPANY)["key"])
    if not shop or not codes:
        return Finding("products", "pass", "not compared until the flow has read both sides")
    names = store_skus(connection.settings.skus)
    known = {name.casefold() for code in codes for name in names(code)}
    there = {sku.casefold() for sku in shop}
    text = f"{len(known & there)} on both sides, {len(known - there)} only in Sage, {len(there - known)} only in the store"
    verdict = "pass" if known & there else "warn"
    return Finding("products", verdict, text, "" if known & there else "map them in [connections.NAME.skus]")
