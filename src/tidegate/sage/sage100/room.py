"""Sage 100 behind the port: one company of an installation, through the agent beside it, or written by web services.

Writing holds a seat of ours while it may hold one of Sage's; reading goes by the tables, and takes none (contract §1).
What was proven and against what: docs/sage/sage-100.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.usage import Usage
from tidegate.sage.import_job import ImportJob
from tidegate.sage.port.company import About
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.parcels import Awaited
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import UNLIMITED, Budget
from tidegate.sage.sage100.agent_writer import AgentWriter
from tidegate.sage.sage100.check import Check
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.code_lists import code_lists
from tidegate.sage.sage100.desks import Desks
from tidegate.sage.sage100.import_files import ImportFiles
from tidegate.sage.sage100.import_orders import import_job
from tidegate.sage.sage100.order_numbers import OrderNumbers
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.web_service_writer import WebServiceWriter
from tidegate.sage.sage100.web_services import WebServices
from tidegate.sage.sage100.writer import Writer
from tidegate.sage.sage100.writers import ByImportJob, ByWebServices
from tidegate.sage.sage100.writing import writing
from tidegate.sage.seats import SeatPool, SeatPools
from tidegate.sage.vault import Vault
from tidegate.transport import ClientFactory, HttpClient, Tally

DRAINS_FOR = timedelta(minutes=5)  #: before a window: no session of ours may be open when a backup begins
WRITERS = 1  #: a second batch of the same company is refused by the agent (contract §12.3: 409)


class Sage100Company:
    """:class:`tidegate.sage.port.company.Company` for Sage 100."""

    entrance = None  #: the agent's token stands in the configuration
    doorbell = None  #: the product sends no call-backs

    def __init__(
        self,
        name: str,
        company: Sage100Settings,
        *,
        http: HttpClient,
        token: str,
        clock: Clock,
        seats: SeatPool,
        vault: Vault,
        services: WebServices | None = None,
    ) -> None:
        """`services`: where the web services write, instead of the agent."""
        self._name = name
        self._company = company
        self._http = http
        self._clock = clock
        self.seats = seats
        self._client = Sage100Client(http, company=company.company_code, token=token)
        self._services = services
        self._files = (
            ImportFiles(Path(company.writer.folder)) if isinstance(company.writer, ByImportJob) else None
        )
        self._desks = Desks(self._client, company, clock.now, seats, self._writer(vault))
        self._lock = threading.Lock()
        self._open = 0
        self._closed_until: datetime | None = None
        self._drained = False
        self._greeted = False

    def _writer(self, vault: Vault) -> Writer | ImportJob:
        if self._files is not None:
            return import_job(self._files, self._client, self._clock)
        if self._services is None:
            return AgentWriter(self._client, self._company)
        numbers = OrderNumbers(self._name, vault, self._clock)
        return WebServiceWriter(self._services, self._client, numbers, self._company, self._clock)

    @property
    def name(self) -> str:
        return self._name

    @property
    def about(self) -> About:
        return About(
            product=self._company.product,
            seats=WRITERS,
            orders=writing(self._company),
            seat_pool=self.seats.name,
            drains_for=DRAINS_FOR,
            awaited=Awaited.IMPORTED,
        )

    @property
    def calls(self) -> int:
        return self._client.calls + (self._services.calls if self._services is not None else 0)

    def calls_in(self, tally: Tally) -> int:
        beside = self._services.calls_in(tally) if self._services is not None else 0
        return self._client.calls_in(tally) + beside

    def usage(self) -> Usage:
        size = self._client.bytes + (self._services.bytes if self._services is not None else 0)
        return Usage(calls=self.calls, bytes=size, seat_seconds=self.seats.seconds)

    def budget(self) -> Budget:
        """The agent counts nothing; seats are what is scarce."""
        return UNLIMITED

    # The door

    def stand_down(self, until: datetime) -> None:
        """Begin nothing new; when the last session has ended, the agent drops all that it holds of Sage."""
        with self._lock:
            self._closed_until = until
            idle = self._open == 0
        if idle:
            self._drain()

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        """Wait for a seat to write; reading takes none."""
        refused = self._enter()
        if refused is not None:
            yield refused
            return
        try:
            if purpose is not Purpose.WRITING:
                yield self._welcome() or self._desks.session()
                return
            with self.seats.seat() as none_free:
                yield none_free or self._welcome() or self._described() or self._desks.session()
        finally:
            self._leave()

    def _enter(self) -> Failure | None:
        with self._lock:
            if self._closed_until is not None and self._clock.now() < self._closed_until:
                text = (
                    f"the company closes soon: nothing new is sent until {self._closed_until:%Y-%m-%d %H:%M}"
                    " UTC"
                )
                return Failure(Code.MAINTENANCE, text, sent=False)
            self._closed_until = None
            self._open += 1
            return None

    def _leave(self) -> None:
        with self._lock:
            self._open -= 1
            drains = self._open == 0 and self._closed_until is not None
        if drains:
            self._drain()

    def _drain(self) -> None:
        """A failure changes nothing: the agent drops idle sessions by itself, and the check of the window shows more.

        So an agent that has refused us is not called for this either.
        """
        if self._client.refused:
            return
        with self._lock:
            self._drained = True
        self._client.command("drain")

    def _welcome(self) -> Failure | None:
        """Greet the agent, once in a process and after `stand_down`: a drained agent works again."""
        with self._lock:
            greeted, drained = self._greeted, self._drained
        if greeted and not drained:
            return None
        if not drained:
            health = self._client.health()
            if isinstance(health, Failure):
                return health
            drained = health.get("state") in ("drained", "draining")
        if drained:
            failure = self._client.command("resume")
            if failure is not None:
                return failure
        with self._lock:
            self._greeted, self._drained = True, False
        return None

    def _described(self) -> Failure | None:
        """The writer by the web services reads their description first: it is the same for all orders."""
        found = self._services.describe() if self._services is not None else None
        return found if isinstance(found, Failure) else None

    def lent(self) -> AbstractContextManager[None]:
        return self.seats.lent()

    # Set-up

    def code_lists(self) -> list[CodeList] | Failure:
        return code_lists(self._desks.reference, self._company)

    def examine(self) -> list[Finding]:
        return Check(self._client, self._desks.reference, self._company, self._services, self._files).run()

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        return self._client.learnt

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        self._client.take(learnt)

    def forget_limits(self) -> None:
        self._client.forget()

    def forget(self) -> None:
        self._desks.forget()
        if self._services is not None:
            self._services.forget()

    def close(self) -> None:
        self._http.close()
        if self._services is not None:
            self._services.close()


def open_sage100(
    name: str,
    company: Sage100Settings,
    *,
    secrets: Callable[[str], str],
    factory: ClientFactory,
    vault: Vault,
    clock: Clock,
    seats: SeatPools,
) -> Sage100Company:
    """Open a company from its configuration; makes no call."""
    http = factory.client(
        company.base_url,
        timeout=company.timeout,
        max_bytes=company.max_answer_mb << 20,
        connections=company.seats + 3,  # readers, who take no seat, and checks
        trust=company.trust,
    )
    return Sage100Company(
        name,
        company,
        http=http,
        token=secrets(company.token) if company.token else "",
        clock=clock,
        vault=vault,
        services=_services(company, secrets, factory),
        # The agent takes one batch of a company at a time, whatever `seats` says.
        seats=seats.pool((company.product, company.base_url, company.company_code), WRITERS),
    )


def _services(
    company: Sage100Settings, secrets: Callable[[str], str], factory: ClientFactory
) -> WebServices | None:
    """None where the agent writes."""
    writer = company.writer
    if not isinstance(writer, ByWebServices):
        return None
    http = factory.client(
        writer.url,
        timeout=company.timeout,
        max_bytes=company.max_answer_mb << 20,
        connections=WRITERS + 1,  # one beside it for checks
        trust=company.trust,
    )
    user, password = (secrets(one) if one else "" for one in (writer.user, writer.password))
    return WebServices(http, company=company.company_code, user=user, password=password)
