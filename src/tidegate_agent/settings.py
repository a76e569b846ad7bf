"""The agent's settings: one TOML file, checked key by key before anything is started."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class SettingsError(Exception):
    """A setting is missing, unknown or cannot be meant; the text names it and says what to do."""


@dataclass(frozen=True)
class Listening:
    """Where the agent listens, and who may ask."""

    address: str = "127.0.0.1"  #: one address of this machine
    port: int = 8490
    certificate: str = ""  #: PEM file; the hub pins it. Empty: plain HTTP, on a loopback address only
    key: str = ""  #: PEM file of its private key
    tokens: tuple[str, ...] = ("agent-token",)  #: names of secrets; two at once while a token is changed
    allow: tuple[str, ...] = ()  #: addresses or networks of the hub; empty: any


@dataclass(frozen=True)
class Seats:
    """How the seats are used (contract section 12.2). Seconds."""

    seats: int = 1
    seats_bought: int = 0  #: licences bought; 0: not known, people's seats are then not looked after
    seats_reserved_for_people: int = 0
    acquire_timeout_s: float = 20
    unit_limit_s: float = 180
    call_limit_s: float = 60
    drop_limit_s: float = 10
    idle_ttl_s: float = 30
    life_ttl_s: float = 900
    max_records_per_session: int = 200


@dataclass(frozen=True)
class SageTexts:
    """Further texts of this site's Sage by what they mean: patterns, compared without regard to case."""

    record_locked: tuple[str, ...] = ()
    seat_limit: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    auth: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()

    def patterns(self) -> list[tuple[str, str]]:
        """(meaning, pattern) of each."""
        return [(one.name, pattern) for one in fields(self) for pattern in getattr(self, one.name)]


@dataclass(frozen=True)
class Sage100:
    """The Sage 100 beside the agent."""

    home: str = ""  #: the folder MAS90\\Home
    user: str = ""
    password: str = "sage"  #: the name of a secret
    companies: tuple[str, ...] = ()
    reader: str = (
        "odbc"  #: odbc (Standard, Advanced), sql (Premium), boi (slow, takes a seat), sdata (older versions)
    )
    data_source: str = ""  #: name of the system DSN
    sql_server: str = ""  #: Premium: server\\instance
    sql_user: str = ""  #: of the reader, where it is not the user of Sage
    sql_password: str = ""  #: the name of a secret; empty: that of Sage
    sdata_url: str = ""  #: of the reader sdata: https://server:port
    time_zone: str = "America/New_York"  #: of the server's clock
    edition: str = "standard"
    version: str = ""
    udf_order: str = "UDF_MAGENTO_ORDER"
    udf_item: str = "UDF_MAGENTO_ITEM"
    udf_customer: str = "UDF_MAGENTO_CUSTOMER"
    history: str = "unknown"  #: orders, orders+deleted, none, unknown: options of Sales Order
    batch_entry: bool = False
    pricing_total_quantity: bool = False  #: an option of Sales Order: breaks go by the quantity of all lines
    allow_cancel: bool = False
    refusing_warnings: tuple[str, ...] = ()  #: patterns of further warnings that count as refusals
    texts: SageTexts = field(default_factory=SageTexts)
    modules: tuple[str, ...] = ("S/O", "A/R", "I/M", "G/L")


@dataclass(frozen=True)
class Sage300:
    """The Sage 300 beside the agent, whose views the SOAP gateway serves."""

    user: str = ""
    password: str = "sage"  #: the name of a secret
    companies: tuple[str, ...] = ()
    version: str = "70A"  #: of System Manager, as its own programs name it
    gateway_user: str = "tidegate"  #: whom the hub signs in as; its password is one of `listen.tokens`
    processes: tuple[str, ...] = ()  #: super-views that the hub may run, such as IC0275 (day end)
    time_zone: str = "America/New_York"  #: of the server's clock
    texts: SageTexts = field(default_factory=SageTexts)


@dataclass(frozen=True)
class Settings:
    """All settings of one agent."""

    journal: str
    backend: str = "com"  #: com, fake, or module:function
    worker: str = "process"  #: process; inline only for simulations
    python: str = ""  #: interpreter of the workers (32 bit); empty: the agent's own
    read_only: bool = False
    addresses_logged_on: str = ""  #: a date: on this day the log names addresses and e-mails, too
    secrets: str = ""  #: file of the protected secrets; empty: beside the journal
    listen: Listening = field(default_factory=Listening)
    seats: Seats = field(default_factory=Seats)
    sage100: Sage100 = field(default_factory=Sage100)
    sage300: Sage300 = field(default_factory=Sage300)

    @property
    def platform(self) -> str:
        """The name of the back end for the product that is served."""
        name, at, argument = self.backend.partition("@")
        return f"{OF_SAGE_300.get(name, name)}{at}{argument}" if self.sage300.companies else self.backend

    @property
    def sage_password(self) -> str:
        """The name of the secret of Sage's user."""
        return self.sage300.password if self.sage300.companies else self.sage100.password

    @property
    def secrets_path(self) -> Path:
        """The file of the protected secrets."""
        return Path(self.secrets) if self.secrets else Path(self.journal).with_name("secrets.json")


