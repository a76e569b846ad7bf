"""A simulated Magento 2.4.6 Open Source shop, as far as orders, stock, prices, products and customers go.

It follows ``contracts/magento``, a recorded shop, and not any client; *point n* in this package is point n of
*What bites* there. ``build`` gives the shop's state and its wire. Its own fault kinds:

====================  =====================================================================================
``poison_order``      every answer that would contain the order (``entity_id``; any, if left out) is a 500
``late_commit``       the next order placed is committed ``seconds`` (30) later: until then no call sees it, and
                      then it has the older ``updated_at``
``page_cap``          pages have ``size`` (20) rows at most, without a word
``ignore_sort``       sort orders are not followed
``count_lies``        ``total_count`` is larger by ``more`` (1) than what all pages have
``token_revoked``     401, as for a revoked token
``maintenance``       503 with a page of HTML (for as long as it is armed)
``permission``        401 for routes that ask for ``resource`` (any, if left out)
``null_lists``        an empty list is ``"items": null``
``order_busy``        shipping, invoicing or refunding an order (``entity_id``; any, if left out) answers 500, or
                      with ``status`` 400 that nothing is left; it was done, unless ``done`` is False (point 22)
``consumer_stopped``  accepted bulk operations stay open (4) for as long as it is armed
``bulk_lies``         the operation ``operation`` (0) of a bulk call is accepted, counted and never listed;
                      or, with ``lie`` ``unwritten``, reported done without having been carried out
``prices_lost``       a price call answers as ever and saves nothing
====================  =====================================================================================

A fault strikes once unless its ``times`` says otherwise: use ``times=None`` for a state that lasts.

Not recorded, and so assumed: the ACL resources other than those of reading orders and products; which OAuth
times are refused (more than ten minutes ahead); discounts on shipping, orders that cost nothing, several taxes in
one order; the columns of an order edited in the admin panel; what a save of an unknown line does.
Of stock: that a bundle shipped together looks at the stored sources of all its parts; what is salable of a
configurable or a bundle; the refusals of unknown sources, stocks and products; a source item without SKU; that a
shipment leaves the status of a source item alone; that what is refunded of a line shipped in part was
not shipped; that an order is reserved for though it is not committed yet.
Of shipments, invoices and credit memos: see ``shipment``, ``invoice``, ``creditmemo`` and ``order_item``; the
answers of unknown documents and foreign tracking numbers; that a new shipment, invoice or credit memo gives the
order the status of its state, whatever it had.
Of prices, products, customers and their groups and attributes: see ``prices``, ``price_calls``, ``tier_calls``,
``product_calls``, ``customer_calls``, ``group_calls`` and ``attribute_calls``.
Of bulk calls: the topics of services that were not recorded; the scope of a call without a store code (the default
store view's); that a failure with a report id may not be retried; the count of operations of an unknown bulk call.
"""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento.access import Integration
from tidegate_sandbox.magento.app import create_app
from tidegate_sandbox.magento.refusal import error_body
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.magento.store import FACE_KINDS, InputLimits, MagentoStore
from tidegate_sandbox.magento.store_view import StoreView
from tidegate_sandbox.wire import Wire

__all__ = [
    "FACE_KINDS",
    "InputLimits",
    "Integration",
    "MagentoStore",
    "Shopper",
    "StoreView",
    "build",
    "create_app",
]


def build(clock: SandboxClock, faults: FaultPlan, **settings: Any) -> tuple[MagentoStore, Wire]:
    """A shop and the wire to it. ``settings`` are those of ``MagentoStore``."""
    store = MagentoStore(clock, faults, **settings)
    app = create_app(store)
    wire = Wire(app, faults=faults, clock=clock, error_body=error_body, kinds=FACE_KINDS)
    wire.settles, wire.face_due = store.bulk.advance, store.bulk.next_due
    return store, wire
