"""The simulated shop: everything it remembers, in plain Python, behind one lock."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento import document_books, order_books, recorded
from tidegate_sandbox.magento.access import Access, AdminUser, Integration
from tidegate_sandbox.magento.bulk import Bulk
from tidegate_sandbox.magento.catalogue import WIDGETS, Catalogue
from tidegate_sandbox.magento.customer_table import CustomerTable
from tidegate_sandbox.magento.document import DocumentTable
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.order_table import OrderTable
from tidegate_sandbox.magento.refusal import Refusal, internal, no_entity
from tidegate_sandbox.magento.stock import Stock
from tidegate_sandbox.magento.store_view import StoreView
from tidegate_sandbox.magento.websites import Websites

FACE_KINDS: Final = frozenset(
    {
        "poison_order",
        "late_commit",
        "page_cap",
        "ignore_sort",
        "count_lies",
        "token_revoked",
        "maintenance",
        "permission",
        "null_lists",
        "order_busy",
        "consumer_stopped",
        "bulk_lies",
        "prices_lost",
    }
)
"""The fault kinds that the shop itself carries out; ``tidegate_sandbox.magento`` describes them."""

HUB: Final = "hub"
_LATE: Final = 30


@dataclass(frozen=True)
class InputLimits:
    """The shop's "Web Api Input Limits": off by default, with these values once a merchant turns them on."""

    page_size: int = 300
    list_length: int = 20
    default_page_size: int = 20


class Sequence:
    """Ascending numbers; one may be said to be taken."""

    def __init__(self) -> None:
        self._next = 1

    def take(self) -> int:
        """The next number."""
        taken, self._next = self._next, self._next + 1
        return taken

    def skip(self, used: int) -> None:
        """Go on behind ``used``."""
        self._next = max(self._next, used + 1)