T = TypeVar("T")
OF_SAGE_300 = {"com": "accpac", "fake": "fake-accpac"}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
CHOICES = {
    "sage100.reader": ("odbc", "sql", "boi", "sdata"),
    "sage100.edition": ("standard", "advanced", "premium"),
    "sage100.history": ("orders", "orders+deleted", "none", "unknown"),
    "worker": ("process", "inline"),
}


def load(path: Path) -> Settings:
    """The settings of a file. SettingsError names the first thing that is wrong."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None
    return read(given)


def read(given: Mapping[str, Any]) -> Settings:
    """The settings of a table as TOML has it."""
    settings = _table(Settings, given, "")
    for name, allowed in CHOICES.items():
        value: Any = settings
        for part in name.split("."):
            value = getattr(value, part)
        if value not in allowed:
            raise SettingsError(f"'{name}' must be one of {', '.join(allowed)}; got {value!r}")
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    listen, seats, sage = settings.listen, settings.seats, settings.sage100
    if not 1 <= len(listen.tokens) <= 2:
        raise SettingsError("'listen.tokens' names one secret, or two while a token is changed")
    if bool(listen.certificate) != bool(listen.key):
        raise SettingsError("'listen.certificate' and 'listen.key' belong together: set both")
    if not listen.certificate and listen.address not in LOOPBACK:
        raise SettingsError(
            f"'listen.address' is {listen.address}: outside loopback the agent needs 'listen.certificate' and"
            " 'listen.key' (tidegate-agent certificate makes them)"
        )
    if not 1 <= seats.seats <= 20:
        raise SettingsError("'seats.seats' must lie between 1 and 20")
    if min(seats.call_limit_s, seats.drop_limit_s, seats.unit_limit_s) <= 0:
        raise SettingsError("'seats': limits in seconds must be greater than zero")
    if seats.seats_reserved_for_people and not seats.seats_bought:
        raise SettingsError("'seats.seats_reserved_for_people' needs 'seats.seats_bought'")
    other = settings.sage300
    if sage.companies and other.companies:
        raise SettingsError(
            "'sage100.companies' and 'sage300.companies' are both set: one agent serves one Sage"
        )
    if not sage.companies and not other.companies:
        raise SettingsError(
            "'sage100.companies' or 'sage300.companies' must name the companies that the hub may reach"
        )
    if other.companies and not other.gateway_user:
        raise SettingsError("'sage300.gateway_user' is empty: the hub signs in to the gateway by this name")
    if sage.reader == "sdata" and settings.backend == "com" and not sage.sdata_url:
        raise SettingsError("'sage100.sdata_url' is missing: the reader sdata finds its feeds there")
    refusing = (("refusing", one) for one in sage.refusing_warnings)
    for table, patterns in (
        ("sage100", (*sage.texts.patterns(), *refusing)),
        ("sage300", other.texts.patterns()),
    ):
        for name, pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise SettingsError(
                    f"'{table}': the pattern {pattern!r} ({name}) cannot be read: {error}"
                ) from None
    try:
        _ = settings.addresses_logged_on and date.fromisoformat(settings.addresses_logged_on)
    except ValueError:
        raise SettingsError(
            f"'addresses_logged_on' must be a date: 2026-03-02; got {settings.addresses_logged_on!r}"
        ) from None
    for table, zone in (("sage100", sage.time_zone), ("sage300", other.time_zone)):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingsError(f"'{table}.time_zone' is no time zone: {zone!r}") from None


def _table(kind: type[T], given: Mapping[str, Any], path: str) -> T:
    hints = get_type_hints(kind)
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    for name in given:
        if name not in known:
            raise SettingsError(f"unknown setting '{path}{name}'; known: {', '.join(sorted(known))}")
    values = {name: _value(hints[name], value, f"{path}{name}") for name, value in given.items()}
    for name, one in known.items():
        if name not in values and one.default is MISSING and one.default_factory is MISSING:
            raise SettingsError(f"'{path}{name}' is missing")
    return kind(**values)


def _value(hint: Any, value: Any, name: str) -> Any:
    if hasattr(hint, "__dataclass_fields__"):
        if not isinstance(value, Mapping):
            raise SettingsError(f"'{name}' must be a table: [{name}]")
        return _table(hint, value, f"{name}.")
    if get_origin(hint) is tuple:
        (inner, *_) = get_args(hint)
        if not isinstance(value, list | tuple) or not all(isinstance(one, inner) for one in value):
            raise SettingsError(f"'{name}' must be a list of texts")
        return tuple(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        kinds = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
        raise SettingsError(f"'{name}' must be {kinds[hint]}; got {value!r}")
    return value
