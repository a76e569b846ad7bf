"""Sage 300 behind the port: one company database of a server, by its Web API.

Source: contract (all); what was proven and against what: docs/sage/sage-300.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from pathlib import Path

from tidegate.clock import Clock
from tidegate.domain.calendar import zone
from tidegate.domain.errors import Failure
from tidegate.domain.usage import Usage
from tidegate.sage.port.company import About
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.parcels import Awaited
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import UNLIMITED, Budget
from tidegate.sage.sage300.check import Check
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.code_lists import code_lists
from tidegate.sage.sage300.csv_exports import CsvExports
from tidegate.sage.sage300.day_end import DayEnd
from tidegate.sage.sage300.desks import Desks
from tidegate.sage.sage300.gateway import Gateway
from tidegate.sage.sage300.gateway_tables import GatewayTables
from tidegate.sage.sage300.identity import Identity
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.sql_tables import SqlTables
from tidegate.sage.sage300.table_documents import INVOICED, SHIPPED
from tidegate.sage.sage300.tables import BY_EXPORTS, BY_GATEWAY, BY_SQL, ORDERS, STOCK, Tables
from tidegate.sage.sage300.wire_names import INVOICES
from tidegate.sage.sage300.writing import writing
from tidegate.sage.seats import SeatPool, SeatPools
from tidegate.transport import ClientFactory, HttpClient, Tally


class Sage300Company:
    """:class:`tidegate.sage.port.company.Company` for Sage 300."""

    entrance = None  #: user and password are in the configuration
    doorbell = None  #: the product sends no call-backs

    def __init__(
        self,
        name: str,
        company: Sage300Settings,
        *,
        http: HttpClient,
        user: str,
        password: str,
        clock: Clock,
        seats: SeatPool,
        gateway: Gateway | None = None,
        sql: SqlTables | None = None,
    ) -> None:
        self._name = name
        self._company = company
        self._http = http
        self._clock = clock
        self.seats = seats
        self._client = Sage300Client(http, company=company.company_id, user=user, password=password)
        self._identity = Identity(self._client, company, self._today)
        self._day_end = DayEnd(self._client, company.day_end, seats, self._identity.today)
        self._gateway = gateway
        self._sql = sql
        ways: dict[str, Tables] = {}
        if gateway is not None:
            ways[BY_GATEWAY] = GatewayTables(gateway)
        if sql is not None:
            ways[BY_SQL] = sql
        if company.exports_folder:
            ways[BY_EXPORTS] = CsvExports(
                Path(company.exports_folder), clock, {STOCK: _before_stock(company)}
            )
        self._ways = ways
        self._desks = Desks(self._client, company, self._today, gateway, clock, ways)

    def _here(self) -> datetime:
        """Now, where the company is."""
        return self._clock.now().astimezone(zone(self._company.time_zone))

    def _today(self) -> date:
        return self._here().date()

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
        )

    @property
    def calls(self) -> int:
        return self._client.calls + (self._gateway.calls if self._gateway is not None else 0)

    def calls_in(self, tally: Tally) -> int:
        beside = self._gateway.calls_in(tally) if self._gateway is not None else 0
        return self._client.calls_in(tally) + beside

    def usage(self) -> Usage:
        size = self._client.bytes + (self._gateway.bytes if self._gateway is not None else 0)
        return Usage(calls=self.calls, bytes=size, seat_seconds=self.seats.seconds)

    def budget(self) -> Budget:
        """No number is documented; TooManyRequests says when there was one."""
        return UNLIMITED

    def stand_down(self, until: datetime) -> None:
        """Do nothing: no agent is between the hub and the Web API."""

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        """Wait for a seat: LanPaks are concurrent users, and a call of the Web API may take one, reading, too (A)."""
        if purpose is Purpose.WRITING:
            self._day_end.run(self._here())
        with self.seats.seat(wait=purpose is not Purpose.ENQUIRY) as refused:
            yield refused or self._identity.today() or self._desks.session()

    def lent(self) -> AbstractContextManager[None]:
        return self.seats.lent()

    def code_lists(self) -> list[CodeList] | Failure:
        return code_lists(self._client, self._desks.reference, self._company)

    def examine(self) -> list[Finding]:
        return Check(
            self._client,
            self._desks.reference,
            self._identity,
            self._company,
            self._gateway,
            self._desks.csv,
            self._ways,
            self._desks.accounts,
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
        self._http.close()
        if self._gateway is not None:
            self._gateway.close()
        if self._sql is not None:
            self._sql.close()


def _before_stock(company: Sage300Settings) -> list[str]:
    """The exports that are made before that of stock: what left, or is held, by a later one is on its figures still."""
    if company.shipments == INVOICES.resource and company.invoices == BY_EXPORTS:
        return [ORDERS, INVOICED.table]
    return [ORDERS, SHIPPED.table] if company.shipments == BY_EXPORTS else [ORDERS]


def open_sage300(
    name: str,
    company: Sage300Settings,
    *,
    secrets: Callable[[str], str],
    factory: ClientFactory,
    clock: Clock,
    seats: SeatPools,
) -> Sage300Company:
    """Open a company from its configuration; makes no call."""

    def secret(reference: str) -> str:
        return secrets(reference) if reference else ""

    http = factory.client(
        company.base_url,
        timeout=company.timeout,
        max_bytes=company.max_answer_mb << 20,
        connections=company.seats + 1,  # one beside the sessions for checks
        trust=company.trust,
    )
    user, password = secret(company.user), secret(company.password)
    return Sage300Company(
        name,
        company,
        http=http,
        user=user,
        password=password,
        clock=clock,
        gateway=_gateway(
            company,
            factory,
            secret(company.gateway_user) or user,
            secret(company.gateway_password) or password,
        ),
        sql=SqlTables(secret(company.sql_connection), company.timeout) if company.sql_connection else None,
        # A user holds one LanPak in each company that it works in.
        seats=seats.pool((company.product, company.base_url, company.company_id, user), company.seats),
    )


def _gateway(company: Sage300Settings, factory: ClientFactory, user: str, password: str) -> Gateway | None:
    """None where there is none."""
    if not company.gateway_url:
        return None
    http = factory.client(
        company.gateway_url,
        timeout=company.timeout,
        max_bytes=company.max_answer_mb << 20,
        connections=company.seats + 1,
        trust=company.trust,
    )
    return Gateway(http, company=company.company_id, user=user, password=password)
