"""The evening as it happens: beats are played, the hub's process is watched, events are reported in plain words.

Simulated time passes only while the hub waits, so that every machine shows the same evening: how long it takes
is a figure, never a verdict.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.clock import SystemClock, VirtualClock
from tidegate.config.model import Configuration
from tidegate.demo import story as script
from tidegate.demo.agreement import Agreement
from tidegate.demo.child import Child, HubEnded, Line
from tidegate.demo.figures import look, under_way, waiting_by_flow
from tidegate.demo.progress import Progress
from tidegate.demo.schedule import Schedule
from tidegate.demo.setup import Setup
from tidegate.demo.story import Beat, Story

#: Simulated time between two looks at the ledger and the books.
LOOK_EVERY = timedelta(minutes=5)
#: Simulated seconds a real one where somebody watches: ten minutes.
RATE = 600.0
#: Real seconds between two steps of the time where somebody watches.
STEP = 0.03
#: When nothing has changed for so long in simulated time, nothing will.
PATIENCE = timedelta(hours=12)
#: Real seconds in which a hub that is at work neither asks the shop or Sage anything nor reports a cycle.
SILENCE = 600.0
KILLED = -9


@dataclass(frozen=True)
class Occurrence:
    """Something worth telling; `style` is Rich's."""

    at: datetime
    text: str
    style: str = ""


