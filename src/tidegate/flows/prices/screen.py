"""Prices of products that the store does not have, or that have no price of their own, are not sent there.

Nor are tier prices to a store that has none.

The store would refuse them one by one: after a first load that can be most of what Sage sells.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.prices.prices import PriceKey
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.prices import tier_prices
from tidegate.flows.prices.writer import PriceWriter
from tidegate.flows.stock.inventory import COMPOSITES
from tidegate.ledger import mirror
from tidegate.ledger.database import transaction
from tidegate.magento.stock import StoreStock

FLOW = "prices"


def screen(cycle: Cycle, writer: PriceWriter) -> bool:
    """Hold what waits for such a product; false when the store did not say."""
    after = None
    while items := mirror.due(cycle.name, FLOW, cycle.now(), writer.chunk, after):
        after = items[-1]
        fresh = {item.id: PriceKey.read(item.key).sku for item in items if not item.sent}
        without = priceless(cycle, writer, set(fresh.values())) if fresh else set()
        if isinstance(without, Failure):
            cycle.call_failed(without, of_company=False)
            return False
        verdicts = [
            Verdict(
                number,
                "i",
                code=Code.UNKNOWN_SKU.value,
                text=f"the store has no product {sku}, or its type has no price of its own",
                waits_for=missing_thing("sku", sku),
            )
            for number, sku in fresh.items()
            if sku in without
        ]
        if writer.no_tiers:
            no = tier_prices.held(writer.no_tiers)
            ended = {verdict.delivery_id for verdict in verdicts}
            verdicts += [
                Verdict(item.id, "i", code=no.code.value, text=no.text, waits_for=tier_prices.NAME)
                for item in items
                if PriceKey.read(item.key).kind == "tier" and item.id not in ended
            ]
        with transaction("screen"):
            mirror.settle(cycle.lease, verdicts, cycle.now())
        cycle.count("held", len(verdicts))
    return True


def priceless(cycle: Cycle, writer: PriceWriter, skus: set[str]) -> set[str] | Failure:
    """Those that the store does not know, or knows as made of parts and without a price.

    A product of its own that has no price yet can be given one.
    """
    priced = writer.store.base(sorted(skus))
    if isinstance(priced, Failure):
        return priced
    there = {row.sku.casefold() for row in priced}
    bare = sorted(sku for sku in skus if sku.casefold() not in there)
    known = StoreStock(cycle.connection.store.client).known(bare) if bare else {}
    if isinstance(known, Failure):
        return known
    return {sku for sku in bare if sku not in known or known[sku].type_id in COMPOSITES}
