"""The agent under Windows' service control: start, stop and power events (contract section 12.2).

Only imported on Windows, by ``tidegate-agent service run``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Running(Protocol):
    """What a service runs."""

    def serve(self) -> None:
        """Serve until ``stop``."""
        ...

    def stop(self) -> bool:
        """Drop every session and end; whether none is left."""
        ...

    def drain(self) -> bool:
        """Drop every session and wait."""
        ...

    def resume(self) -> None:
        """Work again."""
        ...


PBT_SUSPEND, PBT_RESUME = 4, 18


def on_power(running: Running, event: int) -> None:
    """The machine goes to sleep: no seat is held meanwhile. It wakes up: work again."""
    if event == PBT_SUSPEND:
        running.drain()
    elif event == PBT_RESUME:
        running.resume()


def run_service(
    name: str, title: str, make: Callable[[], Running]
) -> None:  # pragma: no cover - Windows only
    """Hand over to Windows' service control until it says stop."""
    import servicemanager
    import win32service
    import win32serviceutil

    class Service(win32serviceutil.ServiceFramework):  # type: ignore[misc]
        _svc_name_ = name
        _svc_display_name_ = title
        running: Running

        def GetAcceptedControls(self) -> int:
            controls: int = win32serviceutil.ServiceFramework.GetAcceptedControls(self)
            more: int = win32service.SERVICE_ACCEPT_POWEREVENT | win32service.SERVICE_ACCEPT_PRESHUTDOWN
            return controls | more

        def SvcOtherEx(self, control: int, event_type: int, _data: Any) -> None:
            if control == win32service.SERVICE_CONTROL_POWEREVENT:
                on_power(self.running, event_type)
            elif control == win32service.SERVICE_CONTROL_PRESHUTDOWN:
                self.SvcStop()

        def SvcDoRun(self) -> None:
            self.running = make()
            self.running.serve()

        def SvcStop(self) -> None:
            self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=90000)
            self.running.stop()

    servicemanager.Initialize()
    servicemanager.PrepareToHostSingle(Service)
    servicemanager.StartServiceCtrlDispatcher()
