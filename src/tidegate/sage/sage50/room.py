"""Sage 50 Cloud behind the port: one installation, reached over the platform that keeps its files.

Source: contract (all); what was proven and against what: docs/sage/sage-50.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.clock import Clock
from tidegate.domain.errors import Failure, Group
from tidegate.domain.money import plain
from tidegate.reading.document import Unreadable
from tidegate.redaction import remember_secret
from tidegate.sage.port.company import About
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.parcels import Awaited
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import UNLIMITED, Budget, Usage
from tidegate.sage.sage50 import wire_names
from tidegate.sage.sage50.articles import Articles
from tidegate.sage.sage50.buyers import BuyerRules
from tidegate.sage.sage50.check import Check
from tidegate.sage.sage50.client import Sage50Client
from tidegate.sage.sage50.consent import Consent
from tidegate.sage.sage50.doorbell import Doorbell
from tidegate.sage.sage50.ends import Ends
from tidegate.sage.sage50.fields import number_of
from tidegate.sage.sage50.keys import Keys, Rotation
from tidegate.sage.sage50.masters import Customers, Products
from tidegate.sage.sage50.order_record import OrderRules
from tidegate.sage.sage50.orders import Orders
from tidegate.sage.sage50.prices import Prices
from tidegate.sage.sage50.removals import Limits, Removals
from tidegate.sage.sage50.scope_files import ScopeFiles
from tidegate.sage.sage50.settings import Sage50Settings
from tidegate.sage.sage50.stock import Stock
from tidegate.sage.sage50.tracking import Tracking
from tidegate.sage.sage50.uploads import Uploads
from tidegate.sage.sage50.writing import writing
from tidegate.sage.seats import SeatPool, SeatPools
from tidegate.sage.vault import Vault
from tidegate.transport import ClientFactory, HttpClient, Tally


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the configuration refers to, as values."""

    developer_id: str
    application_id: str
    secret: str
    call_back_token: str


