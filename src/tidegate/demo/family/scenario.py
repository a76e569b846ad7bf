"""The family's day as it happens: one hub, seven companies, of which one after the other is closed for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tidegate.clock import SystemClock, VirtualClock
from tidegate.config.model import Configuration
from tidegate.demo.child import Child, HubEnded, Line
from tidegate.demo.family.family import Family
from tidegate.demo.family.story import DIES_AT, LOOKED, ORDERED, Closing, closing, night
from tidegate.demo.family.website import Website
from tidegate.demo.figures import calls_while_locked
from tidegate.demo.progress import Progress
from tidegate.demo.scenario import KILLED, LOOK_EVERY, SILENCE, STEP, Occurrence
from tidegate.demo.story import START
from tidegate.engine import reports

#: Every connection's orders are read and sent within a company's closing; a cycle may begin a little late.
SLACK = timedelta(minutes=3)
#: When nothing has changed for so long in simulated time, nothing will: every flow has run at least twice.
PATIENCE = timedelta(hours=5)


@dataclass
class ClosingReport:
    """What one company's closing did to the others."""

    company: str
    waited: list[str] = field(default_factory=list)  #: orders of its own website that waited
    delayed: dict[str, list[str]] = field(
        default_factory=dict
    )  #: orders of the others that did, by connection
    cycles: dict[str, int] = field(default_factory=dict)  #: cycles of orders that the others finished

    @property
    def is_alone(self) -> bool:
        """Whether it waited, and nobody else did."""
        return bool(self.waited) and not any(self.delayed.values()) and all(self.cycles.values())


