"""Windows: a service that starts with the machine, registered and run by pywin32. Not tried on Windows.

The service runs as LocalSystem, which cannot read a user's folders: Tidegate and its configuration must be installed
for the machine. What pywin32 offers is handed in, so that everything but Windows itself is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from tidegate.service.installation import NAME, TITLE, Installation, NotInstalled

#: The class that Windows starts, by module and name.
SERVICE = "tidegate.cli.windows_service.TidegateService"
#: Where the registry keeps which configuration it runs with.
CONFIG = "config"
USERS = "users"


def pywin32() -> Any:  # pragma: no cover - only there on Windows
    """The module that registers services."""
    import win32serviceutil

    return win32serviceutil


@dataclass(frozen=True, slots=True)
class WindowsServices:
    """Registers the service; starting it is left to a person."""

    services: Callable[[], Any] = pywin32

    def install(self, wanted: Installation) -> list[str]:
        """Register it, to start with the machine."""
        for path in (wanted.program[0], str(wanted.config)):
            parts = [part.lower() for part in PureWindowsPath(path).parts]
            if USERS in parts:
                raise NotInstalled(
                    f"{path} is in a user's folder, which the service cannot read: install Tidegate for the "
                    "machine (e.g. C:\\Program Files\\Tidegate) and its configuration in "
                    "C:\\ProgramData\\Tidegate"
                )
        try:
            services = self.services()
        except ImportError as error:
            raise NotInstalled("pywin32 is missing: pip install pywin32") from error
        try:
            services.InstallService(SERVICE, NAME, TITLE, startType=2, description=TITLE, delayedstart=True)
            services.SetServiceCustomOption(NAME, CONFIG, str(wanted.config))
        except Exception as error:  # pywintypes.error, which exists on Windows only
            raise NotInstalled(
                f"Windows refused to register the service: {error}. Run this as an administrator"
            ) from error
        return [
            f"registered: the service {NAME}, which starts with the machine",
            "secrets that the configuration takes from the environment must be variables of the machine, or files",
            f"then: sc start {NAME}",
        ]


def config_of(services: Any) -> Path:
    """The configuration that the service was installed with."""
    return Path(str(services.GetServiceCustomOption(NAME, CONFIG, "")))
