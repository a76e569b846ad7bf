"""What some orders of a simulated week have besides goods, shipping and tax.

Drawn from a random stream of its own, so that everything else of a seed is the same with it and without.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from tidegate.simulation.event import Event
from tidegate_sandbox.magento.additions import Additions

#: How many orders of a hundred have one of these.
SHARE = 0.3
#: And how many have a product that the shop alone knows beside their goods.
BOXED = 0.2
LONG_STREET = tuple(
    f"{number}, The House with the Very Long Name, Row of Equally Long Houses" for number in range(6)
)
KINDS = {
    "option": Additions(option=("red", "For Ben, with love")),
    "bare-option": Additions(option=("-", "Ann")),
    "fixed-product-tax": Additions(fixed_product_tax=Decimal("1.37")),
    "gift-card": Additions(commerce={"gift_cards_amount": Decimal("3.05")}),
    "store-credit": Additions(commerce={"customer_balance_amount": Decimal("0.02")}),
    "gift-wrapping": Additions(commerce={"gw_price": Decimal("2.50")}),
    "fee-and-gift-card": Additions(
        commerce={"gift_cards_amount": Decimal(5)}, custom_fees=(("eco", "Eco fee", Decimal(5)),)
    ),
    "surcharge": Additions(fields={"surcharge_amount": Decimal("0.03")}),
    "long-street": Additions(street=LONG_STREET),
    "texts": Additions(pickup_location="LONDON-1", gift_message="Happy birthday", company="Acme"),
    "virtual": Additions(virtual="virtual"),
    "downloadable": Additions(virtual="downloadable"),
}


def with_additions(seed: int, events: Sequence[Event]) -> Iterator[Event]:
    """The same events; some orders have something more, or a box with their goods."""
    rng, boxed = random.Random(f"additions-{seed}"), random.Random(f"boxes-{seed}")
    for event in events:
        if event.what == "order" and boxed.random() < BOXED:
            event = replace(event, options={**event.options, "boxes": boxed.randrange(1, 4)})
        if event.what == "order" and rng.random() < SHARE:
            event = replace(event, options={**event.options, "more": rng.choice(list(KINDS))})
        yield event
