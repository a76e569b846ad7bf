"""Windows: secrets by DPAPI, the agent as a service. Both through pywin32.

``crypt`` and ``services`` can be substituted, so that the order of the steps is tested on any system.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from tidegate_agent.platforms.platform import NotHere

RESTART_AFTER_MS = 5000
ENTROPY = b"tidegate-agent"


def _crypt() -> Any:
    import win32crypt

    return win32crypt


def _services() -> Any:
    import win32service

    return win32service


class Windows:
    """DPAPI under the account that the agent runs as, and the service control manager."""

    name = "windows"

    def __init__(self, crypt: Callable[[], Any] = _crypt, services: Callable[[], Any] = _services) -> None:
        self._crypt = crypt
        self._services = services

    def protect(self, secret: bytes) -> bytes:
        """Protected for the present account: the service must run as the account that stores the secret."""
        found: bytes = self._crypt().CryptProtectData(secret, "tidegate-agent", ENTROPY, None, None, 0)
        return found

    def reveal(self, protected: bytes) -> bytes:
        """The secret again. NotHere for another account or machine."""
        try:
            _, secret = self._crypt().CryptUnprotectData(protected, ENTROPY, None, None, 0)
        except Exception as error:
            raise NotHere(
                "The secrets were stored by another account or on another machine: run `tidegate-agent secret` as the"
                " account of the service."
            ) from error
        return bytes(secret)

    def install_service(
        self, name: str, title: str, command: Sequence[str], account: str, password: str
    ) -> list[str]:
        """Create the service, set to start by itself and to be started again when it dies."""
        if "\\" not in account:
            raise NotHere(
                "Give the account as DOMAIN\\user (or .\\user): LocalSystem cannot reach the MAS90 share."
            )
        services = self._services()
        line = subprocess.list2cmdline(list(command))
        with _closing(
            services, services.OpenSCManager(None, None, services.SC_MANAGER_ALL_ACCESS)
        ) as control:
            made = services.CreateService(
                control,
                name,
                title,
                services.SERVICE_ALL_ACCESS,
                services.SERVICE_WIN32_OWN_PROCESS,
                services.SERVICE_AUTO_START,
                services.SERVICE_ERROR_NORMAL,
                line,
                None,
                0,
                None,
                account,
                password or None,
            )
            with _closing(services, made) as service:
                restart = (services.SC_ACTION_RESTART, RESTART_AFTER_MS)
                services.ChangeServiceConfig2(
                    service,
                    services.SERVICE_CONFIG_FAILURE_ACTIONS,
                    {"ResetPeriod": 86400, "RebootMsg": "", "Command": "", "Actions": [restart] * 3},
                )
                services.ChangeServiceConfig2(service, services.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, True)
        return [
            f"created the service {name}: {line}",
            f"it runs as {account}, which needs the right to log on as a service",
            f"Windows starts it again {RESTART_AFTER_MS // 1000} s after it dies",
        ]

    def remove_service(self, name: str) -> list[str]:
        """Stop and delete the service."""
        services = self._services()
        with (
            _closing(services, services.OpenSCManager(None, None, services.SC_MANAGER_ALL_ACCESS)) as control,
            _closing(services, services.OpenService(control, name, services.SERVICE_ALL_ACCESS)) as service,
        ):
            with suppress(services.error):  # it does not run
                services.ControlService(service, services.SERVICE_CONTROL_STOP)
            services.DeleteService(service)
        return [f"removed the service {name}"]


@contextmanager
def _closing(services: Any, handle: Any) -> Iterator[Any]:
    try:
        yield handle
    finally:
        services.CloseServiceHandle(handle)
