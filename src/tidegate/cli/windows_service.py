"""The class that Windows starts. Imported by Windows' service control alone; not tried on Windows.

What goes wrong before Django is there is written beside the configuration: else one sees error 1053 and no reason.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Start = Callable[[Path, threading.Event], None]


def serve(config: Path, stop: threading.Event, start: Start) -> None:
    """Run the hub until `stop`; a hub that cannot begin leaves its reason in a file, and the error goes on."""
    try:
        start(config, stop)
    except BaseException:
        with suppress(OSError):
            config.with_name("service-error.txt").write_text(traceback.format_exc(), encoding="utf-8")
        raise


def run_hub(config: Path, stop: threading.Event) -> None:
    """What `tidegate run` does, ended by `stop` in the place of a signal."""
    from tidegate.cli.invocation import Invocation
    from tidegate.cli.running import run_until

    run_until(Invocation(config=config), stop)


try:
    import win32serviceutil
except ImportError:
    win32serviceutil = None

if win32serviceutil is not None:  # pragma: no cover - only there on Windows

    class TidegateService(win32serviceutil.ServiceFramework):  # type: ignore[misc]
        """`sc start tidegate`."""

        _svc_name_ = "tidegate"
        _svc_display_name_ = "Tidegate: Magento orders into Sage"

        def __init__(self, arguments: list[str]) -> None:
            super().__init__(arguments)
            self._stop = threading.Event()

        def SvcStop(self) -> None:
            """A running cycle ends properly."""
            import win32service

            self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=180_000)
            self._stop.set()

        def SvcDoRun(self) -> None:
            """Until it is asked to stop."""
            from tidegate.service.windows import config_of

            serve(config_of(win32serviceutil), self._stop, run_hub)
