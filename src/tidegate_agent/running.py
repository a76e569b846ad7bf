"""A running agent: settings, journal, back end, server and watchdog, put together and taken apart."""

from __future__ import annotations

import logging
import threading
from typing import Any

from tidegate_agent.backends import opened
from tidegate_agent.clock import Clock, MachineClock
from tidegate_agent.journal import Journal
from tidegate_agent.odbc_reader import OdbcReader
from tidegate_agent.platforms import this_platform
from tidegate_agent.sage100.agent import Agent
from tidegate_agent.sage100.api import Api
from tidegate_agent.sage100.sdata import Feeds
from tidegate_agent.sage300.agent import GatewayAgent
from tidegate_agent.sage300.api import GatewayApi
from tidegate_agent.secret_store import SecretStore
from tidegate_agent.server import AgentServer
from tidegate_agent.settings import Settings

_log = logging.getLogger("tidegate_agent")
TICK_S = 1.0


def product(settings: Settings, **parts: Any) -> Agent | GatewayAgent:
    """The agent of the Sage that the settings name companies of."""
    return GatewayAgent(settings, **parts) if settings.sage300.companies else Agent(settings, **parts)


class RunningAgent:
    """One agent with its server. ``serve`` blocks until ``stop`` is called from another thread.

    ``listens`` False: for the self-test, beside an agent that runs.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None, *, listens: bool = True) -> None:
        self.settings = settings
        self._stopping = threading.Event()
        self.clock = clock if clock is not None else MachineClock()
        self.secrets = SecretStore(settings.secrets_path, this_platform())
        self.journal = Journal(settings.journal, self.clock)
        self._tables = self._table_reader()
        made = product(
            settings,
            clock=self.clock,
            backend=opened(
                settings.platform,
                self._tables.fetch if self._tables is not None else None,
                self._tables.widths if isinstance(self._tables, OdbcReader) else None,
            ),
            journal=self.journal,
            secret=self.secrets,
        )
        self.agent: Agent | GatewayAgent = made
        face = GatewayApi(made).face if isinstance(made, GatewayAgent) else Api(made).face
        self._server = AgentServer(settings.listen, face) if listens else None

    def _table_reader(self) -> OdbcReader | Feeds | None:
        """Where the platform itself reads no tables."""
        if self.settings.platform != "com":
            return None
        match self.settings.sage100.reader:
            case "boi":
                return None
            case "sdata":
                return Feeds(self.settings, self.secrets)
        return OdbcReader(self.settings, self.secrets)

    @property
    def server(self) -> AgentServer:
        """The server. RuntimeError where it does not listen."""
        if self._server is None:
            raise RuntimeError("this agent does not listen")
        return self._server

    def close(self) -> None:
        """Give back port, reader and journal."""
        if self._server is not None:
            self._server.server_close()
        if self._tables is not None:
            self._tables.close()
        self.journal.close()

    def serve(self) -> None:
        """Settle what is open, then serve. Open rows are settled before the first request is answered.

        SettingsError where a secret is missing.
        """
        for name in (*self.settings.listen.tokens, self.settings.sage_password):
            self.secrets(name)
        self.agent.start()
        watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        watchdog.start()
        _log.info("the agent listens on %s:%s", self.settings.listen.address, self.server.port)
        try:
            self.server.serve_forever(poll_interval=0.2)
        finally:
            self._stopping.set()
            self.agent.stop()
            watchdog.join()
            self.close()

    def _watch(self) -> None:
        while not self._stopping.wait(TICK_S):
            try:
                self.agent.tick()
            except Exception:
                _log.exception("the watchdog failed")

    def stop(self) -> bool:
        """Take no more work, finish the record in hand, drop all sessions, end; whether none is left."""
        is_done = self.agent.stop()
        self.server.shutdown()
        return is_done

    def drain(self) -> bool:
        """Drop every session: before a closed window, or when the machine goes to sleep."""
        return self.agent.stop()

    def resume(self) -> None:
        """Work again."""
        self.agent.pool.resume()
