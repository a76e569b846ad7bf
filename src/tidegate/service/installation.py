"""What is installed: which program with which configuration, and what it may write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

NAME = "tidegate"
TITLE = "Tidegate: Magento orders into Sage"


@dataclass(frozen=True, slots=True)
class Installation:
    """One hub. Paths are absolute; `writes` are the folders in which it keeps its ledger."""

    program: tuple[str, ...]  #: what starts `tidegate`, without arguments
    config: Path
    user: str
    writes: tuple[Path, ...] = ()

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command line of the service."""
        return (*self.program, "--config", str(self.config), "run")


class System(Protocol):
    """An operating system's services."""

    def install(self, wanted: Installation) -> list[str]:
        """Install it; what was done and what is left to do, a sentence each. Raises `NotInstalled`."""
        ...


class NotInstalled(RuntimeError):
    """It could not be installed; says why and what to do."""


def folders_of(ledger: str, config: Path) -> tuple[Path, ...]:
    """The folder of a SQLite ledger; a relative path counts from the configuration's. () for PostgreSQL."""
    if not ledger.startswith("sqlite:///"):
        return ()
    return ((config.parent / unquote(ledger.removeprefix("sqlite:///"))).resolve().parent,)
