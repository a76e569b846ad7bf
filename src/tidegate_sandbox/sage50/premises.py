"""The Sage 50 installations behind a platform."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.sage50.desktop import Desktop
from tidegate_sandbox.sage50.installation import Installation
from tidegate_sandbox.sage50.order_book import OrderBook
from tidegate_sandbox.sage50.platform import Platform
from tidegate_sandbox.sage50.power import Power, WorkingHours


class Premises:
    """Desktops of any number of customers, each with its own company, by their ids."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.desktops: dict[str, Desktop] = {}

    def install(
        self, company: Company, *, id: str | None = None, hours: WorkingHours | None = None, **schedule: Any
    ) -> Installation:
        """A Sage 50 for a company; ``schedule`` are the minutes of :class:`Installation`.

        ValueError for an id that is taken.
        """
        platform = self.platform
        id = id or platform.tokens.number("ins-")
        if id in platform.installations:
            raise ValueError(f"there is an installation {id} already")
        book, power = OrderBook(company, platform.options), Power(platform.clock.now(), hours)
        installation = Installation(id, company, book, power, **schedule)
        desktop = Desktop(platform, installation)
        platform.installations[id] = installation
        platform.sources.append(desktop.next_due)
        self.desktops[id] = desktop
        return installation
