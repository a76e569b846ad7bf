"""Whether the folder is still the one of set-up: a copy of another folder must receive no orders (contract §17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tidegate.domain.errors import Code, Failure
from tidegate.sage.daily_check import DailyCheck, another_company, unless_hidden
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.queries import equals
from tidegate.sage.x3.rows import text_of
from tidegate.sage.x3.settings import X3Settings

#: Nothing is called so: whether the question is answered is what counts.
_NO_PRODUCT = "-"


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the company of our sales site says it is."""

    site: str
    company: str
    name: str
    currency: str


class Identity:
    """Compares site and company with the configuration, once a day and process."""

    def __init__(self, client: X3Client, company: X3Settings, today: Callable[[], date]) -> None:
        self._client = client
        self._company = company
        self._daily = DailyCheck(self._check, today)

    def read(self) -> Profile | Failure:
        """The sales site and its company."""
        wanted = self._company.sales_site
        sites = self._client.read("FACILITY", (equals("FCY", wanted),))
        if isinstance(sites, Failure):
            return sites
        if len(sites) != 1:
            # A user without rights to a site sees nothing of it: an empty list is no proof of anything else.
            text = f"X3 does not show the site {wanted!r}: does the user have the rights to it?"
            return Failure(Code.WRONG_COMPANY, text, sent=False)
        code = text_of(sites[0], "LEGCPY")
        rows = self._client.read("COMPANY", (equals("CPY", code),))
        if isinstance(rows, Failure):
            return rows
        row = rows[0] if rows else {}
        return Profile(wanted, code, text_of(row, "CPYNAM"), text_of(row, "ACCCUR"))

    def differs(self, found: Profile) -> Failure | None:
        """WRONG_COMPANY where it is another one."""
        company = self._company
        wanted = (
            ("code", company.company_code, found.company if company.company_code else ""),
            ("name", company.company_name, found.name if company.company_name else ""),
        )
        return another_company(wanted, "a copied folder")

    def today(self) -> Failure | None:
        """Why the company may not be worked with today; asked once a day and process."""
        return self._daily.failure()

    def _check(self) -> Failure | None:
        found = self.read()
        if not isinstance(found, Failure):
            return self.differs(found)
        return unless_hidden(found) or self._is_refused()

    def _is_refused(self) -> Failure | None:
        """The failure of another read: whoever may read nothing at all has no sign-in, and nothing else is tried."""
        rows = self._client.read("ITMMASTER", (equals("ITMREF", _NO_PRODUCT),))
        return rows if isinstance(rows, Failure) else None
