"""`workers`: do twice as many workers carry twice as many orders, and what does an order cost their database?

200 connections have orders to send; shop and company answer every call after 300 ms, as if far away. So a worker waits
most of its time, and this machine's cores are not what limits it: the queue, the leases and the database would be.
Every connection's first cycle reads its company's reference data and sends its orders one by one: workers that began
together send in step, so whole rounds of them are timed. The database's CPU is that of all its processes, as the
kernel counts it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import psutil

from tidegate.bench import many_connections
from tidegate.bench.figure import Figure, Target
from tidegate.bench.sandbox import Sandbox, sandbox
from tidegate.bench.server import Server, given
from tidegate.bench.worker_process import Task
from tidegate.clock import SystemClock
from tidegate.sage.tokens import Tokens, keep_tokens

COUNTS, QUICK = (1, 2, 4, 8), (1, 2)
CONNECTIONS = 200
#: Orders of each connection; it reads them with one call.
ORDERS = 8
#: Seconds that a call takes.
SERVICE_TIME = 0.3
#: Cycles of each worker that are timed, after its first one; twice as many where there is one worker.
ROUNDS, QUICK_ROUNDS = 6, 1
#: Seconds that a round, and the end of a worker, may take.
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Shared:
    """What so many workers have carried."""

    workers: int
    orders: int
    doubled: int
    seconds: float
    workers_cpu: float  #: seconds
    database_cpu: float
    commits: int
    connections: int  #: to the database

    @property
    def rate(self) -> float:
        """Orders a second."""
        return self.orders / self.seconds


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """The same work with ever more workers, each time from an empty ledger."""
    server = given()
    shared = [
        share(folder, server, count, rounds=(QUICK_ROUNDS if quick else ROUNDS) * (2 if count == 1 else 1))
        for count in (QUICK if quick else COUNTS)
    ]
    return [*rates(shared), *costs(shared[-1]), *idle(folder, server)]


def rates(shared: Sequence[Shared]) -> Iterator[Figure]:
    """Orders a second by number of workers, and how far the last is from linear."""
    for each in shared:
        yield Figure(
            f"workers-{each.workers}",
            round(each.rate, 2),
            "orders/s",
            "timed",
            f"{CONNECTIONS} connections, {SERVICE_TIME:g} s a call: {each.workers} at a time",
        )
    first, last = shared[0], shared[-1]
    linear = last.rate / first.rate * first.workers / last.workers
    text = f"the same, {last.workers} workers against {last.workers // first.workers} times one"
    yield Figure("workers-linear", round(linear, 2), "", "timed", text, Target(">=", 0.8))
    doubled = sum(each.doubled for each in shared)
    yield Figure("workers-doubled", doubled, "orders", "counted", "the same, sent twice", Target("<=", 0))


def costs(shared: Shared) -> list[Figure]:
    """What an order of the largest of them costs."""
    what = f"the same, {shared.workers} workers"

    def figure(name: str, value: float, unit: str, text: str) -> Figure:
        return Figure(f"workers-{name}", round(value, 2), unit, "timed", f"{what}: {text}")

    return [
        figure(
            "database-cpu", shared.database_cpu * 1000 / shared.orders, "ms", "the database's CPU an order"
        ),
        figure("cpu", shared.workers_cpu * 1000 / shared.orders, "ms", "the workers' own CPU an order"),
        figure("commits", shared.commits / shared.orders, "", "transactions an order, reading included"),
        figure("connections", shared.connections, "", "connections to PostgreSQL"),
    ]


def idle(folder: Path, server: Server) -> Iterator[Figure]:
    """What a cycle without work costs the database: most cycles are such."""
    with server.database() as ledger:
        served = many_connections.serve(
            folder / "idle", many_connections.QUICK, ledger=ledger, cpu=server.cpu_seconds
        )
    text = f"a cycle without work, {served.connections} connections: the database's CPU"
    yield Figure("idle-cycle-database-cpu", round(served.cycle_ms, 2), "ms", "timed", text)


def share(
    folder: Path,
    server: Server,
    workers: int,
    *,
    rounds: int,
    connections: int = CONNECTIONS,
    orders: int = ORDERS,
    service_time: float = SERVICE_TIME,
) -> Shared:
    """Let so many workers, one cycle at a time each, carry so many rounds of orders."""
    clock = SystemClock()
    with (
        server.database() as ledger,
        sandbox(folder, service_time=service_time, shop_time=service_time, companies=connections) as systems,
    ):
        systems.place(orders)
        task = Task(ledger, systems.introduction, connections, jobs=1)
        prepare(task)
        with started(folder, task, workers) as processes:
            wait_for(systems, orders * workers, clock)
            began, carried = clock.monotonic(), systems.count().orders
            cpu, database, commits = spent(processes), server.cpu_seconds(), server.commits()
            for number in range(1, rounds + 1):
                wait_for(systems, carried + number * orders * workers, clock)
            count = systems.count()
            return Shared(
                workers,
                count.orders - carried,
                count.doubled,
                clock.monotonic() - began,
                spent(processes) - cpu,
                server.cpu_seconds() - database,
                server.commits() - commits,
                server.connections(),
            )


def prepare(task: Task) -> None:
    """Make the ledger, and sign in to every company."""
    now = SystemClock().now()
    ends = now + timedelta(seconds=task.sandbox.expires_in)
    with task.open() as hub:
        for name, token in zip(hub.companies, task.sandbox.access_tokens, strict=True):
            keep_tokens(hub.vault, name, Tokens(token, "", now, ends, signed_in_at=now))


@contextmanager
def started(folder: Path, task: Task, workers: int) -> Iterator[list[psutil.Process]]:
    """So many processes at work; they are asked to end by their own standard input."""
    processes = []
    try:
        for _ in range(workers):
            with (folder / "workers.log").open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "tidegate.bench.worker_process"],
                    stdin=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
            processes.append(process)
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            process.stdin.write(json.dumps(asdict(task)) + "\n")
            process.stdin.flush()
        yield [psutil.Process(each.pid) for each in processes]
    finally:
        for each in processes:
            each.communicate(timeout=PATIENCE)


def wait_for(systems: Sandbox, orders: int, clock: SystemClock) -> None:
    """Until so many orders are in the company: all are at work. Raises RuntimeError when they do not come."""
    deadline = clock.monotonic() + PATIENCE
    while systems.count().orders < orders:
        if clock.monotonic() > deadline:
            raise RuntimeError(f"{orders} orders were not carried within {PATIENCE:.0f} s: see workers.log")
        clock.wait(0.1)


def spent(processes: Sequence[psutil.Process]) -> float:
    """CPU seconds of these processes so far."""
    times = [each.cpu_times() for each in processes]
    return float(sum(each.user + each.system for each in times))
