"""Sage Business Cloud Accounting behind the port: one business of an account.

Source: contract (all); what was proven and against what: docs/sage/business-cloud.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.sage.business_cloud.check import Check
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.code_lists import code_lists
from tidegate.sage.business_cloud.desks import Desks
from tidegate.sage.business_cloud.pace import Pace
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.sign_in import server
from tidegate.sage.business_cloud.writing import WRITING
from tidegate.sage.oauth2 import OAuthSignIn, Registration
from tidegate.sage.port.company import About
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import Allowance, Budget, Measure, Usage
from tidegate.sage.seats import SeatPool, SeatPools
from tidegate.sage.vault import Vault
from tidegate.transport import ClientFactory, HttpClient, Tally

SIGN_IN_TIMEOUT = 30.0  #: seconds
SIGN_IN_BYTES = 1 << 20


class BusinessCloudCompany:
    """:class:`tidegate.sage.port.company.Company` for Sage Business Cloud Accounting."""

    doorbell = None  #: the product sends no call-backs

    def __init__(
        self,
        name: str,
        company: BusinessCloudSettings,
        *,
        api: HttpClient,
        sign_in_http: HttpClient,
        sign_in: OAuthSignIn,
        clock: Clock,
        seats: SeatPool,
    ) -> None:
        self._name = name
        self._company = company
        self._http = (api, sign_in_http)
        self.entrance = sign_in
        self.seats = seats
        pace = Pace(clock, company.calls_per_minute)
        self._client = BusinessCloudClient(api, sign_in, pace, company.business_id)
        self._desks = Desks(self._client, company, clock.now)

    @property
    def name(self) -> str:
        return self._name

    @property
    def about(self) -> About:
        return About(
            product=self._company.product,
            seats=self._company.seats,
            seat_pool=self.seats.name,
            orders=WRITING,
            invoice_due=self._company.invoice_due,
        )

    @property
    def calls(self) -> int:
        return self._client.calls + self.entrance.calls

    def calls_in(self, tally: Tally) -> int:
        return self._client.calls_in(tally) + self.entrance.calls_in(tally)

    def usage(self) -> Usage:
        sizes = sum(http.counter.bytes for http in self._http)
        return Usage(calls=self.calls, bytes=sizes, seat_seconds=self.seats.seconds)

    def budget(self) -> Budget:
        """Our part of what all applications of the business may use together (contract §5)."""
        company = self._company
        return (
            Allowance(Measure.CALLS, company.calls_per_minute, timedelta(minutes=1), shared=True),
            Allowance(Measure.CALLS, company.calls_per_day, timedelta(days=1), shared=True),
        )

    def stand_down(self, until: datetime) -> None:
        """Do nothing: no agent is between the hub and the API."""

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        """Wait for a turn: two calls at a time are enough for the budget. The API itself knows no sessions."""
        with self.seats.seat(wait=purpose is not Purpose.ENQUIRY) as refused:
            yield refused or self._desks.session()

    def lent(self) -> AbstractContextManager[None]:
        return self.seats.lent()

    def code_lists(self) -> list[CodeList] | Failure:
        return code_lists(self._client, self._desks.reference)

    def examine(self) -> list[Finding]:
        return Check(self._client, self._desks.reference, self.entrance, self._company).run()

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        """A page has 200 records everywhere."""
        return {}

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        """There is nothing to learn."""

    def forget_limits(self) -> None:
        """There is nothing to forget."""

    def forget(self) -> None:
        self._desks.forget()

    def close(self) -> None:
        for http in self._http:
            http.close()


def open_business_cloud(
    name: str,
    company: BusinessCloudSettings,
    *,
    secrets: Callable[[str], str],
    factory: ClientFactory,
    tokens: Vault,
    clock: Clock,
    seats: SeatPools,
) -> BusinessCloudCompany:
    """Open a company from its configuration; makes no call."""

    def secret(reference: str) -> str:
        return secrets(reference) if reference else ""

    api = factory.client(
        company.base_url,
        timeout=company.timeout,
        max_bytes=company.max_answer_mb << 20,
        connections=company.seats + 1,  # one beside the sessions for checks
        trust=company.trust,
    )
    sign_in_http = factory.client(
        company.token_url, timeout=SIGN_IN_TIMEOUT, max_bytes=SIGN_IN_BYTES, connections=2
    )
    registration = Registration(
        client_id=secret(company.client_id),
        client_secret=secret(company.client_secret),
        redirect_url=company.redirect_url,
    )
    sign_in = OAuthSignIn(name, sign_in_http, tokens, clock, registration, server(company.sign_in_url))
    return BusinessCloudCompany(
        name,
        company,
        api=api,
        sign_in_http=sign_in_http,
        sign_in=sign_in,
        clock=clock,
        seats=seats.pool((company.product, company.base_url, company.business_id), company.seats),
    )
