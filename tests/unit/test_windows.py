"""What the hub does on Windows, with the layer of the system put in its place: nothing here runs Windows itself."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tidegate.cli import service
from tidegate.cli.stopping import asked_to_stop
from tidegate.ledger import file, holder


class WindowsOs:
    """`os` as a module sees it there; pathlib keeps the real one."""

    name = "nt"

    def __getattr__(self, name: str) -> Any:
        if name == "open":
            raise AssertionError("Windows opens no folder")
        return getattr(os, name)


@pytest.fixture
def no_process_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system without /proc."""
    monkeypatch.setattr(holder, "_PROC", tmp_path)
    holder._process_table.cache_clear()
    yield
    holder._process_table.cache_clear()


def test_a_folder_is_not_opened_to_make_a_name_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "os", WindowsOs())
    file.sync_folder(tmp_path)


def test_modes_of_posix_are_no_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = tmp_path / "tidegate.db"
    ledger.touch()
    ledger.chmod(0o644)
    assert [path for path, _ in file.loose(ledger)] == [ledger]
    monkeypatch.setattr(file, "os", WindowsOs())
    assert file.loose(ledger) == []


@pytest.mark.usefixtures("no_process_is_known")
def test_where_no_process_is_known_no_holder_is_taken_for_gone() -> None:
    named = holder.this_process("cycle")
    assert named.endswith(f":{os.getpid()}:cycle")
    assert not holder.gone(named)
    assert not holder.gone("elsewhere:4242:cycle")  # its lease ends by time, as everywhere


def test_ctrl_break_asks_to_stop_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    before = signal.getsignal(signal.SIGUSR1)
    with asked_to_stop() as stop:
        signal.raise_signal(signal.SIGUSR1)
        assert stop.is_set()
    assert signal.getsignal(signal.SIGUSR1) == before


def test_the_service_starts_the_program_of_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tidegate.exe").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    monkeypatch.setattr(sys, "platform", "win32")
    assert service.program() == (str(tmp_path / "tidegate.exe"),)
