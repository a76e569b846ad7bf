"""Run one week: the production hub against the sandbox under one virtual clock, then the judgement."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tidegate.domain.books.agreement import Reconciliation
from tidegate.domain.states import State
from tidegate.engine import clock_watch, reconcile
from tidegate.engine.endings import CARRIED_OUT
from tidegate.engine.hub import Hub
from tidegate.engine.runner import run_due
from tidegate.engine.schedule import next_due
from tidegate.ledger import database, delivery, halts, mirror, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import NotAllowed
from tidegate.simulation import checking, coverage, fault_states, other_hub
from tidegate.simulation.bulk_queue import few_values
from tidegate.simulation.call_backs import called_back
from tidegate.simulation.checking import all_deliveries as all_deliveries
from tidegate.simulation.counts import Counts
from tidegate.simulation.crashes import ProcessDeath
from tidegate.simulation.hazards import OTHER_REASON, close_other
from tidegate.simulation.ledger_file import fresh_ledger, ledger_folder
from tidegate.simulation.outside import Outside
from tidegate.simulation.products import LIVED, USUAL
from tidegate.simulation.settings import Settings
from tidegate.simulation.target import MAGENTO, SAGE
from tidegate.simulation.week import ITEMS, Event, Week, write_week
from tidegate.simulation.world import World, build_world
from tidegate_sandbox.checker import Verdict

CONNECTION = "web"
#: Shoppers with an account that the company does not know.
NEW_CUSTOMERS = 6
WRITES = ("POST", "PUT", "DELETE")
OPERATOR_PAUSE = timedelta(minutes=20)
RESTART = timedelta(seconds=40)


@dataclass
class Outcome(Counts):
    """What became of one week."""

    seed: int
    company_calls: int = 0
    days: int | None = None  #: as asked for; None: as its seed has it


def run_week(seed: int, *, sage: str = USUAL.name, **shape: Any) -> Outcome:
    """One seed, one week with this product, one judgement."""
    week = write_week(seed, house=LIVED[sage], **shape)
    with ledger_folder() as folder:
        outcome = Simulation(week, folder).run()
    outcome.days = shape.get("days")
    return outcome


class Simulation:
    """One week in the making."""

    #: Four times four hours: within one working day everything that can be confirmed is confirmed.
    settling = (4, timedelta(hours=4, minutes=1))
    #: What an operator has retried settles within so long: orders alone, whose notes may wait for the morning; with
    #: the way back, where one document waits for the other, or handed over.
    retrying = timedelta(hours=14)
    retrying_back = timedelta(hours=24)
    #: When all is done, nothing more is written in so long; every flow runs once, at least.
    resting = timedelta(hours=4)
    resting_back = timedelta(hours=9)

    def __init__(self, week: Week, folder: Path, ledger: str = "") -> None:
        """`ledger` is the address of an empty, migrated ledger; "" makes one in `folder`."""
        self.week = week
        self.folder = folder
        house = week.house
        british = week.seed % 4 == 3 or "us" not in house.countries
        country = "uk" if british and "uk" in house.countries else "us"
        known = {"edition", *Settings.__dataclass_fields__}
        settings = {key: value for key, value in week.settings.items() if key in known}
        self.world: World = build_world(
            week.seed,
            ledger or f"sqlite:///{fresh_ledger(folder)}",
            week.start - timedelta(hours=1),
            country=country,
            colliding=week.settings["colliding"],
            items=ITEMS,
            skus=week.settings.get("skus", {}),
            since=(week.start - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            attributes=house.codes.attributes if settings.get("back") else {},
            house=house,
            **settings,
        )
        shown = random.Random(f"shipping-display-{week.seed}").choice((1, 2, 3))
        self.world.shop.configure(sales_shipping_display=shown)
        self.world.register(NEW_CUSTOMERS)
        if self.world.settings.back:
            self.world.observer.shelf = lambda: checking.shelf(self.world, week)
        self.world.call = partial(called_back, self)
        self.outside = Outside(self.world, country)
        self.outcome = Outcome(week.seed)
        self.hub: Hub | None = None
        self.halted_since: datetime | None = None
        self.misplaced: list[str] = []  #: cycles that took another company's closing for ours
        self.lifts: list[datetime] = []  #: when a person signed in again and lifted a halt
        self.starts: list[datetime] = []  #: when a process began
        self.evidence: checking.Evidence | None = None
        self.plans = (self.world.shop_wire.faults, self.world.sage_wire.faults)

    def run(self) -> Outcome:
        """The week, the settling, the judgement."""
        with few_values(self.week.settings.get("few_values", False)):
            self.open(first=True)
            for event in self.week.events:
                self.until(event.at)
                self.carry_out(event)
            self.until(self.week.end)
            self.settle()
            self.check()
        database.set_trip(None)
        if self.hub is not None:
            self.hub.close()
        return self.outcome

    # --- the hub's lives -----------------------------------------------------------------------

    def open(self, *, first: bool = False) -> Hub:
        """A process starts; it may die at once, then another one does."""
        while True:
            self.world.crashes.revive()
            try:
                self.hub = self.world.open_hub()
                if first:
                    self.world.sign_in(self.hub)
                self.starts.append(self.world.clock.now())
                return self.hub
            except ProcessDeath:
                self.bury()

    def bury(self) -> None:
        """The process is dead: its connections are gone, what it had not committed with them."""
        database.close()
        self.hub = None
        self.outcome.deaths += 1
        self.world.clock.advance(RESTART.total_seconds())

    def until(self, moment: datetime) -> None:
        """Let the hub work until that moment."""
        while self.world.clock.now() < moment:
            hub = self.hub or self.open()
            try:
                if not self.step(hub, moment):
                    return
            except ProcessDeath:
                self.bury()

    def step(self, hub: Hub, moment: datetime) -> bool:
        """One cycle, if one is due before `moment`; false when the time was spent waiting."""
        clock_watch.look(hub.clock_watch, hub.clock)
        due = next_due(hub, hub.connections[CONNECTION])
        at = None if due is None else due.at - self.world.clock_error
        if due is None or at is None or at >= moment:
            self.world.clock.set(max(moment, self.world.clock.now()))
            return False
        if at > self.world.clock.now():
            self.world.clock.set(at)
            if self.world.clock_error:  # a hub waits a minute and looks again: is it due by the new time?
                return True
        self.outside.interfere(due.flow)
        with fault_states.watched(self.plans, due.flow, CONNECTION, self.outcome.by_state):
            report = run_due(hub, due)
        self.outcome.cycles += 1
        self.outcome.company_calls += report.counts.get("calls_company", 0)
        if OTHER_REASON in report.text:
            self.misplaced.append(f"{report.flow}: {report.text}")
        if report.outcome == "halted":
            self.operate(hub)
        if report.outcome not in CARRIED_OUT:  # halted, or the dead process's lease is still in force
            self.world.clock.advance(60)
        return True

    def operate(self, hub: Hub) -> None:
        """A person looks after a halted connection: signs in again and lifts the halt."""
        now = self.world.clock.now()
        self.halted_since = self.halted_since or now
        if now - self.halted_since >= OPERATOR_PAUSE:
            self.lift(hub)

    def lift(self, hub: Hub) -> None:
        """Signed in again, and the halt lifted."""
        now = self.world.clock.now()
        self.lifts.append(now)
        self.world.sign_in(hub)
        with transaction("lift"):
            halts.lift(CONNECTION, now)
        self.halted_since = None

    # --- events --------------------------------------------------------------------------------

    def carry_out(self, event: Event) -> None:
        """An event of the script."""
        if event.what == "die":
            self.world.crashes.arm(event.options["point"], event.options["after"])
        elif event.what == "backup":
            self.keep_copy()
        elif event.what == "restore":
            self.restore_copy()
        elif event.what == "second-hub":
            self.run_second_hub()
        elif event.what == "retry-all":
            self.retry_everything()
        elif event.what == "other-company-closes":
            self.close_another(event.options["hours"])
        elif event.what == "other-hub":
            self.run_other_hub()
        elif event.what == "clock-jump":
            self.outcome.faults["clock jump"] += 1
            self.world.clock_error += timedelta(minutes=event.options["minutes"])
        else:
            self.outside.carry_out(event)

    def close_another(self, hours: int) -> None:
        """Another company of the same ledger says that it is locked."""
        self.outcome.faults["another company closed"] += 1
        try:
            close_other(self.world.clock.now(), hours)
        except ProcessDeath:
            self.bury()

    def keep_copy(self) -> None:
        """The nightly copy of the ledger."""
        database.backup(self.folder / "backup.db")

    def restore_copy(self) -> None:
        """Somebody restores yesterday's ledger."""
        copy = self.folder / "backup.db"
        if not copy.exists():
            return
        self.outcome.faults["ledger restored"] += 1
        if self.hub is not None:
            self.hub.close()
            self.hub = None
        database.close()
        ledger = self.folder / "ledger.db"
        for old in self.folder.glob("ledger.db-*"):
            old.unlink()
        shutil.copy(copy, ledger)

    def run_second_hub(self) -> None:
        """A second process is started by mistake over the same ledger and runs a cycle at once."""
        if self.hub is None:
            return
        self.outcome.faults["second hub"] += 1
        try:
            second = self.world.open_hub()
            for flow in ("orders", "order-status"):
                due = next_due(second, second.connections[CONNECTION])
                if due is not None:
                    run_due(second, type(due)(self.world.clock.now(), due.connection, flow))
        except ProcessDeath:
            self.bury()

    def run_other_hub(self) -> None:
        """A hub with a ledger of its own works on the same shop and company for a moment."""
        if self.hub is None:
            return
        self.outcome.faults["two ledgers"] += 1
        other_hub.runs_a_cycle(self.world, CONNECTION)

    def retry_everything(self) -> None:
        """An impatient operator presses retry on everything, twice."""
        self.outcome.faults["retried twice"] += 1
        if self.hub is None:
            self.open()
        now = self.world.clock.now()
        try:
            for _ in range(2):
                for item in queue.listing(connection=CONNECTION, state=State.REVIEW, limit=500):
                    try:
                        with transaction("retry"):
                            delivery.retry(item.id, actor="operator", now=now)
                    except NotAllowed:
                        continue
            for flow in self.world.settings.back:  # and every value that the store has refused
                refused = mirror.listing(CONNECTION, flow, states=(State.REVIEW,), limit=500)
                with transaction("retry"):
                    mirror.retry(CONNECTION, flow, [each.key for each in refused], now)
        except ProcessDeath:
            self.bury()

    # --- the end -------------------------------------------------------------------------------

    def settle(self) -> None:
        """The faults are over; everything that can be confirmed must be within a few cycles."""
        self.world.crashes.disarm()
        self.outside.peace()
        self.world.clock.advance(1)
        hub = self.hub or self.open()
        if halts.halted(CONNECTION) is not None:
            self.lift(hub)
        stretches, long = self.settling
        for _ in range(stretches):
            self.outside.peace()
            self.until(self.world.clock.now() + long)
        self.retry_everything()
        later = any(one.company.about.orders.hands_over for one in hub.connections.values())
        slow = bool(self.world.settings.back) or later
        self.until(self.world.clock.now() + (self.retrying_back if slow else self.retrying))

    def check(self) -> None:
        """Books against reports; nothing changes any more, so nothing may be written any more."""
        before = self.writes()
        back = bool(self.world.settings.back)
        self.until(self.world.clock.now() + (self.resting_back if back else self.resting))
        hub = self.hub or self.open()
        report = self.reconciled(hub)
        fresh_starts = [*self.lifts, *self.starts]
        self.evidence = checking.gather(
            self.world,
            hub,
            self.week,
            self.outside.changed,
            fresh_starts,
            forgetful="ledger restored" in self.outcome.faults,
            report=report,
        )
        verdict = checking.check(self.evidence)
        for text in self.misplaced[:1]:
            verdict.add("windows", "week", f"closed by another company's closing: {text}")
        if self.writes() != before:
            verdict.add(
                "idempotent flows", "week", f"writes with nothing changed: {before} -> {self.writes()}"
            )
        self.tell(verdict)

    def reconciled(self, hub: Hub) -> Reconciliation | None:
        """What the nightly reconciliation says; it reads the books, too, so that a chain can be followed to its end."""
        connection = hub.connections[CONNECTION]
        if not self.world.settings.back:
            return None
        while (closed := connection.closed()) is not None:
            self.until(closed.until)
        return reconcile.compare(connection, reconcile.last_days(connection, 14))

    def writes(self) -> tuple[int, ...]:
        """What has been written on both sides so far."""
        company = self.world.sage.company
        tables = (
            company.orders.table,
            company.customers.table,
            company.orders.deleted,
            company.receivables.table,
        )
        calls = sum(
            method in WRITES and not path.endswith("-information")  # a question by POST
            for _, method, path, _ in self.world.shop_wire.requests_seen
        )
        return (self.world.shop.writes, calls, *(len(table) for table in tables))

    def tell(self, verdict: Verdict) -> None:
        """The outcome in figures."""
        self.outcome.orders = verdict.orders
        self.outcome.lost, self.outcome.doubled = verdict.lost, verdict.doubled
        self.outcome.unexplained = verdict.unexplained
        if self.evidence is not None:
            for name, count in checking.counts(self.evidence).items():
                setattr(self.outcome, name, count)
        for system, wire in ((MAGENTO, self.world.shop_wire), (SAGE, self.world.sage_wire)):
            self.outcome.faults.update(wire.faults.fired())
            by_call = wire.faults.fired_by_call()
            self.outcome.faults_by_call.update(by_call)
            self.outcome.injections.update(coverage.injected(system, by_call))
        self.outcome.faults["locked unannounced"] += self.outside.locks
        self.outcome.faults["process death"] += self.outcome.deaths
        self.outcome.faults += Counter()  # only what happened
        self.outcome.violations = [
            {"promise": each.promise, "subject": each.subject, "text": each.text}
            for each in verdict.violations
        ]
