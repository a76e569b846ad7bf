"""Several workers over one PostgreSQL, as their services run them: who dies is started again.

What befalls them is drawn from a seed, and each blow falls in the middle of a request that one of them has sent.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg

from process.command import Command
from process.gate import Catch, Moment
from process.stage import Stage
from process.test_postgresql import Server
from tidegate.engine import cycle_queue
from tidegate.ledger import marks

#: Where a worker is when it is hit: what it asks of whom.
ORDERS = (("sage", "POST", r"/sop_orders$"), ("shop", "GET", r"/V1/orders$"))
#: Whether a note has arrived cannot be known before ten minutes have passed: half a minute of a test's life.
NOTES = ("shop", "POST", r"/V1/orders/\d+/comments$")
WORKERS = 2
#: Hub seconds in one of life's: a worker counts as dead after a second and a half.
RATE = 20


@dataclass
class Fleet:
    """`far` workers are as on machines of their own: nobody can look up whether one of them has ended."""

    stage: Stage
    server: Server
    seed: int
    places: Sequence[tuple[str, str, str]] = ORDERS
    far: bool = False
    members: list[Command] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        if self.far:  # a lease, and a minute, of the hub's
            self.stage.patience *= 3
        for _ in range(WORKERS):
            self.join()

    def join(self) -> None:
        """One more worker."""
        self.members.append(self.stage.start("--debug", "worker", "--json", "--jobs", "2", far=self.far))

    # --- what befalls them -------------------------------------------------------------------------

    def kill_one(self) -> None:
        """Anyone of them."""
        self.kill(self.chance.choice(self.members))

    def kill_the_planner(self) -> None:
        """The one that is elected."""
        self.kill(self.planner())

    def kill_all(self) -> None:
        """A power cut in the room where the workers are."""
        for each in list(self.members):
            self.kill(each)

    def kill(self, member: Command) -> None:
        """SIGKILL; its service starts another one."""
        self.members.remove(member)
        member.kill()
        self.join()

    def suspend_one(self) -> None:
        """For longer than until it counts as dead; then it goes on as if nothing had been."""
        member = self.chance.choice(self.members)
        member.signal(signal.SIGSTOP)
        time.sleep(1.5 * cycle_queue.DEAD / self.rate)
        member.signal(signal.SIGCONT)

    def restart_the_server(self) -> None:
        """At once, as in a crash."""
        self.server.die()
        self.server.start()

    def cut_connections(self) -> None:
        """All of them, as when another server takes over the address."""
        with psycopg.connect(self.stage.ledger, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    # --- what is seen ------------------------------------------------------------------------------

    @property
    def rate(self) -> float:
        """Hub seconds in one of life's."""
        assert self.stage.fast is not None
        return self.stage.fast.rate

    def planner(self) -> Command:
        """Who is elected: of those that run, the one that was it last."""
        found: list[Command] = []

        def somebody() -> bool:
            with psycopg.connect(self.stage.ledger, autocommit=True) as admin:
                held = admin.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
            elected = [
                (line["timestamp"], number)
                for number, each in enumerate(self.members)
                for line in each.log
                if line["event"] == "elected"
            ]
            if held and held[0] and elected:
                found.append(self.members[max(elected)[1]])
            return bool(found)

        self.stage.wait_for(somebody, "one of them is elected")
        return found[0]

    def hit(self, blow: Callable[[], None]) -> timedelta:
        """Orders come in, and the blow falls in the middle of a request; how long until every flow is served again."""
        sold = self.chance.randint(2, 3)
        request = self.caught(sold)
        self.stage.sell(sold)
        request.wait()
        blow()
        since = self.stage.clock.now()
        request.let_go()
        self.stage.sell(1)
        self.wait_until_served(since)
        return self.stage.clock.now() - since

    def caught(self, sold: int) -> Catch:
        """One of the requests that so many orders cause."""
        where, method, path = self.chance.choice(self.places)
        gate = self.stage.sage_gate if where == "sage" else self.stage.shop_gate
        number = self.chance.randint(1, sold) if method == "POST" else 1
        return gate.catch(number, self.chance.choice([*Moment][1:]), method, path)

    def wait_until_served(self, since: datetime) -> None:
        """Every order is in the company and confirmed, and every flow has begun a cycle since then."""
        self.stage.wait_until_settled()
        with self.stage.ledger_open() as configuration:
            flows = tuple(configuration.connections["web"].flows)

            def served() -> bool:
                began = marks.last_runs("web", flows)
                return all(began.get(flow, since) > since for flow in flows)

            self.stage.wait_for(served, "every flow is served again")

    def leave(self) -> None:
        """All end well when they are asked to."""
        for each in self.members:
            each.signal(signal.SIGTERM)
        for each in self.members:
            each.wait()
