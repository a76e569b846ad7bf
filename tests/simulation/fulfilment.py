"""Mini-weeks of the flows from Sage to Magento: each holds what one kind of bug would spoil."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulation.scenarios import MAGENTO, SAGE, inject
from simulation.script import Script, Scripted
from tidegate_sandbox.magento.additions import Additions

FOUR = {"kind": "guest", "lines": (("HUB-0001", 4), ("HUB-0002", 2)), "method": "checkmo"}
WHOLE = {"pick": 0.0, "share": 0.9, "elsewhere": 0.0, "tracked": 0.9}
PART = {**WHOLE, "share": 0.4}
SHIP = {"method": "POST", "path": "/ship$"}
INVOICE = {"method": "POST", "path": "order/[0-9]+/invoice$"}
RETAILER = 3  #: a customer group without a price list
REFUND = {"method": "POST", "path": "/refund$"}


def back(*flows: str, **more: Any) -> dict[str, Any]:
    """Settings in which these flows run every hour."""
    return {"back": dict.fromkeys(flows, "1h"), "approval": "provisional", **more}


SHIPPED = Script(
    events=(
        (5, "place", FOUR),
        (70, "despatch", PART),
        (71, "inject", inject(MAGENTO, "drop_after", **SHIP)),
    ),
    settings=back("shipments"),
)
TRACKED = Script(
    events=(
        (5, "place", FOUR),
        (70, "despatch", WHOLE),
        (140, "track", {"pick": 0.0}),
        (141, "inject", inject(MAGENTO, "drop_after", method="POST", path="shipment/track")),
    ),
    minutes=240,
    settings=back("shipments"),
)
INVOICED = Script(
    events=(
        (5, "place", FOUR),
        (70, "despatch", PART),
        (71, "invoice-run", {"together": 0.0}),
        (72, "inject", inject(MAGENTO, "status", 1, **SHIP, options={"status": 503})),
        (73, "inject", inject(MAGENTO, "drop_after", **INVOICE)),
    ),
    minutes=300,
    settings=back("shipments", "invoices"),
)
PAID_IN_PART = Script(
    events=(
        (5, "place", {**FOUR, "method": "purchaseorder"}),
        (70, "despatch", WHOLE),
        (71, "invoice-run", {"together": 0.0}),
        (130, "payment", {"pick": 0.0, "share": 0.8}),
    ),
    minutes=240,
    settings=back("shipments", "invoices", "payments"),
)
PREPAID = Script(
    events=(
        (5, "place", FOUR),
        (6, "inject", inject(SAGE, "drop_after", method="POST", path="sales_receipts$")),
    ),
    settings=back("payments"),
)
REPENTED = Script(
    events=((5, "place", FOUR), (70, "buyer-repents", {})),
    minutes=250,
    settings={**back("payments"), "back": {"payments": "3h"}},
)
CREDITED = Script(
    events=(
        (5, "place", FOUR),
        (70, "despatch", WHOLE),
        (71, "invoice-run", {"together": 0.0}),
        (190, "credit", {"pick": 0.0, "share": 0.9, "returned": 0.1}),
        (191, "inject", inject(MAGENTO, "drop_after", **REFUND)),
    ),
    minutes=300,
    settings=back("shipments", "invoices", "credits"),
)
STOCKED = Script(
    events=(
        (5, "place", FOUR),
        (70, "despatch", PART),
        (75, "other-channel-sale", {"pick": 0.0, "pieces": 3}),
        (76, "stock-adjust", {"pick": 0.02, "place": 0.0, "change": 0.9}),
    ),
    settings=back("shipments", "inventory"),
)
VANISHED = Script(
    events=(
        (1, "stock-adjust", {"pick": 0.0, "place": 0.0, "change": 0.9}),
        (5, "place", FOUR),
        (65, "despatch", WHOLE),  # and nobody reads despatches before the stock is read again
        (66, "invoice-run", {"together": 0.0}),
    ),
    minutes=300,
    settings={**back("shipments", "inventory"), "back": {"shipments": "4h", "inventory": "55m"}},
)
ELSEWHERE = Script(
    events=(
        (1, "stock-adjust", {"pick": 0.0, "place": 0.9, "change": 0.0}),
        (2, "stock-adjust", {"pick": 0.0, "place": 0.9, "change": 0.125}),  # 6 pieces are left in London
        (5, "place", FOUR),
        (
            70,
            "despatch",
            {**WHOLE, "elsewhere": 0.95},
        ),  # and the stock is read before it is shipped in the shop
    ),
    minutes=300,
    settings={**back("shipments", "inventory"), "back": {"shipments": "4h", "inventory": "55m"}},
)
REFUNDED = Script(
    events=(
        (5, "place", {**FOUR, "method": "purchaseorder"}),
        (70, "refund", {"pick": 0.0, "share": 0.4, "returned": 0.1}),  # by the shop, before anything left
    ),
    minutes=240,
    settings=back("shipments", "inventory"),
)
VIRTUAL = Script(
    events=(
        (5, "place", {**FOUR, "shipping": Decimal(0), "additions": Additions(virtual="virtual")}),
        (70, "despatch", WHOLE),
        (71, "invoice-run", {"together": 0.0}),  # which the shop is not told
    ),
    minutes=240,
    settings=back("shipments", "inventory"),
)
PRICED = Script(
    events=(
        (70, "price", {"pick": 0.0, "which": 0.0, "change": 0.9}),
        (71, "price", {"pick": 0.02, "which": 0.9, "change": 0.1}),
        (72, "inject", inject(MAGENTO, "refuse", 1, method="POST", path="base-prices$")),
    ),
    settings=back("prices", full_every="1d"),  # else the full compare would put right what was lost
)
RETURNED = Script(
    events=(
        (5, "place", FOUR),
        (70, "despatch", WHOLE),
        (71, "invoice-run", {"together": 0.0}),
        (190, "credit", {"pick": 0.0, "share": 0.9, "returned": 0.1}),
        (191, "inject", inject(MAGENTO, "status", 1, **REFUND, options={"status": 503})),  # stock goes first
    ),
    minutes=300,
    settings=back("shipments", "inventory", "invoices", "credits", full_every="1d"),
)
SCARCE = Script(
    events=(
        (1, "stock-adjust", {"pick": 0.0, "place": 0.9, "change": 0.0}),
        (2, "stock-adjust", {"pick": 0.0, "place": 0.9, "change": 0.125}),  # 6 pieces are left in London
        (5, "place", FOUR),
        (70, "despatch", {**WHOLE, "elsewhere": 0.95}),
        (71, "inject", inject(MAGENTO, "status", 1, **SHIP, options={"status": 503})),
    ),
    settings=back("shipments", "inventory"),
)


def own_tier(scripted: Scripted) -> str:
    """The merchant's own tier price stands as it was typed."""
    tiers = scripted.world.shop.books()["products"]["HUB-0001"]["tiers"]
    return "" if any(tier["group_id"] == RETAILER for tier in tiers) else f"it is gone: {tiers}"


OWN_TIER = Script(
    events=(
        (5, "tier-by-hand", {"group_id": RETAILER}),
        (70, "price", {"pick": 0.0, "which": 0.9, "change": 0.1}),
    ),
    settings=back("prices"),
    checks={"promotions are not touched": own_tier},
)
