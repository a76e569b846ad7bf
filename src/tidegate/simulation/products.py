"""The simulated Sage products. Each has a file in `houses/`; nothing else here knows them by name."""

from __future__ import annotations

from collections.abc import Mapping

from tidegate.simulation.houses.business_cloud import BUSINESS_CLOUD
from tidegate.simulation.houses.house import House
from tidegate.simulation.houses.intacct import INTACCT
from tidegate.simulation.houses.sage50 import SAGE_50
from tidegate.simulation.houses.sage100 import SAGE_100
from tidegate.simulation.houses.sage100_readers import SAGE_100_BY_FEEDS, SAGE_100_BY_OBJECTS, SAGE_100_BY_SQL
from tidegate.simulation.houses.sage100_ways import SAGE_100_BY_IMPORT, SAGE_100_BY_WEB_SERVICES
from tidegate.simulation.houses.sage200 import SAGE_200
from tidegate.simulation.houses.sage300 import SAGE_300
from tidegate.simulation.houses.sage300_tables import SAGE_300_BY_EXPORTS, SAGE_300_BY_SQL
from tidegate.simulation.houses.sage300_ways import SAGE_300_BY_GATEWAY, SAGE_300_BY_IMPORT
from tidegate.simulation.houses.x3 import SAGE_X3

SIMULATED: Mapping[str, House] = {
    house.name: house for house in (SAGE_200, INTACCT, SAGE_50, SAGE_300, SAGE_100, SAGE_X3, BUSINESS_CLOUD)
}
"""By the value of the key `product`."""
USUAL = next(iter(SIMULATED.values()))
"""The one that is simulated where nobody names another."""
LIVED: Mapping[str, House] = {
    **SIMULATED,
    **{
        house.lived_as: house
        for house in (
            SAGE_300_BY_GATEWAY,
            SAGE_300_BY_IMPORT,
            SAGE_300_BY_SQL,
            SAGE_300_BY_EXPORTS,
            SAGE_100_BY_WEB_SERVICES,
            SAGE_100_BY_IMPORT,
            SAGE_100_BY_SQL,
            SAGE_100_BY_FEEDS,
            SAGE_100_BY_OBJECTS,
        )
    },
}
"""What weeks are lived with: every product, and other ways into one, which nothing but weeks takes."""
