"""One call of the command line: its configuration file, clock and wire, and how it shall speak."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import typer

from tidegate.cli.complaint import Unknown
from tidegate.clock import Clock, SystemClock

if TYPE_CHECKING:
    from tidegate.config.model import Configuration
    from tidegate.config.problem import Problem
    from tidegate.config.reading import Loaded
    from tidegate.engine.hub import Hub
    from tidegate.transport import ClientFactory


@dataclass(eq=False)
class Invocation:
    """Handed from the main options to every command; tests hand in clock and wire."""

    clock: Clock = field(default_factory=SystemClock)
    factory: ClientFactory | None = None  #: None: this machine's network
    config: Path = Path("tidegate.toml")
    debug: bool = False
    as_json: bool = False  #: set by a command's own `--json`
    warnings: tuple[Problem, ...] = ()  #: of the configuration, once a hub was opened

    def loaded(self) -> Loaded:
        """The configuration; raises ConfigurationError with every problem."""
        from tidegate.config.reading import load
        from tidegate.sage.rooms import SETTINGS

        return load(self.config, environment=os.environ, settings=SETTINGS)

    def configuration(self) -> Configuration:
        """The same without its warnings, which `tidegate check` shows."""
        return self.loaded().configuration

    @contextmanager
    def ledger(self, *, create: bool = False) -> Iterator[Configuration]:
        """The configuration with its ledger open. `create` brings a missing or older one up to date.

        Without `create` a ledger that is not ready is an error: a report about a ledger that was made
        this moment would say that all is well. Raises LedgerError.
        """
        from tidegate.ledger import database
        from tidegate.ledger.faults import NotReady

        configuration = self.configuration()
        quiet(self.clock)
        database.open_ledger(configuration.hub.ledger)
        try:
            if create:
                database.ensure_ready()
            elif not exists(configuration.hub.ledger):
                raise NotReady(
                    f"{database.where()}: there is no ledger yet. `tidegate run` makes one; "
                    "if there should be one, correct `[hub] ledger`."
                )
            elif database.needs_migration():
                raise NotReady(
                    f"{database.where()}: the ledger is empty or of an older version. "
                    "`tidegate run` and `tidegate check` bring it up to date (an older one is copied first)."
                )
            yield configuration
        finally:
            database.close()

    @contextmanager
    def hub(self) -> Iterator[Hub]:
        """Everything opened: stores, companies, connections, ledger. Makes no call."""
        from tidegate.config.problem import ConfigurationError
        from tidegate.engine import hub

        around = replace(hub.here(), clock=self.clock)
        if self.factory is not None:
            around = replace(around, factory=self.factory)
        quiet(self.clock)
        loaded = self.loaded()
        self.warnings = loaded.warnings
        try:
            opened = hub.open_hub(loaded.configuration, around)
        except ConfigurationError as error:
            raise ConfigurationError(placed(error.problems, str(self.config))) from None
        with opened:
            yield opened


def quiet(clock: Clock) -> None:
    """Commands answer on stdout; the log is for `run` and `cycle`, which set it up for themselves."""
    import logging

    from tidegate import log

    log.set_up(clock=clock, level=logging.CRITICAL)


def here(context: typer.Context) -> Invocation:
    """The invocation of the command that runs."""
    found = context.find_object(Invocation)
    if found is None:
        raise RuntimeError("no invocation: the command was called without the main command")
    return found


def placed(problems: Iterable[Problem], file: str) -> list[Problem]:
    """Problems that were found after the file was read know its keys, not its name."""
    return [replace(each, file=file) if each.file == "configuration" else each for each in problems]


def exists(ledger: str) -> bool:
    """Whether there is anything at the ledger's address; a server is asked by opening it."""
    return not ledger.startswith("sqlite:///") or Path(unquote(ledger.removeprefix("sqlite:///"))).exists()


def named_connection(configuration: Configuration, name: str) -> str:
    """`name`, if there is such a connection; raises Unknown."""
    if name not in configuration.connections:
        raise Unknown("connection", name, configuration.connections)
    return name


def only_connection(configuration: Configuration, name: str | None) -> str:
    """The connection meant: the named one, or the only one there is."""
    if name is not None:
        return named_connection(configuration, name)
    if len(configuration.connections) == 1:
        return next(iter(configuration.connections))
    raise typer.BadParameter(
        f"there are several connections ({', '.join(sorted(configuration.connections))}): name one",
        param_hint="--connection",
    )


def zone_of(configuration: Configuration, connection: str) -> ZoneInfo:
    """The company's time zone, in which people read times; UTC for a connection that is gone."""
    settings = configuration.connections.get(connection)
    company = configuration.companies.get(settings.company) if settings else None
    return ZoneInfo(company.time_zone if company else "UTC")
