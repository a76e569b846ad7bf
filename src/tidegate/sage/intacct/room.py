"""Sage Intacct behind the port: one company, or one entity of it, through the XML gateway.

Source: the whole contract. What was tested, and against what, is in docs/sage/intacct.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta

from tidegate.clock import Clock
from tidegate.domain.calendar import zone
from tidegate.domain.errors import Failure
from tidegate.redaction import remember_secret
from tidegate.sage.intacct.check import Check
from tidegate.sage.intacct.client import SMALLEST_PAGE, IntacctClient
from tidegate.sage.intacct.code_lists import code_lists
from tidegate.sage.intacct.desks import Desks
from tidegate.sage.intacct.doorbell import Doorbell
from tidegate.sage.intacct.envelope import Sender
from tidegate.sage.intacct.offline import Answers, Offline
from tidegate.sage.intacct.order_search import OrderSearch
from tidegate.sage.intacct.queries import PAGE
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.sign_in import Credentials, SignIn
from tidegate.sage.intacct.writing import writing
from tidegate.sage.port.company import About
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import UNLIMITED, Allowance, Budget, Measure, Usage
from tidegate.sage.seats import SeatPool, SeatPools
from tidegate.sage.vault import Vault
from tidegate.transport import ClientFactory, HttpClient, Tally


class IntacctCompany:
    """:class:`tidegate.sage.port.company.Company` for Sage Intacct."""

    entrance = None  #: the configuration holds the sender and the user

    def __init__(
        self,
        name: str,
        company: IntacctSettings,
        *,
        credentials: Credentials,
        client_at: Callable[[str], HttpClient],
        clock: Clock,
        seats: SeatPool,
        vault: Vault,
        doorbell: Doorbell | None = None,
    ) -> None:
        self._name = name
        self._company = company
        self._clock = clock
        self._client_at = client_at
        self._clients: dict[str, HttpClient] = {}
        self.seats = seats
        self.doorbell = doorbell
        self._client = IntacctClient(
            SignIn(credentials, company.base_url, self._at), lambda: tuple(self._clients.values())
        )
        self._vault = vault
        self._desks = Desks(self._client, company, self._today, self._offline)

    def _offline(self, search: OrderSearch) -> Offline | None:
        """The hand-over of orders in offline requests; None when the company has no transport policy for it."""
        policy = self._company.offline_policy
        return Offline(self._name, policy, self._client, search, self._vault, self._clock) if policy else None

    def _at(self, origin: str) -> HttpClient:
        """The HTTP client of an origin: the sign-in address, or the address that a session uses after it."""
        if origin not in self._clients:
            self._clients[origin] = self._client_at(origin)
        return self._clients[origin]

    def _today(self) -> date:
        return self._clock.now().astimezone(zone(self._company.time_zone)).date()

    @property
    def name(self) -> str:
        return self._name

    @property
    def about(self) -> About:
        return About(
            product=self._company.product,
            seats=self._company.seats,
            seat_pool=self.seats.name,
            orders=writing(self._company),
        )

    @property
    def calls(self) -> int:
        return self._client.calls

    def calls_in(self, tally: Tally) -> int:
        return self._client.calls_in(tally)

    def usage(self) -> Usage:
        """What this process has used; units are metered transactions, one for each function of a request (A)."""
        seats = self.seats.seconds
        return Usage(calls=self.calls, units=sum(self._client.metered.values()), seat_seconds=seats)

    def budget(self) -> Budget:
        """The transactions that the tier includes in 30 days. Intacct charges for more but does not refuse them (§12)."""
        included = self._company.monthly_transactions
        month = timedelta(days=30)
        return (
            (Allowance(Measure.UNITS, included, month, shared=True, charged=True),) if included else UNLIMITED
        )

    def stand_down(self, until: datetime) -> None:
        """Do nothing: no agent is between the hub and the gateway."""

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        """Open a session on a seat; every concurrent request takes one, for reading too (§12).

        Waits for a seat, except for an enquiry, which yields a Failure when none is free.
        """
        with self.seats.seat(wait=purpose is not Purpose.ENQUIRY) as refused:
            yield refused or self._desks.session()

    def lent(self) -> AbstractContextManager[None]:
        return self.seats.lent()

    def code_lists(self) -> list[CodeList] | Failure:
        return code_lists(self._client, self._desks.reference, self._company)

    def examine(self) -> list[Finding]:
        return Check(self._client, self._company).run()

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        return {"page": self._client.page_size} if self._client.page_size < PAGE else {}

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        size = learnt.get("page", PAGE)
        if self._client.page_size == PAGE:
            self._client.page_size = min(max(size, SMALLEST_PAGE), PAGE)

    def forget_limits(self) -> None:
        self._client.page_size = PAGE

    def forget(self) -> None:
        self._desks.forget()

    def close(self) -> None:
        for http in self._clients.values():
            http.close()


def open_intacct(
    name: str,
    company: IntacctSettings,
    *,
    secrets: Callable[[str], str],
    factory: ClientFactory,
    vault: Vault,
    clock: Clock,
    seats: SeatPools,
) -> IntacctCompany:
    """Open a company from its configuration. Makes no call.

    `secrets` returns the secret of a reference in the configuration.
    """

    def secret(reference: str) -> str:
        return secrets(reference) if reference else ""

    def client_at(origin: str) -> HttpClient:
        return factory.client(
            origin,
            timeout=company.timeout,
            max_bytes=company.max_answer_mb << 20,
            connections=company.seats + 1,  # one more than the seats, for checks
            trust=company.trust,
        )

    company_id, token = secret(company.company_id), secret(company.call_back_token)
    remember_secret(token)
    credentials = Credentials(
        Sender(secret(company.sender_id), secret(company.sender_password)),
        company_id,
        secret(company.user_id),
        secret(company.user_password),
        company.entity,
    )
    return IntacctCompany(
        name,
        company,
        credentials=credentials,
        client_at=client_at,
        clock=clock,
        # Entities of one company share its limit of requests.
        seats=seats.pool((company.product, company.base_url, company_id), company.seats),
        vault=vault,
        doorbell=Doorbell(
            clock,
            secret=secret(company.webhook_secret),
            client_id=secret(company.webhook_client),
            company_id=company_id.rpartition("|")[2],  # a console client is written `console|client`
            answers=Answers(name, vault, clock, token=token),
        )
        if company.webhook_secret or token
        else None,
    )