class Scenario:
    """Plays the story until everything is settled."""

    def __init__(
        self,
        setup: Setup,
        configuration: Configuration,
        story: Story,
        tell: Callable[[Occurrence], None],
        *,
        watched: bool = False,
    ) -> None:
        """`watched`: somebody looks on, so that time passes at `RATE`; otherwise as fast as the hub works."""
        self.setup = setup
        self.configuration = configuration
        self.story = story
        self.child = Child(setup, story.dies_at)
        self.events: deque[Occurrence] = deque(maxlen=20)
        self.cycles: deque[Line] = deque(maxlen=5)
        self.kills = 0
        self.closed_windows = 0
        self.written: Counter[str] = Counter()  #: values that the shop has taken, by flow
        self.cycles_reported = 0  #: cycles that the hub has reported
        self.agreement = Agreement(setup)
        self.schedule = Schedule(setup, self.say)
        self.clock = VirtualClock(script.START)
        self.watched = watched
        self.stuck = ""  #: why it was given up before everything was settled
        self.figures = look(setup, configuration, script.START)
        self._tell = tell
        flows = setup.house.flows
        self._beats = deque(
            beat
            for beat in story.beats
            if beat.what not in script.SHOWN_BY or script.SHOWN_BY[beat.what] in flows
        )
        self._entities: dict[str, int] = {}
        self._counted: Counter[str] = Counter()
        self._machine = SystemClock()
        self._began = self._machine.monotonic()
        self._next_look = script.START
        self._progress = Progress(PATIENCE, script.START)
        #: The real second at which the hub was last seen to do something, and its calls until then.
        self._seen_at_work = (self._began, 0)

    # --- the loop ------------------------------------------------------------------------------

    def play(self, show: Callable[[], None]) -> None:
        """Go on until nothing is missing, or nothing changes any more. Raises HubEnded."""
        self.child.until_ready()
        self.child.begin(self.clock.now())
        self.say("the shop is open, Sage is open; Tidegate reads orders every 15 minutes")
        while not self.stuck:
            waits_until = self.child.waits_until
            self.listen()
            if waits_until is None:
                self.mind_the_hub()
                self.mind_the_silence()
                self.child.listen(STEP)
                continue
            self.beats()
            if self.clock.now() >= self._next_look:
                self.look()
                show()
                if not self.missing():
                    return
                self.mind_the_progress()
            self.pass_time(waits_until)

    @property
    def seconds(self) -> float:
        """Real seconds since the beginning."""
        return self._machine.monotonic() - self._began

    def pass_time(self, waits_until: datetime) -> None:
        """Move the time of both systems on to what comes next; when it is the hub's turn, the hub goes on."""
        now = self.clock.now()
        if waits_until <= now:
            self._seen_at_work = (self._machine.monotonic(), self.calls())
            self.child.go_on(now)
            return
        beats = (beat.at for beat in self._beats if beat.at > now)
        then = min(waits_until, self._next_look, next(beats, waits_until))
        if self.watched:
            self._machine.wait(min(STEP, (then - now).total_seconds() / RATE))
            then = min(then, now + timedelta(seconds=STEP * RATE))
        self.clock.set(then)
        self.setup.sandbox_clock.set(then)

    def look(self) -> None:
        """New figures, and what they say that is new."""
        self.figures = look(self.setup, self.configuration, self.clock.now())
        self._next_look = self.clock.now() + LOOK_EVERY
        self.notice()

    def calls(self) -> int:
        """Requests that both systems have seen, and cycles reported: what grows while the hub works."""
        return self.cycles_reported + sum(
            sum(wire.totals.values()) for wire in (self.setup.shop_wire, self.setup.sage_wire)
        )

    def mind_the_silence(self) -> None:
        """A hub that works without asking anybody anything for minutes hangs."""
        since, calls = self._seen_at_work
        if calls != self.calls():
            self._seen_at_work = (self._machine.monotonic(), self.calls())
        elif self._machine.monotonic() - since > SILENCE:
            self.stuck = f"the hub has been at work for {SILENCE:.0f} s without a call or a finished cycle"

    def mind_the_progress(self) -> None:
        """When no figure has changed for hours of simulated time, waiting on makes no sense."""
        figures = (self.figures.accounts, self.figures.life, self.kills, len(self._beats))
        self.stuck = self._progress.stands_still(figures, self.clock.now())

    def listen(self) -> None:
        """Take what the hub has reported."""
        for line in self.child.reported():
            self.hear(line)

    def hear(self, line: Line) -> None:
        """One cycle of the hub."""
        self.cycles.append(line)
        self.cycles_reported += 1
        counts = line["counts"]
        self.written[line["flow"]] += counts.get("confirmed", 0)
        if line["outcome"] == "busy" and self.once("busy"):
            self.say("the dead process still holds its lease: the new one waits for its end")
        if counts.get("adopted") and line["flow"] == "orders":
            many = counts["adopted"]
            what = "the unanswered order" if many == 1 else f"{many} unanswered orders"
            self.say(f"looked up: Sage has {what}; adopted, not sent twice", "green")

    def say(self, text: str, style: str = "") -> None:
        """An event."""
        event = Occurrence(self.clock.now(), text, style)
        self.events.append(event)
        self._tell(event)

    def once(self, name: str) -> bool:
        """True the first time that it is asked for this name."""
        self._counted[name] += 1
        return self._counted[name] == 1

    # --- what happens --------------------------------------------------------------------------

    def beats(self) -> None:
        """Play every beat whose time has come."""
        while self._beats and self._beats[0].at <= self.clock.now():
            if self._beats[0].at >= script.NIGHT and self.orders_under_way():
                return
            if self._beats[0].what == script.REST and not self.figures.life.credited:
                return
            self.carry_out(self._beats.popleft())

    def orders_under_way(self) -> bool:
        """Whether some order of the evening has not found its place yet."""
        account = self.figures.orders
        return account["read"] < self.story.orders or bool(under_way(account))

    def carry_out(self, beat: Beat) -> None:
        """One beat, carried out in the sandbox."""
        setup = self.setup
        match beat.what:
            case script.LOSS:
                setup.lose_an_answer()
            case script.CANCEL:
                setup.shopper.cancel(self._entities[script.REGRET])
                self.say(f"order {self.number(script.REGRET)} is cancelled in the shop while it waits here")
            case script.POISON:
                with setup.shop.lock:  # nobody may read it before it is poison
                    self._entities[beat.what] = self.ordered(beat.kind)
                    setup.poison(self._entities[beat.what])
                self.say(
                    f"Magento answers every page with order {self.number(beat.what)} by an error 500",
                    "yellow",
                )
            case what if what in script.DEEDS:
                self.schedule.play(what)
            case _:
                self._entities[beat.what] = self.ordered(beat.kind)

    def ordered(self, kind: str) -> int:
        """Somebody orders; the order's id."""
        return self.setup.shopper.place_order(kind, **self.setup.place.choices)

    def number(self, role: str) -> str:
        """The order number of the order in this role."""
        order = self.setup.shop.orders.any(self._entities[role])
        return str(order.row["increment_id"]) if order is not None else "?"

    def mind_the_hub(self) -> None:
        """A killed process is started again, as a service manager would."""
        status = self.child.ended()
        if status is None:
            return
        if status != KILLED:
            raise HubEnded(f"the hub's process ended with status {status}")
        self.kills += 1
        self.say(
            "the hub was killed within a batch: one order left, its answer unknown",
            "red",
        )
        self.child.begin(self.clock.now())
        self.say("another process takes its place at once")

    def notice(self) -> None:
        """Events that show in the figures."""
        figures = self.figures
        if figures.at >= script.WINDOW_CLOSES and self.once("closed"):
            opens = script.WINDOW_OPENS.astimezone(self.setup.place.zone)
            self.say(f"Sage is locked for its nightly backup until {opens:%H:%M}: the queue fills", "yellow")
            self.child.prepare()
        if figures.at >= script.WINDOW_OPENS and self.once("open"):
            self.closed_windows += 1
            since = f", the oldest for {figures.oldest} minutes" if figures.oldest is not None else ""
            self.say(f"Sage is open again: {figures.orders['waiting']} orders wait{since}", "green")
        if self.setup.sage_wire.faults.fired().get("drop_after") and self.once("loss"):
            self.say("connection lost after Sage had saved an order: its answer is gone", "red")
        if figures.orders["review"] and self.once("review"):
            self.say("the unreadable order is in review by name; all others were read", "green")
        if figures.orders["cancelled"] and self.once("cancelled"):
            self.say("the cancelled order has left the queue: it never reached Sage")
        self.schedule.notice(figures.life)

    # --- the end -------------------------------------------------------------------------------

    def missing(self) -> list[str]:
        """What must still happen before the end; the checker runs when all else is done."""
        figures, account = self.figures, self.figures.orders
        found = [
            (bool(self._beats), f"{len(self._beats)} beats of the story are still to come"),
            (not self.closed_windows, "Sage's window has not opened again"),
            (not self._counted["loss"], "no answer was lost yet"),
            (not self.kills, "the hub's process was not killed yet"),
            (account["read"] != self.story.orders, f"{account['read']} of {self.story.orders} orders read"),
            (figures.waiting > 0, waiting_by_flow(self.setup.connection, figures)),
            (account["review"] != 1, f"{account['review']} orders in review instead of one"),
            (figures.connection["halted"] is not None, "the connection is halted"),
        ]
        texts = [text for missing, text in found if missing]
        return texts or self.agreement.disagreements(figures, self.cycles_reported)

    def lost_answer(self) -> str:
        """The Magento number of the order that Sage had saved when the connection broke; "" without one."""
        injected = [seen.at for seen in self.setup.sage_wire.log if seen.fault == "drop_after"]
        company = self.setup.sage.company
        with company.lock:
            saved = [order for order in company.orders.table if injected and order.created_at <= injected[0]]
        if not saved:
            return ""
        order = self.setup.house.source_of(max(saved, key=lambda each: each.created_at), self.setup.shop)
        return str(order.row["increment_id"]) if order is not None else ""


def problems(scenario: Scenario) -> list[str]:
    """What keeps the performance from being a success, at its end."""
    found = [scenario.stuck] if scenario.stuck else []
    found += scenario.missing()
    if scenario.kills != 1:
        found.append(f"the hub's process was killed {scenario.kills} times instead of once")
    if scenario.figures.duplicates:
        found.append(f"{scenario.figures.duplicates} orders are in Sage more than once")
    return found
