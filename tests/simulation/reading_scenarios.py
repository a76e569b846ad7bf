"""Mini-weeks in which one record of an answer cannot be read."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulation.fulfilment import FOUR, back
from simulation.scenarios import SAGE, inject
from simulation.script import START, Script, Scripted

NO_FIGURE = inject(
    SAGE,
    "unreadable",
    None,
    method="GET",
    path="warehouse_holdings$",
    options={"field": "quantity_in_stock", "figure": "null"},
)


def other_stock_was_written_at_once(week: Scripted) -> str:
    """While one figure cannot be read, the stock of the other products moves on."""
    began, ended = START + timedelta(minutes=60), START + timedelta(minutes=220)
    written = [
        write for write in week.world.observer.writes if began < datetime.fromisoformat(write.at) < ended
    ]
    return "" if written else "no stock was written while one figure could not be read"


def the_others_went(week: Scripted) -> str:
    """One order that meets an error of Tidegate delays no other."""
    sent = {row["key"] for row in week.world.sage.company.books()["orders"]}
    missing = [number for number in week.outside.placed if f"magento:main:{number}" not in sent]
    return f"orders that never went: {missing}" if missing else ""


NO_STOCK_FIGURE = Script(
    events=(
        (5, "place", FOUR),
        (61, "inject", NO_FIGURE),
        (75, "other-channel-sale", {"pick": 0.0, "pieces": 3}),
        (76, "stock-adjust", {"pick": 0.02, "place": 0.0, "change": 0.9}),
        (77, "stock-adjust", {"pick": 0.04, "place": 0.0, "change": 0.8}),
        (230, "mend", {"system": SAGE}),
    ),
    minutes=240,
    settings=back("inventory", full_every="1d"),
    checks={"one bad record delays no other": other_stock_was_written_at_once},
)
ODD_ORDER = Script(
    events=tuple((5 + place, "place", {"kind": "guest"}) for place in range(3)),
    checks={"one bad record delays no other": the_others_went},
)
