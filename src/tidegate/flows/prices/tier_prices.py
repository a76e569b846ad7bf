"""A store that answers 404 for tier prices, as one whose module is switched off does: base and special prices are still written.

That is remembered for a while and then found out again, as other limits are (`flows/store_limits.py`).
"""

from __future__ import annotations

from datetime import datetime

from tidegate.domain.errors import Code, Failure
from tidegate.flows import store_limits
from tidegate.flows.connection import Connection
from tidegate.ledger.database import transaction

#: What held tier prices wait for.
NAME = "endpoint:tier-prices"


def held(said: str) -> Failure:
    """Why a tier price is not sent; `said` is the store's answer."""
    text = f"the store does not support tier prices: {said}. Tidegate asks again in a few days"
    return Failure(Code.UNKNOWN_REFERENCE, text, missing=NAME, sent=False)


def switched_off(connection: Connection) -> str:
    """What the store said when it refused tier prices, as long as that holds; "" = it is to be asked."""
    known = store_limits.no_tier_prices(connection.settings.store, connection.clock.now())
    return known.said if known is not None else ""


def keep(connection: Connection, said: str, now: datetime) -> None:
    """Keep what this cycle has found out. A refusal that was known already keeps its date."""
    if said != switched_off(connection):
        with transaction("tier prices"):
            store_limits.keep_no_tier_prices(connection.settings.store, said, now)
