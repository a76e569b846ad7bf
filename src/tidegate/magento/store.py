"""One store, opened: everything that flows and the check need of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tidegate.clock import Clock
from tidegate.config.model import Store
from tidegate.magento.access import Randomness, access_for
from tidegate.magento.buyer import Buyers
from tidegate.magento.client import StoreClient
from tidegate.magento.credits import Credits
from tidegate.magento.invoices import Invoices
from tidegate.magento.notes import OrderNotes
from tidegate.magento.order_documents import OrderDocuments
from tidegate.magento.orders import OrderReader
from tidegate.magento.shipments import Shipments
from tidegate.magento.shop import Shop
from tidegate.transport import ClientFactory, Tally

MEGABYTE = 1024 * 1024
#: Seconds between two bytes, and connections, for questions on behalf of callers from outside.
VISIT, MOST_VISITS = 3.0, 2


@dataclass(frozen=True, slots=True)
class MagentoStoreClient:
    """The store's REST API by purpose. `config.page_size` is the wanted page size of list reads."""

    name: str
    config: Store
    client: StoreClient
    orders: OrderReader
    notes: OrderNotes
    documents: OrderDocuments
    shipments: Shipments
    invoices: Invoices
    credits: Credits
    shop: Shop
    visitors: StoreClient  #: for callers from outside: few connections of its own, short deadlines
    buyers: Buyers

    @property
    def calls(self) -> int:
        """Requests made so far: counted, not felt."""
        return self.client.calls

    def calls_in(self, tally: Tally) -> int:
        """Those of them that one piece of work has made."""
        return self.client.calls_in(tally)

    def close(self) -> None:
        """Give back the connections."""
        self.client.close()
        self.visitors.close()


def open_store(
    name: str,
    config: Store,
    secrets: Mapping[str, str],
    factory: ClientFactory,
    clock: Clock,
    randomness: Randomness,
    *,
    as_seen: str = "",
) -> MagentoStoreClient:
    """Make the store's client; no call is made yet.

    `secrets` holds the resolved values of the configuration's secret references by their keys
    (`consumer_key`, ..., `password`). `as_seen` is the shop's own address, where it differs from
    `url` behind a proxy: OAuth signatures are made over it. ValueError for a missing secret.
    """
    http = factory.client(
        config.url.rstrip("/"), timeout=config.timeout, max_bytes=config.max_answer_mb * MEGABYTE
    )
    access = access_for(config, secrets, clock=clock, randomness=randomness, as_seen=as_seen)
    client = StoreClient(http, access, clock)
    shop = Shop(client)
    documents = OrderDocuments(client)
    visiting = factory.client(
        config.url.rstrip("/"),
        timeout=min(config.timeout, VISIT),
        max_bytes=config.max_answer_mb * MEGABYTE,
        connections=MOST_VISITS,
    )
    visitors = StoreClient(visiting, access, clock)
    return MagentoStoreClient(
        name=name,
        config=config,
        client=client,
        orders=OrderReader(client, name, shop),
        notes=OrderNotes(client),
        documents=documents,
        shipments=Shipments(client, documents),
        invoices=Invoices(client, documents),
        credits=Credits(client, documents),
        shop=shop,
        visitors=visitors,
        buyers=Buyers(visitors),
    )
