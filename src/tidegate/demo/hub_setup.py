"""What the hub of a demonstration has: a folder, a configuration, and a ledger in which it is let in everywhere."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from tidegate.clock import VirtualClock
from tidegate.config.model import Configuration
from tidegate.config.reading import load
from tidegate.demo.story import START
from tidegate.engine.hub import Surroundings, open_hub
from tidegate.sage.rooms import SETTINGS
from tidegate.sage.vault import Vault
from tidegate.transport import ClientFactory
from tidegate_sandbox.clock import SandboxClock


@dataclass(eq=False, kw_only=True)
class HubSetup(ABC):
    """The hub's side of a setup; whoever serves the systems says which secrets it has, and lets it in."""

    seed: int
    folder: Path
    sandbox_clock: SandboxClock

    @property
    def config_path(self) -> Path:
        """The hub's configuration."""
        return self.folder / "tidegate.toml"

    @property
    def log_path(self) -> Path:
        """Where the hub's log goes."""
        return self.folder / "hub.log"

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The secrets that the configuration points to, beside what this process has."""

    @abstractmethod
    def let_in(self, vault: Vault) -> None:
        """What a person's sign-in leaves, at every company that wants one."""

    def keep_configuration(self, text: str) -> None:
        """Write it as the hub reads it, for nobody else's eyes."""
        self.config_path.write_text(text)
        self.config_path.chmod(0o600)

    def sign_in(self) -> Configuration:
        """Make the ledger and keep the sign-ins in it, as `tidegate sign-in` does; the configuration."""
        environment = self.environment()
        configuration = load(self.config_path, environment=environment, settings=SETTINGS).configuration
        around = Surroundings(
            clock=VirtualClock(START),
            factory=ClientFactory(),
            chance=random.Random(self.seed),
            holder="demo",
            environment=environment,
        )
        with open_hub(configuration, around) as hub:
            self.let_in(hub.vault)
        return configuration
