"""One server: its companies with their resources, and its users (contract §18)."""

from __future__ import annotations

from collections.abc import Mapping

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.sage300.ar_batches import Batches
from tidegate_sandbox.sage300.ar_customers import Customers
from tidegate_sandbox.sage300.ar_documents import Ledgers
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.gl_batches import JournalBatches
from tidegate_sandbox.sage300.ic_items import Inventory
from tidegate_sandbox.sage300.oe_documents import Documents
from tidegate_sandbox.sage300.oe_orders import Orders
from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.resource import Resource
from tidegate_sandbox.sage300.setup_tables import tables


class Site:
    """All companies of a server."""

    def __init__(
        self,
        clock: SandboxClock,
        companies: Mapping[str, Company],
        users: Mapping[str, str],
        options: Options,
        authorities: Mapping[str, str],
    ) -> None:
        self.users = dict(users)
        self.databases = {
            id: Database(clock, id, company, options, authorities[id]) for id, company in companies.items()
        }
        self.batches: dict[str, Batches] = {}
        self.inventories: dict[str, Inventory] = {}
        self.ledgers: dict[str, Ledgers] = {}
        self.resources = {id: self._resources(database) for id, database in self.databases.items()}

    def _resources(self, database: Database) -> dict[str, Resource]:
        documents, inventory, ledgers = Documents(database), Inventory(database), Ledgers(database)
        batches = Batches(database, ledgers)
        self.batches[database.id], self.inventories[database.id] = batches, inventory
        self.ledgers[database.id] = ledgers
        listed = [
            Orders(database).resource(),
            documents.shipments(),
            documents.invoices(),
            documents.credits(),
            Customers(database).resource(),
            ledgers.documents(),
            ledgers.receipts(),
            ledgers.postings(),
            ledgers.balances(),
            JournalBatches(database, ledgers).resource(),
            batches.resource(),
            inventory.items(),
            inventory.locations("ICItemLocations"),
            inventory.locations("ICLocationDetails"),
            inventory.pricing(),
            inventory.price_lists(),
            *tables(database),
        ]
        return {one.name: one for one in listed}
