"""Windows' part of the agent, with Windows substituted: what is asked of it, and in which order."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from tidegate_agent.platforms.platform import NotHere
from tidegate_agent.platforms.posix import Posix
from tidegate_agent.platforms.windows import Windows
from tidegate_agent.secret_store import SecretStore
from tidegate_agent.settings import SettingsError
from tidegate_agent.windows_service import PBT_RESUME, PBT_SUSPEND, on_power


class Dpapi:
    """DPAPI of one account."""

    def __init__(self, account: bytes) -> None:
        self._account = account

    def CryptProtectData(self, data: bytes, *_more: Any) -> bytes:
        return self._account + bytes(byte ^ 0x55 for byte in data)

    def CryptUnprotectData(self, data: bytes, *_more: Any) -> tuple[str, bytes]:
        if not data.startswith(self._account):
            raise OSError("Key not valid for use in specified state.")
        return "tidegate-agent", bytes(byte ^ 0x55 for byte in data[len(self._account) :])


class Services:
    """Windows' service control manager, as pywin32 shows it."""

    error = OSError
    SC_MANAGER_ALL_ACCESS = SERVICE_ALL_ACCESS = SERVICE_WIN32_OWN_PROCESS = SERVICE_AUTO_START = 1
    SERVICE_ERROR_NORMAL = SERVICE_CONTROL_STOP = SC_ACTION_RESTART = 1
    SERVICE_CONFIG_FAILURE_ACTIONS, SERVICE_CONFIG_DELAYED_AUTO_START_INFO = 2, 3

    def __init__(self, *, runs: bool = True) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.open = 0
        self._runs = runs

    def OpenSCManager(self, *_args: Any) -> str:
        self.open += 1
        return "manager"

    def OpenService(self, _manager: str, name: str, _access: int) -> str:
        self.open += 1
        return name

    def CreateService(self, _manager: str, name: str, *rest: Any) -> str:
        self.open += 1
        self.calls.append(("create", name, rest[5], rest[9], rest[10]))
        return name

    def ChangeServiceConfig2(self, name: str, what: int, value: Any) -> None:
        self.calls.append(("config", name, what, value))

    def ControlService(self, name: str, _control: int) -> None:
        if not self._runs:
            raise OSError("The service has not been started.")
        self.calls.append(("stop", name))

    def DeleteService(self, name: str) -> None:
        self.calls.append(("delete", name))

    def CloseServiceHandle(self, _handle: str) -> None:
        self.open -= 1


def test_the_service_starts_by_itself_and_again_when_it_dies() -> None:
    services = Services()
    done = Windows(services=lambda: services).install_service(
        "TidegateAgent",
        "Tidegate",
        ["C:\\Program Files\\py\\python.exe", "-m", "tidegate_agent"],
        "ACME\\sage",
        "pw",
    )
    assert services.calls[0] == (
        "create",
        "TidegateAgent",
        '"C:\\Program Files\\py\\python.exe" -m tidegate_agent',
        "ACME\\sage",
        "pw",
    )
    assert services.calls[1][3]["Actions"] == [(1, 5000)] * 3
    assert services.calls[2] == ("config", "TidegateAgent", 3, True)
    assert services.open == 0
    assert "pw" not in " ".join(done).split()


def test_local_system_is_refused() -> None:
    with pytest.raises(NotHere, match="cannot reach the MAS90 share"):
        Windows(services=Services).install_service("x", "x", ["x"], "", "")


@pytest.mark.parametrize("runs", [True, False])
def test_the_service_is_stopped_and_removed(runs: bool) -> None:
    services = Services(runs=runs)
    Windows(services=lambda: services).remove_service("TidegateAgent")
    assert services.calls[-1] == ("delete", "TidegateAgent")
    assert services.open == 0


def test_secrets_are_protected_for_one_account(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    store = SecretStore(path, Windows(crypt=lambda: Dpapi(b"ACME")))
    store.store("sage", "geheim")
    store.store("agent-token", "t-1")
    assert store("sage") == "geheim"
    assert "geheim" not in path.read_text()
    assert store.names() == ["agent-token", "sage"]
    with pytest.raises(NotHere, match="another account"):
        SecretStore(path, Windows(crypt=lambda: Dpapi(b"OTHER")))("sage")
    with pytest.raises(SettingsError, match="tidegate-agent secret missing"):
        store("missing")


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files on POSIX")
def test_elsewhere_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    SecretStore(path, Posix()).store("sage", "geheim")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NotHere):
        Posix().install_service("x", "x", ["x"], "x", "x")


def test_no_seat_is_held_while_the_machine_sleeps() -> None:
    done: list[str] = []

    class Running:
        def serve(self) -> None: ...

        def stop(self) -> bool:
            return True

        def drain(self) -> bool:
            done.append("drain")
            return True

        def resume(self) -> None:
            done.append("resume")

    on_power(Running(), PBT_SUSPEND)
    on_power(Running(), 9)
    on_power(Running(), PBT_RESUME)
    assert done == ["drain", "resume"]


@pytest.mark.skipif(sys.platform != "win32", reason="needs Windows with Sage 100")
@pytest.mark.windows
def test_a_real_providex_object_can_be_made_and_released() -> None:
    from tidegate_agent.backends import opened
    from tidegate_agent.sage100.names import PROGID

    caller = opened("com").connect()
    caller.release(caller.create(PROGID))
    assert caller.server is not None
