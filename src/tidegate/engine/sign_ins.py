"""Sign-ins that end unless they are used: kept alive where no flow uses them, as while a connection is halted.

They are looked at once an hour. A failure is no failure of a flow: the next hour tries again, and the warning of an end
that comes near is an alert like that of any other sign-in.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from tidegate.engine.hub import Hub
from tidegate.sage.port.entrance import EndsUnused

log = structlog.get_logger()

LOOK = timedelta(hours=1)


def keep_alive(hub: Hub) -> None:
    """Use every company's sign-in that nothing has used for a day."""
    now = hub.clock.now()
    for name, company in hub.companies.items():
        entrance: object = company.entrance
        place = f"sign-in:{name}"
        looked = hub.watched.get(place)
        if not isinstance(entrance, EndsUnused) or (looked is not None and now - looked < LOOK):
            continue
        hub.watched[place] = now
        failure = entrance.keep_alive()
        if failure is not None:
            log.warning("sign-in", company=name, problem=failure.text)
