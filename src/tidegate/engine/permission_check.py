"""Which permissions the store must give, by the flows that are switched on: part of `tidegate check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tidegate.config import model
from tidegate.domain.fulfilment.order_status import CANCELLED_STATUS, HELD_STATUS
from tidegate.magento.permissions import try_permissions
from tidegate.magento.store import MagentoStoreClient
from tidegate.sage.port.findings import Finding

REMEDY = "grant it under System > Integrations, then authorise again"


def enabled(settings: model.ConnectionSettings) -> set[str]:
    """The flows of a connection that run."""
    return {name for name, flow in settings.flows.items() if flow.enabled}


def uses_of(settings: model.ConnectionSettings, store: model.Store) -> set[str]:
    """What a connection uses its store for: keys of `magento.permissions.NEEDS`."""
    uses = enabled(settings)
    if "inventory" in uses:
        uses.add("sources" if settings.stock.msi else "single stock")
        if settings.stock.msi and store.bulk != "sync":
            uses.add("bulk")
    if "order-status" in uses:
        written = set(settings.statuses.values())
        uses |= {
            use for use, status in (("hold", HELD_STATUS), ("cancel", CANCELLED_STATUS)) if status in written
        }
    return uses


def check_permissions(
    store: MagentoStoreClient, users: Iterable[model.ConnectionSettings]
) -> Iterator[Finding]:
    """One line for each permission that the store's connections need."""
    uses = set().union(*(uses_of(settings, store.config) for settings in users))
    for permission in try_permissions(store.client, uses):
        verdict = {True: "pass", False: "fail", None: "warn"}[permission.allowed]
        remedy = "" if permission.allowed else REMEDY
        yield Finding(f"permission {permission.resource}", verdict, permission.text, remedy)
