"""Whether the company is still the one of set-up: a test company restored over it must receive no orders (contract §18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tidegate.domain.errors import Code, Failure
from tidegate.sage.daily_check import DailyCheck, another_company, unless_hidden
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.rows import text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.wire_names import COMPANY_ID, COMPANY_NAME, HOME_CURRENCY


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the company says it is."""

    id: str
    name: str
    currency: str


class Identity:
    """Compares the company's profile with the configuration, once a day and process."""

    def __init__(self, client: Sage300Client, company: Sage300Settings, today: Callable[[], date]) -> None:
        self._client = client
        self._company = company
        self._daily = DailyCheck(self._check, today)

    def read(self) -> Profile | Failure:
        """The profile."""
        rows = self._client.read("CSCompanyProfile")
        if isinstance(rows, Failure):
            return rows
        if len(rows) != 1:
            return Failure(Code.SERVER_TROUBLE, f"Sage has {len(rows)} company profiles", sent=False)
        row = rows[0]
        return Profile(text_of(row, COMPANY_ID), text_of(row, COMPANY_NAME), text_of(row, HOME_CURRENCY))

    def differs(self, found: Profile) -> Failure | None:
        """WRONG_COMPANY where it is another one."""
        company = self._company
        wanted = (
            ("id", company.company_id.upper(), found.id.upper()),
            ("name", company.company_name, found.name if company.company_name else ""),
            ("home currency", company.currency, found.currency),
        )
        return another_company(wanted, "a restored test company")

    def today(self) -> Failure | None:
        """Why the company may not be worked with today; asked once a day and process."""
        return self._daily.failure()

    def _check(self) -> Failure | None:
        found = self.read()
        return unless_hidden(found) if isinstance(found, Failure) else self.differs(found)
