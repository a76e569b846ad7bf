"""How long a seat may outlive its agent: the limits that a worker is started with, and keeps."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tidegate_agent import keeper, worker_main
from tidegate_agent.backends import NativeBackend
from tidegate_agent.worker_main import WorkerMain
from tidegate_sandbox.sage100.backend import Host
from unit.agent.hub import Stand
from unit.agent.stand import installation


def test_a_worker_without_its_agent_ends_itself_and_its_server_after_the_drop_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []
    ended: list[int] = []
    exits: list[int] = []
    backend = NativeBackend(Host(installation()))
    monkeypatch.setattr(backend, "end_server", ended.append)
    monkeypatch.setattr(worker_main.os, "_exit", exits.append)
    worker = WorkerMain(backend, StringIO(""), StringIO(), 7.5)
    worker._caller = backend.connect()
    worker._caller.create("ProvideX.Script")

    def never(seconds: float) -> bool:
        waited.append(seconds)
        return False

    monkeypatch.setattr(worker._finished, "wait", never)
    worker._listen()
    assert (waited, ended, exits) == ([7.5], [worker._caller.server], [1])


def test_a_worker_is_started_with_the_limits_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(tmp_path, {"seats": {"call_limit_s": 41, "drop_limit_s": 9}})
    object.__setattr__(stand.settings, "worker", "process")
    seen: list[Any] = []
    monkeypatch.setattr(
        keeper, "ProcessWorker", lambda command, **named: seen.append((command, named["limit_s"]))
    )
    stand.agent.start_worker()
    assert seen == [([sys.executable, "-m", "tidegate_agent.worker_main", "fake", "9.0"], 41.0)]