class Sage50Company:
    """:class:`tidegate.sage.port.company.Company` for Sage 50."""

    def __init__(
        self,
        name: str,
        settings: Sage50Settings,
        *,
        http: HttpClient,
        client_of: Callable[[str], HttpClient],
        credentials: Credentials,
        vault: Vault,
        clock: Clock,
        seats: SeatPool,
    ) -> None:
        self._name = name
        self._settings = settings
        self.seats = seats
        secret = credentials.secret
        rotation = Rotation(secret, settings.rotation_sends_secret, settings.key_header)
        keys = Keys(name, http, vault, clock, rotation)
        self._client = Sage50Client(http, keys, key_header=settings.key_header, client_of=client_of)
        self._keys = keys
        self._files = ScopeFiles(self._client, clock)
        limits = Limits(settings.share, settings.removal_records, settings.confirmed_removals)
        removals = Removals(name, vault, clock, limits)
        self._articles = Articles(self._files, removals)
        self._consent = Consent(
            name,
            settings,
            http,
            vault,
            clock,
            developer_id=credentials.developer_id,
            application_id=credentials.application_id,
            secret=secret,
            call_back_token=credentials.call_back_token,
            probe=self._probe,
        )
        self._doorbell = Doorbell(
            name,
            vault,
            clock,
            token=credentials.call_back_token,
            secret=secret,
            application_id=credentials.application_id,
            signed_only=settings.signed_only,
        )
        kept = timedelta(days=settings.upload_days)
        uploads = Uploads(name, self._client, vault, clock, kept=kept)
        tracking = Tracking(
            self._client,
            uploads,
            Ends(name, vault, clock),
            clock,
            kept=kept,
            patience=timedelta(minutes=settings.result_minutes),
        )
        orders = Orders(self._articles, uploads, tracking, _rules(settings), clock, settings.upload_records)
        self._session = Session(
            orders=orders,
            order_tracking=orders,
            customers=Customers(self._files, removals, settings.currency),
            stock=Stock(self._articles, settings.warehouse),
            prices=Prices(self._articles, settings.standard_list, settings.currency),
            products=Products(self._articles, settings.category_separator),
            dated_stock=True,
        )
        self._check = Check(settings, self._client, self._consent, self._files, self._articles, clock)

    def _probe(self) -> Failure | None:
        """Whether the platform takes the key that is stored: a file, or none yet, is a good answer (§3)."""
        self._keys.forget()
        answer = self._files.latest(wire_names.PRODUCTS)
        return answer if isinstance(answer, Failure) and answer.group is Group.HALT_AND_ALERT else None

    @property
    def name(self) -> str:
        return self._name

    @property
    def about(self) -> About:
        return About(
            product=self._settings.product,
            seats=self._settings.seats,
            seat_pool=self.seats.name,
            orders=writing(self._settings.upload_records),
            awaited=Awaited.FETCHED,
        )

    @property
    def entrance(self) -> Consent:
        return self._consent

    @property
    def doorbell(self) -> Doorbell:
        return self._doorbell

    def usage(self) -> Usage:
        return Usage(calls=self.calls)

    def budget(self) -> Budget:
        return UNLIMITED

    def stand_down(self, until: datetime) -> None:
        """Do nothing: no agent is in between, and the platform keeps its files."""

    @property
    def calls(self) -> int:
        return self._client.calls

    def calls_in(self, tally: Tally) -> int:
        return self._client.calls_in(tally)

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        """Takes no seat of Sage 50, which is not called itself. Writers of this hub go one after another."""
        shut = self._keys.missing()
        if shut is not None or purpose is not Purpose.WRITING:
            yield shut or self._session
            return
        with self.seats.seat() as refused:
            yield refused or self._session

    def lent(self) -> AbstractContextManager[None]:
        return self.seats.lent()

    def code_lists(self) -> list[CodeList] | Failure:
        """Rates of tax, price lists and the one place of stock, as far as the products file names them."""
        file = self._articles.records.known()
        if isinstance(file, Failure):
            return file
        rates: dict[str, Decimal] = {}
        for record in file.records.values():
            try:
                rate = number_of(record, "tax")
            except Unreadable:
                continue
            if rate is not None and rate >= 0:
                rates[plain(rate)] = rate
        lists = self._session.prices.read(None) if self._session.prices is not None else None
        names = (
            {}
            if lists is None or isinstance(lists, Failure)
            else {one.code: one.name for one in lists[0].lists}
        )
        return [
            CodeList("tax", {code: f"{code} %" for code in rates}, rates),
            CodeList("warehouse", {self._settings.warehouse: "the one figure of the products file"}),
            CodeList("price-list", names),
            CodeList(
                "payment-method", {text: method for method, text in self._settings.payment_methods.items()}
            ),
        ]

    def examine(self) -> list[Finding]:
        return self._check.run()

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        return {}

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        """There are none."""

    def forget_limits(self) -> None:
        """There are none."""

    def forget(self) -> None:
        self._files.forget()
        self._keys.forget()

    def close(self) -> None:
        self._client.close()


def _rules(settings: Sage50Settings) -> OrderRules:
    buyers = BuyerRules(
        filler=settings.filler,
        id_number_required=settings.customer_id_number == "required",
        anonymous_id_number=settings.anonymous_id_number,
    )
    return OrderRules(
        buyers=buyers,
        currency=settings.currency,
        payment_methods=settings.payment_methods,
        gross_shipping=settings.shipping_amount == "gross",
    )


def open_sage50(
    name: str,
    company: Sage50Settings,
    *,
    secrets: Callable[[str], str],
    factory: ClientFactory,
    vault: Vault,
    clock: Clock,
    seats: SeatPools,
) -> Sage50Company:
    """Open a company from its configuration; makes no call."""

    def secret(reference: str) -> str:
        return secrets(reference) if reference else ""

    def client_of(origin: str) -> HttpClient:
        return factory.client(
            origin,
            timeout=company.timeout,
            max_bytes=company.max_answer_mb << 20,
            connections=company.seats + 1,
            trust=company.trust,
        )

    credentials = Credentials(
        developer_id=secret(company.developer_id),
        application_id=secret(company.application_id),
        secret=secret(company.secret),
        call_back_token=secret(company.call_back_token),
    )
    for value in (credentials.secret, credentials.call_back_token):
        remember_secret(value)
    return Sage50Company(
        name,
        company,
        http=client_of(company.base_url),
        client_of=client_of,
        credentials=credentials,
        vault=vault,
        clock=clock,
        seats=seats.pool((company.product, company.base_url, name), company.seats),
    )
