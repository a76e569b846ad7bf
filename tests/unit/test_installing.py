"""Tidegate as a service: what is written is strict, and what cannot be tried here is tried with the platform replaced."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tidegate.cli.windows_service import serve
from tidegate.service.installation import Installation, NotInstalled, folders_of
from tidegate.service.systemd import Systemd, quoted, unit
from tidegate.service.windows import SERVICE, WindowsServices, config_of

WANTED = Installation(
    ("/opt/tidegate/bin/tidegate",), Path("/etc/tidegate/tidegate.toml"), "tidegate", (Path("/srv/ledger"),)
)
#: Of `systemd-analyze security`: 0 is nothing exposed, 10 everything.
MOST_EXPOSED = 2.0


def test_the_unit_starts_the_hub_and_writes_its_ledger_alone() -> None:
    text = unit(WANTED)
    assert "ExecStart=/opt/tidegate/bin/tidegate --config /etc/tidegate/tidegate.toml run\n" in text
    assert "ReadWritePaths=/srv/ledger\n" in text
    assert "UMask=0077\n" in text
    assert "StateDirectoryMode=0700\n" in text
    assert "\nMemoryDenyWriteExecute" not in text  # polars could not be imported


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_exposed_to_little(tmp_path: Path) -> None:
    place = tmp_path / "tidegate.service"
    place.write_text(unit(WANTED))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(place)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = re.search(r"exposure level.*?: (\d+\.\d)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED, done.stdout


def test_it_is_written_where_systemd_looks(tmp_path: Path) -> None:
    said = Systemd(tmp_path).install(WANTED)
    assert (tmp_path / "tidegate.service").read_text() == unit(WANTED)
    assert any("systemctl daemon-reload" in line for line in said)


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match="root"):
        Systemd(tmp_path / "nowhere").install(WANTED)


@pytest.mark.parametrize("path", ["/home/ann/.local/bin/tidegate", "/root/tidegate"])
def test_a_program_in_a_home_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(NotInstalled, match="home"):
        Systemd(tmp_path).install(Installation((path,), WANTED.config, "tidegate"))
    assert not list(tmp_path.iterdir())


def test_blanks_and_percent_signs_of_a_path_are_no_orders() -> None:
    assert quoted("/srv/a b/100%/$x") == '"/srv/a b/100%%/$$x"'
    assert quoted("/opt/tidegate") == "/opt/tidegate"


@pytest.mark.parametrize(
    ("ledger", "folders"),
    [
        ("sqlite:////srv/ledger/tidegate.db", (Path("/srv/ledger"),)),
        ("sqlite:///tidegate.db", (Path("/etc/tidegate"),)),
        ("postgresql://db/tidegate", ()),
        ("env:TIDEGATE_LEDGER", ()),
    ],
)
def test_the_folder_of_the_ledger(ledger: str, folders: tuple[Path, ...]) -> None:
    assert folders_of(ledger, Path("/etc/tidegate/tidegate.toml")) == folders


class Registered:
    """pywin32's functions as `WindowsServices` calls them."""

    def __init__(self) -> None:
        self.installed: list[tuple[Any, ...]] = []
        self.options: dict[tuple[str, str], str] = {}

    def InstallService(self, *names: str, **how: Any) -> None:
        self.installed.append((*names, how["startType"], how["delayedstart"]))

    def SetServiceCustomOption(self, service: str, option: str, value: str) -> None:
        self.options[service, option] = value

    def GetServiceCustomOption(self, service: str, option: str, default: str) -> str:
        return self.options.get((service, option), default)


def windows(program: str = r"C:\Program Files\Tidegate\tidegate.exe") -> Installation:
    return Installation((program,), Path(r"C:\ProgramData\Tidegate\tidegate.toml"), "")


def test_windows_registers_a_service_that_starts_with_the_machine() -> None:
    services = Registered()
    said = WindowsServices(lambda: services).install(windows())
    assert [each[:2] + each[3:] for each in services.installed] == [(SERVICE, "tidegate", 2, True)]
    assert str(config_of(services)) == r"C:\ProgramData\Tidegate\tidegate.toml"
    assert any("sc start" in line for line in said)


def test_windows_reads_no_users_folder_and_says_what_is_missing() -> None:
    services = Registered()
    with pytest.raises(NotInstalled, match="for the machine"):
        WindowsServices(lambda: services).install(windows(r"C:\Users\ann\.local\bin\tidegate.exe"))
    assert services.installed == []

    def missing() -> Any:
        raise ImportError("no module named win32serviceutil")

    with pytest.raises(NotInstalled, match="pywin32"):
        WindowsServices(missing).install(windows())


def test_a_windows_service_that_cannot_begin_leaves_its_reason(tmp_path: Path) -> None:
    def fails(config: Path, stop: threading.Event) -> None:
        raise RuntimeError("the ledger is not there")

    with pytest.raises(RuntimeError):
        serve(tmp_path / "tidegate.toml", threading.Event(), fails)
    assert "the ledger is not there" in (tmp_path / "service-error.txt").read_text()
