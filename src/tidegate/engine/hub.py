"""A hub: one configuration brought to life over one ledger."""

from __future__ import annotations

import os
import random
import secrets as randomness_of_the_machine
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tidegate.clock import Clock, SystemClock
from tidegate.config import price_rules, secrets
from tidegate.config.model import Configuration
from tidegate.engine import budgets, mappings
from tidegate.engine.clock_watch import ClockWatch
from tidegate.engine.left_leases import LeftLeases
from tidegate.engine.seats import LedgerSeats
from tidegate.engine.turns import Turns
from tidegate.engine.vault import LedgerVault
from tidegate.engine.window_gate import WindowGate, calendar_of
from tidegate.flows.connection import Connection
from tidegate.flows.spending import Spending
from tidegate.ledger import database, moving
from tidegate.ledger.faults import LedgerGone
from tidegate.ledger.holder import this_process
from tidegate.ledger.location import Durability
from tidegate.magento.hook import HookKeys
from tidegate.magento.store import MagentoStoreClient, open_store
from tidegate.sage.port.company import Company
from tidegate.sage.rooms import open_company
from tidegate.sage.seats import SeatPools
from tidegate.transport import ClientFactory

STORE_SECRETS = (
    "consumer_key",
    "consumer_secret",
    "access_token",
    "access_token_secret",
    "username",
    "password",
)


@dataclass(eq=False)
class Hub:
    """Stores, companies and connections by name; `holder` names this process in leases."""

    configuration: Configuration
    clock: Clock
    holder: str
    vault: LedgerVault
    seats: LedgerSeats  #: of all companies, by all threads of this process
    stores: dict[str, MagentoStoreClient]
    companies: dict[str, Company]
    connections: dict[str, Connection]
    api_token: str = field(default="", repr=False)  #: what the shop's server shows; "" = requests are refused
    #: Of the console: the key that its own are derived from, and single sign-on's secret and client.
    console_keys: tuple[str, str, str] = field(default=("", "", ""), repr=False)
    metrics_token: str = field(default="", repr=False)  #: "" = the metrics cannot be read
    addresses: dict[str, str] = field(default_factory=dict, repr=False)  #: of the targets of `[notify]`
    hooks: dict[str, HookKeys] = field(default_factory=dict, repr=False)  #: of the stores that call
    sender: threading.Thread | None = None  #: of messages, while there are any
    watched: dict[str, datetime] = field(default_factory=dict)  #: when ages were looked at last
    clock_watch: ClockWatch = field(default_factory=ClockWatch)
    start_number: int = 0  #: which start of a hub this one is, by the ledger's count; 0 = not counted
    ledger_gone: LedgerGone | None = None  #: why the hub has stopped for good
    turns: Turns = field(default_factory=Turns)
    stop: threading.Event = field(default_factory=threading.Event)  #: set when the process is to end
    ran_last: dict[str, str] = field(default_factory=dict)  #: connection -> the flow whose cycle ran last
    at_work: Callable[[], int] = lambda: 1  #: number of threads that work for cycles now
    shares: bool = False  #: work with other workers of this ledger, which are no second hub
    attended: bool = False  #: users work with this process by its console: what they request begins soon
    #: (connection, flow) -> (since when, batch) of cycles that let others go first and then continue at once
    unfinished: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)
    left_leases: LeftLeases = field(default_factory=LeftLeases)

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back every connection."""
        for store in self.stores.values():
            store.close()
        for company in self.companies.values():
            company.close()
        database.close()


@dataclass(frozen=True)
class Surroundings:
    """What a hub takes from outside; the simulation hands in its own."""

    clock: Clock
    factory: ClientFactory
    chance: random.Random
    holder: str
    environment: Mapping[str, str]
    durability: Durability = "full"


def here() -> Surroundings:
    """This machine: its clock, its network, its chance."""
    return Surroundings(
        clock=SystemClock(),
        factory=ClientFactory(),
        chance=randomness_of_the_machine.SystemRandom(),
        holder=this_process(randomness_of_the_machine.token_hex(4)),
        environment=os.environ,
    )


def open_hub(configuration: Configuration, around: Surroundings) -> Hub:
    """Open the ledger (brought up to date if need be), the stores and the companies; makes no call.

    Raises ConfigurationError for a missing secret and LedgerError for a ledger that cannot be used.
    """
    database.open_ledger(configuration.hub.ledger, durability=around.durability)
    database.ensure_ready()
    moving.check_whole()
    known = secrets.resolve_all(configuration, environment=around.environment)
    vault = LedgerVault(known(configuration.hub.encryption_key), around.holder, around.clock)
    seats = LedgerSeats(around.holder, around.clock)
    pools = SeatPools(seats, around.clock)
    stores = {
        name: open_store(
            name,
            store,
            {key: known(getattr(store, key)) for key in STORE_SECRETS if getattr(store, key)},
            around.factory,
            around.clock,
            around.chance,
        )
        for name, store in configuration.stores.items()
    }
    calendars = {name: calendar_of(company) for name, company in configuration.companies.items()}
    companies = {
        name: open_company(
            name,
            company,
            secrets=known,
            factory=replace(around.factory, gate=WindowGate(calendars[name], around.clock)),
            tokens=vault,
            clock=around.clock,
            seats=pools,
        )
        for name, company in configuration.companies.items()
    }
    connections = {}
    spending = {name: Spending(name, around.clock) for name in companies}
    for name, settings in configuration.connections.items():
        company_settings = configuration.companies[settings.company]
        connections[name] = Connection(
            name=name,
            settings=settings,
            configured=settings,
            company_settings=company_settings,
            store=stores[settings.store],
            company=companies[settings.company],
            calendar=calendars[settings.company],
            clock=around.clock,
            working_since=around.clock.now(),
            page_size=configuration.stores[settings.store].page_size,
            spending=spending[settings.company],
            sharing_prices=price_rules.sharing(configuration, name),
            console=configuration.console.url.rstrip("/"),
        )
        mappings.refresh(connections[name])
    token = known(configuration.api.token) if configuration.api.token else ""
    openid = configuration.console.openid
    signs_on = [known(each) if each else "" for each in (openid.client_secret, openid.client_id)]
    budgets.remember(companies, around.clock.now())
    addresses = {name: known(target.url) for name, target in configuration.notify.targets.items()}
    return Hub(
        configuration,
        around.clock,
        around.holder,
        vault,
        seats,
        stores,
        companies,
        connections,
        token,
        console_keys=(vault.key, signs_on[0], signs_on[1]),
        metrics_token=known(configuration.api.metrics_token) if configuration.api.metrics_token else "",
        addresses=addresses,
        hooks={
            name: HookKeys(known(store.hook_secret), known(store.hook_key))
            for name, store in configuration.stores.items()
            if store.hook_secret or store.hook_key
        },
    )