class MagentoStore:
    """The shop's state. Whatever reads or changes orders holds ``lock``; its own methods do so themselves.

    ``bearer`` and ``input_limits`` are settings of the shop (points 28 and 29). ``public_url`` is the scheme
    and host under which the shop believes to be reached; by default those of the request.
    ``colliding_increments`` lets all store views count the same order numbers (point 9). Without ``msi`` the
    shop has one stock number per SKU and no inventory routes; to be set before anything is sold. There are an
    integration ``hub`` with all permissions and an admin user ``admin``, password ``Sandbox-Admin-1``.
    ``version`` is Magento's: what differs between them is below (points 34 and 38). ``price_scope`` is
    ``global``, as in a new shop, or ``website``; ``widgets`` are how many the catalogue has of them.
    """

    def __init__(
        self,
        clock: SandboxClock,
        faults: FaultPlan,
        *,
        bearer: bool = False,
        input_limits: InputLimits | None = None,
        public_url: str | None = None,
        colliding_increments: bool = False,
        views: Iterable[StoreView] | None = None,
        msi: bool = True,
        version: str = "2.4.6",
        price_scope: str = "global",
        widgets: int = WIDGETS,
    ) -> None:
        self.version = version
        self.clock = clock
        self.faults = faults
        self.lock = threading.RLock()
        self.input_limits = input_limits
        self.public_url = public_url
        self.maintenance = False
        self.tier_prices = (
            True  #: without them their routes do not exist, as where the module is switched off
        )
        self.sales_shipping_display = 1
        self.views = {view.code: view for view in (views or recorded_views(colliding=colliding_increments))}
        self.websites = Websites()
        self.orders = OrderTable()
        self.shipments, self.invoices = DocumentTable("shipment"), DocumentTable("invoice")
        self.creditmemos = DocumentTable("creditmemo")
        self.mails: list[tuple[str, int]] = []
        self.customers = CustomerTable()
        self._widgets = widgets
        self.catalogue = Catalogue(widgets)
        self.catalogue.prices.scope = price_scope
        self.stock = Stock(self.website_of, self.websites, msi=msi, widgets=widgets)
        self.bulk = Bulk(clock, faults, self.lock)
        self.access = Access(clock, bearer)
        self.access.add(HUB)
        self.access.admins["admin"] = AdminUser("admin", "Sandbox-Admin-1")
        self.sequences = {
            name: Sequence() for name in ("order", "order_item", "address", "payment", "comment", "quote")
        }
        self._increments: dict[str, Sequence] = {}
        self._reports = itertools.count(1)
        self.requests = 0
        self.writes = 0

    @property
    def shows_shipping_with_tax(self) -> bool:
        """Whether ``tax/sales_display/shipping`` is 2 (including tax) or 3 (both), by point 35."""
        return self.sales_shipping_display in (2, 3)

    @property
    def msi(self) -> bool:
        """Whether the shop has sources and reservations; setting it gives the shop a new stock."""
        return self.stock.msi

    @msi.setter
    def msi(self, on: bool) -> None:
        self.stock = Stock(self.website_of, self.websites, msi=on, widgets=self._widgets)

    def website_of(self, store_id: Any) -> int | None:
        """The website of a store view by its id."""
        return next((view.website_id for view in self.views.values() if view.id == store_id), None)

    @property
    def normalises_paths(self) -> bool:
        """Whether a signature is checked over the path as Laminas normalises it (point 34)."""
        return (2, 4, 4) <= _numbers(self.version) < (2, 4, 8)

    @property
    def refuses_unknown_tiers(self) -> bool:
        """Whether one unknown SKU refuses a whole call of tier prices (point 38)."""
        return _numbers(self.version) >= (2, 4, 7)

    # Time and numbers

    def now(self) -> str:
        """The time as the database holds it: UTC, whole seconds (point 13)."""
        return self.clock.now().strftime("%Y-%m-%d %H:%M:%S")

    def next_increment(self, view: StoreView) -> str:
        """The next order number of a store view: a sequence of its own, distinguished only by the prefix."""
        return f"{view.prefix}{self._increment(view).take():09d}"

    def _increment(self, view: StoreView) -> Sequence:
        return self._increments.setdefault(view.code, Sequence())

    def collide_increments(self) -> None:
        """From now on all store views count the same order numbers (point 9)."""
        self.views = {code: replace(view, prefix="") for code, view in self.views.items()}

    def report(self) -> Refusal:
        """A 500 with a new report id."""
        return internal(f"{int(self.clock.now().timestamp()):08x}{next(self._reports) % 0x100000:05x}")

    def view(self, store_id: int) -> StoreView:
        """The store view with this id. KeyError if there is none."""
        return {view.id: view for view in self.views.values()}[store_id]

    def url_view(self, code: str) -> StoreView:
        """The store view that the store code of a URL stands for; ``all`` is the first."""
        return self.views[code] if code in self.views else next(iter(self.views.values()))

    # Keys

    @property
    def integrations(self) -> dict[str, Integration]:
        """The integrations by name; ``hub`` is there from the start."""
        return self.access.integrations

    def add_integration(self, name: str, resources: Iterable[str]) -> Integration:
        """A further integration, with these ACL resources only."""
        return self.access.add(name, frozenset(resources))

    def revoke_token(self, name: str = HUB) -> None:
        """Revoke the access token of an integration."""
        self.integrations[name].revoked = True

    def restore_token(self, name: str = HUB) -> None:
        """Make the access token of an integration valid again."""
        self.integrations[name].revoked = False

    # Orders

    def keep(self, order: Order) -> Order:
        """Take an order into the shop, past ``late_commit`` if that is armed."""
        with self.lock:
            fault = self.faults.take_kind("late_commit", entity_id=order.entity_id)
            if fault is not None:
                seconds = fault.options.get("seconds", _LATE)
                order.visible_from = self.clock.now() + timedelta(seconds=seconds)
            self._number(order)
            self.orders.add(order)
            self.stock.reserve(order)
            return order

    def load(self, document: dict[str, Any]) -> Order:
        """Take in an order as the REST API sent it: the parts of ``document`` become the shop's."""
        return self.keep(Order.from_document(document))

    def _number(self, order: Order) -> None:
        """Let the sequences go on behind what the order has used."""
        used = self.sequences
        used["order"].skip(order.entity_id)
        used["payment"].skip(order.payment["entity_id"])
        used["quote"].skip(order.row.get("quote_id", 0))
        for item in order.items:
            used["order_item"].skip(item["item_id"])
        for address in (order.billing, order.shipping):
            if address is not None:
                used["address"].skip(address["entity_id"])
        for comment in order.histories:
            used["comment"].skip(comment["entity_id"])
        view = {view.id: view for view in self.views.values()}.get(order.row["store_id"])
        number = str(order.row.get("increment_id", ""))
        if view is not None and (count := number.removeprefix(view.prefix)).isdecimal() and len(count) == 9:
            self._increment(view).skip(int(count))

    def order(self, entity_id: int) -> Order:
        """The order with this key. Refuses one that does not exist or is not committed yet."""
        found = self.orders.get(entity_id, self.clock.now())
        if found is None:
            raise no_entity()
        return found

    def wrote(self, order: Order) -> None:
        """Count a call that saved the order."""
        order.writes += 1
        self.writes += 1

    # What a scenario looks at and sets

    def set_maintenance(self, on: bool) -> None:
        """Switch maintenance mode: every call answers 503 with a page of HTML."""
        self.maintenance = on

    def configure(
        self,
        *,
        bearer: bool | None = None,
        limits: InputLimits | bool | None = None,
        msi: bool | None = None,
        version: str | None = None,
        price_scope: str | None = None,
        sales_shipping_display: int | None = None,
    ) -> None:
        """Change settings; None leaves one as it is. ``limits`` False turns the input limits off.

        ``sales_shipping_display`` is ``tax/sales_display/shipping``: 1 without tax, 2 with tax, 3 both.
        """
        if sales_shipping_display is not None:
            self.sales_shipping_display = sales_shipping_display
        if msi is not None:
            self.msi = msi
        if version is not None:
            self.version = version
        if price_scope is not None:
            self.catalogue.prices.scope = price_scope
        if bearer is not None:
            self.access.bearer = bearer
        if limits is not None:
            chosen = InputLimits() if limits is True else limits
            self.input_limits = chosen if isinstance(chosen, InputLimits) else None

    def books(self) -> dict[str, Any]:
        """Every order, committed or not, with its documents; products with their prices; customers and groups.

        And how often the shop was called and orders were written to.
        """
        with self.lock:
            return {
                "orders": self.order_books(),
                "stock": self.stock.books(),
                "products": self.catalogue.books(),
                "price_scope": self.catalogue.prices.scope,
                "customers": self.customers.books(),
                "groups": {str(row["id"]): row["code"] for row in self.customers.groups},
                "writes": self.writes,
                "requests": self.requests,
            }

    def order_books(self) -> list[dict[str, Any]]:
        """Of the books, the orders alone."""
        documents = (self.shipments, self.invoices, self.creditmemos)
        with self.lock:
            return [
                {
                    **order_books.account(order),
                    **document_books.account(order, documents, self.mails),
                    "awaited": self.stock.awaited(order.entity_id),
                }
                for order in self.orders.all()
            ]


def _numbers(version: str) -> tuple[int, ...]:
    """A version to compare by, without its patch level: ``2.4.7-p3`` is (2, 4, 7)."""
    return tuple(int(part) for part in version.partition("-")[0].split("."))


def recorded_views(*, colliding: bool = False) -> list[StoreView]:
    """The store views of the recorded shop: two on the website in dollars, two on the one in pounds."""
    shop = recorded.shop()
    names: dict[str, dict[int, str]] = {
        part: {entry["id"]: entry["name"] for entry in shop[part]} for part in ("websites", "storeGroups")
    }
    configs = {config["id"]: config for config in shop["storeConfigs"]}
    views = []
    for view in shop["storeViews"]:
        if view["id"] == 0:
            continue
        config = configs[view["id"]]
        lines = (
            names["websites"][view["website_id"]],
            names["storeGroups"][view["store_group_id"]],
            view["name"],
        )
        prefix = "" if colliding or view["id"] == 1 else str(view["id"])
        views.append(
            StoreView(
                view["id"],
                view["code"],
                view["website_id"],
                view["name"],
                "\n".join(lines),
                config["base_currency_code"],
                config["default_display_currency_code"],
                prefix,
            )
        )
    return views
