"""Sage X3 behind the port: one folder of a server, by SOAP for what is written and REST for what is read.

Source: contract (all); what was proven and against what: docs/sage/x3.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta

from tidegate.clock import Clock
from tidegate.domain.calendar import zone
from tidegate.domain.errors import Failure
from tidegate.domain.usage import MEGABYTE, Measure, Usage
from tidegate.sage.oauth2 import OAuthSignIn
from tidegate.sage.port.company import About
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.parcels import Awaited
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import UNLIMITED, Allowance, Budget
from tidegate.sage.seats import SeatPool, SeatPools
from tidegate.sage.vault import Vault
from tidegate.sage.x3.bearer import Basic, Credentials, Signed
from tidegate.sage.x3.check import Check
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.code_lists import code_lists
from tidegate.sage.x3.desks import Desks
from tidegate.sage.x3.identity import Identity
from tidegate.sage.x3.online import Online, sign_in_of, token_service
from tidegate.sage.x3.order_search import OrderSearch
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.writers import ByFiles
from tidegate.sage.x3.writing import writing
from tidegate.transport import ClientFactory, HttpClient, Tally


class X3Company:
    """:class:`tidegate.sage.port.company.Company` for X3."""

    doorbell = None  #: the product sends no call-backs

    def __init__(
        self,
        name: str,
        company: X3Settings,
        *,
        https: Sequence[HttpClient],
        credentials: Credentials,
        entrance: OAuthSignIn | None,
        clock: Clock,
        seats: SeatPool,
    ) -> None:
        self._name = name
        self._company = company
        self._https = https
        self._clock = clock
        self.entrance = entrance
        self.seats = seats
        self._client = X3Client(
            https[0], credentials, endpoint=company.endpoint, pool=company.pool, page_size=company.page_size
        )
        self._identity = Identity(self._client, company, self._today)
        self._desks = Desks(self._client, company, self._today, clock)

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
            orders=writing(self._company),
            awaited=Awaited.IMPORTED,
            seat_pool=self.seats.name,
            worked_by=self._company.runs("import").worked_by
            if isinstance(self._company.writer, ByFiles)
            else None,
        )

    @property
    def calls(self) -> int:
        return self._client.calls + (self.entrance.calls if self.entrance is not None else 0)

    def calls_in(self, tally: Tally) -> int:
        beside = self.entrance.calls_in(tally) if self.entrance is not None else 0
        return self._client.calls_in(tally) + beside

    def usage(self) -> Usage:
        return Usage(calls=self.calls, bytes=self._client.bytes, seat_seconds=self.seats.seconds)

    def budget(self) -> Budget:
        """The licence is by volume: what of a day's megabytes the configuration leaves to us is reported, not enforced."""
        if not self._company.megabytes:
            return UNLIMITED
        size = int(self._company.megabytes * MEGABYTE)
        return (Allowance(Measure.BYTES, size, timedelta(days=1), charged=True),)

    def stand_down(self, until: datetime) -> None:
        """Do nothing: no agent is between the hub and the web server."""

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        """Wait for a channel of the pool; reading by REST and from files takes none."""
        if purpose is Purpose.READING and "soap" not in self._company.ways.values():
            yield self._identity.today() or self._desks.session()
            return
        with self.seats.seat(wait=purpose is not Purpose.ENQUIRY) as refused:
            yield refused or self._identity.today() or self._desks.session()

    def lent(self) -> AbstractContextManager[None]:
        return self.seats.lent()

    def code_lists(self) -> list[CodeList] | Failure:
        return code_lists(self._desks.reference, self._company)

    def examine(self) -> list[Finding]:
        search = OrderSearch(self._client, self._company, self._today)
        return Check(
            self._client,
            self._desks.reference,
            self._identity,
            search,
            self._desks.writing,
            self._desks.readers,
            self._company,
        ).run()

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        return self._client.learnt

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        self._client.take(learnt)

    def forget_limits(self) -> None:
        self._client.forget()

    def forget(self) -> None:
        self._desks.forget()

    def close(self) -> None:
        for http in self._https:
            http.close()


def open_x3(
    name: str,
    company: X3Settings,
    *,
    secrets: Callable[[str], str],
    factory: ClientFactory,
    tokens: Vault,
    clock: Clock,
    seats: SeatPools,
) -> X3Company:
    """Open a company from its configuration; makes no call."""

    def secret(reference: str) -> str:
        return secrets(reference) if reference else ""

    https = [
        factory.client(
            company.base_url,
            timeout=company.timeout,
            max_bytes=company.max_answer_mb << 20,
            connections=company.seats + 2,  # beside the sessions: reading, and checks
            trust=company.trust,
        )
    ]
    entrance: OAuthSignIn | None = None
    credentials: Credentials
    if company.sign_in == "basic":
        credentials = Basic(secret(company.user), secret(company.password))
    elif company.sign_in == "bearer":
        credentials = Signed(
            clock,
            client_id=secret(company.client_id),
            secret=secret(company.client_secret),
            user=secret(company.user),
            audience=company.audience,
            seconds=company.token_seconds,
        )
    else:
        https.append(token_service(company, factory))
        entrance = sign_in_of(name, company, https[-1], secret=secret, tokens=tokens, clock=clock)
        credentials = Online(entrance)
    return X3Company(
        name,
        company,
        https=https,
        credentials=credentials,
        entrance=entrance,
        clock=clock,
        # The pool's channels are counted per folder, whatever companies and connections share it (§17).
        seats=seats.pool((company.product, company.base_url, company.endpoint), company.seats),
    )