class Day:
    """Plays it until everything is settled."""

    def __init__(
        self, family: Family, configuration: Configuration, orders: int, say: Callable[[Occurrence], None]
    ) -> None:
        """`orders` in all, at least; events are given to `say`."""
        self.family = family
        self.configuration = configuration
        self.clock = VirtualClock(START)
        self.child = Child(family, DIES_AT)
        self.kills = 0
        self.reported = 0  #: cycles that the hub has reported
        self.closings: list[ClosingReport] = []
        self.stuck = ""  #: why it was given up before everything was settled
        self.adds_up = True  #: the account of every flow of every connection, at every look
        self._say = say
        members = family.members
        share = -(-orders // len(members))
        status = reports.status(configuration, START)
        self.websites = [Website(member, len(members), share, status, START, self.say) for member in members]
        self._order_cycles: list[tuple[datetime, str]] = []
        self._next_look = START
        self._progress = Progress(PATIENCE, START)
        self._machine = SystemClock()
        self._began = self._seen = self._machine.monotonic()

    @property
    def seconds(self) -> float:
        """Real seconds since the beginning."""
        return self._machine.monotonic() - self._began

    def say(self, text: str, style: str = "") -> None:
        """An event."""
        self._say(Occurrence(self.clock.now(), text, style))

    # --- the loop ----------------------------------------------------------------------------

    def play(self) -> None:
        """Go on until nothing is missing, or nothing changes any more. Raises HubEnded."""
        self.child.until_ready()
        self.child.begin(self.clock.now())
        self.child.prepare()
        self.say(
            f"one hub, one store, {len(self.websites)} websites: each with another Sage product behind it"
        )
        while not self.stuck:
            waits_until = self.child.waits_until
            self.listen()
            if waits_until is None:
                self.mind_the_hub()
                self.child.listen(STEP)
                continue
            now = self.clock.now()
            for website in self.websites:
                website.play(now, night(len(self.websites)))
            self.mind_the_closings()
            if now >= self._next_look:
                self.look()
                if not self.missing():
                    return
                self.mind_the_progress()
            self.pass_time(waits_until)

    def pass_time(self, waits_until: datetime) -> None:
        """Move the time of all systems on to what comes next; when it is the hub's turn, the hub goes on."""
        now = self.clock.now()
        if waits_until <= now:
            self._seen = self._machine.monotonic()
            self.child.go_on(now)
            return
        coming = [beat.at for website in self.websites for beat in website.beats if beat.at > now]
        coming += [instant for instant in self.instants() if instant > now]
        then = min(waits_until, self._next_look, *coming)
        self.clock.set(then)
        self.family.sandbox_clock.set(then)

    def look(self) -> None:
        """New figures of every website."""
        now = self.clock.now()
        status = reports.status(self.configuration, now)
        self.adds_up = self.adds_up and status["adds_up"]
        for website in self.websites:
            website.look(status, now)
        self._next_look = now + LOOK_EVERY

    def listen(self) -> None:
        """Take what the hub has reported."""
        for line in self.child.reported():
            self.hear(line)

    def hear(self, line: Line) -> None:
        """One cycle of the hub."""
        self.reported += 1
        self._seen = self._machine.monotonic()
        website = self.website(line["connection"])
        website.written[line["flow"]] += line["counts"].get("confirmed", 0)
        if line["flow"] == "orders" and line["outcome"] == "done":
            self._order_cycles.append((datetime.fromisoformat(line["at"]), website.name))

    def website(self, name: str) -> Website:
        """The one of this connection."""
        return next(each for each in self.websites if each.name == name)

    def mind_the_hub(self) -> None:
        """A killed process is started again; one that is at work for long without a word hangs."""
        status = self.child.ended()
        if status is None:
            if self._machine.monotonic() - self._seen > SILENCE:
                self.stuck = f"the hub has been at work for {SILENCE:.0f} s without a finished cycle"
            return
        if status != KILLED:
            raise HubEnded(f"the hub's process ended with status {status}")
        self.kills += 1
        self.say("the hub was killed while it sent an order: another process takes its place", "red")
        self.child.begin(self.clock.now())

    def mind_the_progress(self) -> None:
        """When no figure has changed for hours of simulated time, waiting on makes no sense."""
        figures = [(each.figures.accounts, each.figures.life, len(each.beats)) for each in self.websites]
        self.stuck = self._progress.stands_still(figures, self.clock.now())

    # --- isolation ---------------------------------------------------------------------------

    def closing(self) -> Closing:
        """The next one that has not been looked at."""
        return closing(len(self.closings))

    def instants(self) -> list[datetime]:
        """When one looks next who was delayed."""
        return [self.closing().opens - LOOKED] if len(self.closings) < len(self.websites) else []

    def mind_the_closings(self) -> None:
        """Before a company opens: its own orders wait, and nobody else's."""
        now = self.clock.now()
        if not self.instants() or now < self.closing().opens - LOOKED:
            return
        shut, closes = self.websites[len(self.closings)], self.closing().closes
        ordered = closes + ORDERED + SLACK
        others = [each for each in self.websites if each is not shut]
        # a file lies until the product fetches it, whatever the others do: of such a one the cycles alone are counted
        prompt = [each for each in others if not each.setup.house.hands_over]
        found = ClosingReport(
            shut.name,
            waited=shut.waiting(closes, ordered, now),
            delayed={each.name: each.waiting(START, ordered, now) for each in prompt},
            cycles={
                each.name: sum(name == each.name and at >= closes for at, name in self._order_cycles)
                for each in others
            },
        )
        self.closings.append(found)
        late = [f"{name} {each}" for name, orders in found.delayed.items() for each in orders]
        text = f"{shut.title} has been closed for half an hour: {len(found.waited)} of its orders wait"
        self.say(
            f"{text}, {'; '.join(late) or 'none'} of the six others", "green" if found.is_alone else "red"
        )

    # --- the end -----------------------------------------------------------------------------

    def missing(self) -> list[str]:
        """What must still happen before the end."""
        found = [text for website in self.websites for text in website.missing(self.reported)]
        if not self.kills:
            found.append("the hub's process was not killed yet")
        return found

    def problems(self) -> list[str]:
        """What keeps the day from being a success, at its end."""
        found = [self.stuck] if self.stuck else []
        found += self.missing()
        found += [f"isolation: {asdict(each)}" for each in self.closings if not each.is_alone]
        if len(self.closings) != len(self.websites):
            found.append(f"{len(self.closings)} of {len(self.websites)} companies were closed")
        if not self.adds_up:
            found.append("the account did not add up at every look")
        for website in self.websites:
            if website.figures.duplicates:
                found.append(f"{website.title}: {website.figures.duplicates} orders more than once")
            if calls := calls_while_locked(website.setup):
                found.append(f"{website.title}: {calls} calls while it was closed")
        return found

    def digests(self, made: list[dict[str, Any]]) -> list[str]:
        """What is wrong with the digest of the day: every connection stands in it, and adds up."""
        names = [each["connection"] for each in made]
        wrong = [] if names == [each.name for each in self.websites] else [f"the digest is of {names}"]
        return wrong + [
            f"the digest of {each['connection']} does not add up" for each in made if not each["adds_up"]
        ]
