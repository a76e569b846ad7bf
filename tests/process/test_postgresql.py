"""The same on PostgreSQL, whose server may die, too."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgresql_server import patiently, running
from process.conftest import SetUp
from process.gate import Moment
from tidegate.flows.cycle import LEASE_SECONDS

pytestmark = pytest.mark.process


class Server:
    """A PostgreSQL of these tests' own, so that it may be stopped."""

    def __init__(self, place: Path) -> None:
        self._server: Any = running(place, "stop")
        self._place = place
        self._databases = 0
        with psycopg.connect(self._server.get_uri(), autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET fsync = off")  # the server dies, the machine does not
            admin.execute("SELECT pg_reload_conf()")

    def fresh(self) -> str:
        """The address of an empty database."""
        self._databases += 1
        name = f"ledger_{self._databases}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        url: str = self._server.get_uri(database=name)
        return url

    def die(self) -> None:
        """At once, as in a crash: what was committed is recovered at the next start."""
        control = [str(self._server.bin_path / "pg_ctl"), "-w", "-m", "immediate", "-D", str(self._place)]
        user = {"user": self._server.system_user} if self._server.system_user else {}
        subprocess.run([*control, "stop"], check=True, capture_output=True, **user)

    def start(self) -> None:
        """Again, at the same address."""
        patiently(self._server.ensure_postgres_running)

    def close(self) -> None:
        """Stop it for good."""
        self._server.cleanup()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # not under pytest's own directory, into which no other user looks: as root, the server runs as one
    place = Path(tempfile.gettempdir()) / f"tidegate-process-{os.getpid()}"
    server = Server(place)
    yield server
    server.close()
    shutil.rmtree(place)


def test_killed_while_sending(set_up: SetUp, server: Server) -> None:
    """One death at each moment of a request, all on one ledger."""
    stage = set_up(4, ledger=server.fresh())
    for number, moment in enumerate(Moment, 1):
        stage.live_until(number, moment)
    run = stage.run()
    stage.wait_until_settled()
    run.stop()
    stage.check()
    assert sum(each["adopted"] for each in stage.orders()) >= 2


def test_the_server_dies_in_the_middle_of_a_batch(set_up: SetUp, server: Server) -> None:
    """The hub stops sending, says why, and goes on by itself (fast clock: after half a minute)."""
    stage = set_up(rate=20, every_orders="10s", ledger=server.fresh())
    stage.sell(6)
    request = stage.sage_gate.catch(3, Moment.CARRIED_OUT)
    run = stage.run()
    request.wait()
    server.die()
    request.let_go()
    stage.wait_for(lambda: any(each["event"] == "ledger" for each in run.log), "the trouble is logged")
    stage.sell(2)
    command = stage.call("cycle", "orders", "--now", code=4)
    assert "PostgreSQL cannot be reached" in command.stderr
    assert stage.booked == 3
    since = stage.clock.now()
    server.start()
    stage.wait_until_settled()
    assert (stage.clock.now() - since).total_seconds() < LEASE_SECONDS
    run.stop()
    stage.check()
    assert sum(each["adopted"] for each in stage.orders()) == 2  # the two calls of one commit
