"""Sage 200 behind the port: one (site, company) of the API, Standard or Professional.

Source: contract (all); what was proven and against what: docs/sage/sage-200.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.sage.oauth2 import OAuthSignIn, Registration
from tidegate.sage.port.company import About
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import UNLIMITED, Budget, Usage
from tidegate.sage.sage200.check import Check
from tidegate.sage.sage200.client import BASE_URLS, Sage200Client
from tidegate.sage.sage200.desks import Desks
from tidegate.sage.sage200.fields import text_of
from tidegate.sage.sage200.receipts import bank_aliases
from tidegate.sage.sage200.reference import Coded, Reference
from tidegate.sage.sage200.settings import Sage200Settings
from tidegate.sage.sage200.sign_in import SAGE_ID
from tidegate.sage.sage200.writing import writing
from tidegate.sage.seats import SeatPool, SeatPools
from tidegate.sage.vault import Vault
from tidegate.transport import ClientFactory, HttpClient, Tally

SIGN_IN_TIMEOUT = 30.0  #: seconds
SIGN_IN_BYTES = 1 << 20


class Sage200Company:
    """:class:`tidegate.sage.port.company.Company` for Sage 200."""

    def __init__(
        self,
        name: str,
        company: Sage200Settings,
        *,
        api: HttpClient,
        sign_in: OAuthSignIn,
        sign_in_http: HttpClient,
        subscription_keys: Sequence[str],
        clock: Clock,
        seats: SeatPool,
    ) -> None:
        self._name = name
        self._company = company
        self._http = (api, sign_in_http)
        self._clock = clock
        self.entrance = sign_in
        self.doorbell = None
        self.seats = seats
        self._client = Sage200Client(
            api,
            sign_in,
            site=company.site_id,
            company=company.company_id,
            subscription_keys=subscription_keys,
        )
        self._reference = Reference(
            self._client, clock, key_field=company.key_field, base_currency=company.currency
        )
        self._desks = Desks.of(self._client, self._reference, clock, company)

    @property
    def name(self) -> str:
        return self._name

    @property
    def about(self) -> About:
        return About(
            product=self._company.product,
            seats=self._company.seats,
            seat_pool=self.seats.name,
            orders=writing(self._company.key_field),
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
        """The contract names no limit of calls; a 429 says when there was one."""
        return UNLIMITED

    def stand_down(self, until: datetime) -> None:
        """Do nothing: no agent is between the hub and the API."""

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        """Wait for a seat; the API itself knows no sessions, so nothing is opened or closed there.

        Reading takes a seat, too: the contract exempts no call from what a licence counts (A).
        """
        with self.seats.seat(wait=purpose is not Purpose.ENQUIRY) as refused:
            yield refused or self._desks.session()

    def lent(self) -> AbstractContextManager[None]:
        return self.seats.lent()

    def code_lists(self) -> list[CodeList] | Failure:
        reading: tuple[tuple[str, Callable[[], dict[str, Coded] | Failure]], ...] = (
            ("tax", self._reference.taxes),
            ("charge", self._reference.charges),
            ("warehouse", self._reference.warehouses),
        )
        listed: list[CodeList] = []
        for kind, read in reading:
            found = read()
            if isinstance(found, Failure):
                return found
            rates: dict[str, Decimal] = {one.code: one.rate for one in found.values() if one.rate is not None}
            listed.append(CodeList(kind, {one.code: one.name for one in found.values()}, rates))
        nominals = self._reference.nominal_codes()
        if isinstance(nominals, Failure):
            return nominals
        listed.append(CodeList("account", {one.code: one.name for one in nominals}))
        for kind, path, code, name in (
            ("courier", "/couriers", "name", "website"),
            ("payment-method", "/sop_payment_methods", "name", "description"),
            ("price-list", "/price_bands", "name", "description"),
            ("bank", "/banks", "code", "description"),
        ):
            rows = self._client.read_all(path)
            if isinstance(rows, Failure):
                if rows.code in (Code.UNKNOWN_ENDPOINT, Code.NOT_PERMITTED):
                    continue  # no mapping of the order flow needs it
                return rows
            aliases = bank_aliases(rows) if kind == "bank" else {}
            named = {text_of(row, code): text_of(row, name) for row in rows}
            listed.append(CodeList(kind, named, aliases=aliases))
        return listed

    def examine(self) -> list[Finding]:
        edition, key_field = self._company.edition, self._company.key_field
        check = Check(self._client, self.entrance, self._clock, edition=edition, key_field=key_field)
        return check.run(self._company.currency)

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        return self._client.limits.learnt

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        self._client.limits.take(learnt)

    def forget_limits(self) -> None:
        self._client.limits.forget()

    def forget(self) -> None:
        self._reference.forget()
        self._desks.forget()

    def close(self) -> None:
        for http in self._http:
            http.close()


def open_sage200(
    name: str,
    company: Sage200Settings,
    *,
    secrets: Callable[[str], str],
    factory: ClientFactory,
    tokens: Vault,
    clock: Clock,
    seats: SeatPools,
) -> Sage200Company:
    """Open a company from its configuration; makes no call."""

    def secret(reference: str) -> str:
        return secrets(reference) if reference else ""

    base_url = company.base_url or BASE_URLS[company.edition]
    api = factory.client(
        base_url,
        timeout=company.timeout,
        max_bytes=company.max_answer_mb << 20,
        connections=company.seats + 1,  # one beside the sessions for checks
        trust=company.trust,
    )
    sign_in_http = factory.client(
        company.sign_in_url, timeout=SIGN_IN_TIMEOUT, max_bytes=SIGN_IN_BYTES, connections=1
    )
    registration = Registration(
        client_id=secret(company.client_id),
        client_secret=secret(company.client_secret),
        redirect_url=company.redirect_url,
        lasts=timedelta(days=company.refresh_token_days),
    )
    return Sage200Company(
        name,
        company,
        api=api,
        sign_in=OAuthSignIn(name, sign_in_http, tokens, clock, registration, SAGE_ID),
        sign_in_http=sign_in_http,
        subscription_keys=(secret(company.subscription_key), secret(company.subscription_key_secondary)),
        clock=clock,
        seats=seats.pool((company.product, base_url, company.site_id, company.company_id), company.seats),
    )
