"""The announced window is asked for at the moment of sending, with handed-in time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import tidegate
from tidegate.clock import VirtualClock
from tidegate.domain.calendar import Calendar, Closing
from tidegate.domain.errors import Failure
from tidegate.engine.window_gate import GIVE_UP, WindowGate
from tidegate.opening import SHORTEST, Opening
from tidegate.sage.sage200.client import Sage200Client
from tidegate.transport import Answer, HttpClient, NoAnswer

NIGHT = Calendar(
    "Europe/London", (Closing("FREQ=DAILY;BYHOUR=2;BYMINUTE=0;BYSECOND=0", 60, "nightly backup"),)
)
TWO = datetime(2026, 2, 3, 2, tzinfo=UTC)
LONG_BEFORE = TWO - timedelta(hours=9)


def gate_at(at: datetime) -> Opening | None:
    return WindowGate(NIGHT, VirtualClock(at))()


@pytest.mark.parametrize(
    ("before", "left"),
    [(timedelta(hours=3), 3 * 3600 - GIVE_UP), (timedelta(seconds=30), 28.0), (timedelta(seconds=1), -1.0)],
)
def test_what_is_left_ends_shortly_before_the_window(before: timedelta, left: float) -> None:
    opening = gate_at(TWO - before)
    assert opening is not None
    assert opening.seconds == left
    assert "02:00 UTC (nightly backup)" in opening.reason


def test_nothing_is_left_inside_it_and_much_after_it() -> None:
    inside, after = gate_at(TWO), gate_at(TWO + timedelta(hours=1))
    assert inside is not None
    assert after is not None
    assert (inside.seconds, inside.reason) == (0.0, "the company is closed until 03:00 UTC (nightly backup)")
    assert after.seconds == 23 * 3600 - GIVE_UP


def test_a_company_without_windows_has_no_end() -> None:
    assert WindowGate(Calendar("UTC"), VirtualClock(TWO))() is None


def test_one_gate_follows_the_clock_through_windows_and_back() -> None:
    """What it remembers of the next window is forgotten when time has passed it, and when the clock was put back."""
    clock = VirtualClock(LONG_BEFORE)
    gate = WindowGate(NIGHT, clock)
    seen = []
    for at in (LONG_BEFORE, TWO + timedelta(minutes=5), TWO + timedelta(hours=20), LONG_BEFORE):
        clock.set(at)
        opening = gate()
        assert opening is not None
        seen.append(opening.seconds)
    assert seen == [9 * 3600 - GIVE_UP, 0.0, 4 * 3600 - GIVE_UP, 9 * 3600 - GIVE_UP]


class Company(httpx.BaseTransport):
    """Answers with what a test says; each answer takes so many seconds of the clock."""

    def __init__(self, clock: VirtualClock, *answers: tuple[int, float]) -> None:
        self.clock = clock
        self.answers = list(answers)
        self.seen: list[tuple[str, datetime]] = []
        self.patience: list[float] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        status, seconds = self.answers.pop(0)
        self.seen.append((f"{request.method} {request.url.path}", self.clock.now()))
        self.patience.append(request.extensions["timeout"]["read"])
        if seconds > self.patience[-1]:
            self.clock.advance(self.patience[-1])
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        self.clock.advance(seconds)
        return httpx.Response(status, json=[] if request.method == "GET" else {"id": 1})


def company_at(at: datetime, *answers: tuple[int, float]) -> tuple[Company, HttpClient]:
    clock = VirtualClock(at)
    company = Company(clock, *answers)
    client = HttpClient(
        "https://a.example",
        timeout=60,
        max_bytes=1000,
        transport=company,
        clock=clock,
        gate=WindowGate(NIGHT, clock),
    )
    return company, client


@pytest.mark.parametrize("before", [SHORTEST + GIVE_UP - 1, 0, -1800])
def test_a_call_that_comes_too_late_does_not_leave(before: float) -> None:
    company, client = company_at(TWO - timedelta(seconds=before))
    answer = client.request("POST", "/sop_orders", content=b"{}")
    assert isinstance(answer, NoAnswer)
    assert not answer.sent
    assert "nothing was sent" in answer.text
    assert (company.seen, client.counter.value) == ([], 0)


def test_a_call_that_leaves_before_it_is_over_before_it() -> None:
    """A timeout of a minute would last into the backup: it is cut. That teaches nothing of what is too much."""
    company, client = company_at(TWO - timedelta(seconds=20), (200, 45.0))
    answer = client.request("GET", "/products")
    assert company.patience == [20 - GIVE_UP]
    assert company.clock.now() == TWO - timedelta(seconds=GIVE_UP)
    assert isinstance(answer, NoAnswer)
    assert answer.sent
    assert not answer.too_much


def test_long_before_it_a_call_has_its_own_time() -> None:
    company, client = company_at(LONG_BEFORE, (200, 59.0), (200, 61.0))
    assert isinstance(client.request("GET", "/products"), Answer)
    slow = client.request("GET", "/products")
    assert isinstance(slow, NoAnswer)
    assert slow.too_much
    assert company.patience == [60.0, 60.0]


def test_what_a_person_does_at_any_time_leaves_inside_it() -> None:
    company, client = company_at(TWO + timedelta(minutes=9), (200, 1.0))
    assert isinstance(client.request("POST", "/oauth/token", anytime=True), Answer)
    assert len(company.seen) == 1


class SlowSignIn:
    """Renews the token in so many seconds."""

    def __init__(self, clock: VirtualClock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds

    def token(self) -> str:
        return "old"

    def renewed(self, refused: str) -> str:
        self.clock.advance(self.seconds)
        return "new"


@pytest.mark.parametrize(("seconds", "sent"), [(5.0, 2), (30.0, 1), (75.0, 1)])
def test_an_order_is_not_sent_again_when_its_sign_in_lasted_until_the_window(
    seconds: float, sent: int
) -> None:
    """Asked before the call, all was well; it was refused by 401 and the token renewed, and that took its time."""
    company, http = company_at(TWO - timedelta(seconds=41), (401, 1.0), (200, 1.0))
    client = Sage200Client(http, SlowSignIn(company.clock, seconds), site="s", company="1")  # type: ignore[arg-type]
    answer = client.send("POST", "/sop_orders", body=b"{}")
    assert len(company.seen) == sent
    assert all(at < TWO for _, at in company.seen)
    if sent == 1:
        assert isinstance(answer, Failure)
        assert not answer.sent  # nothing is in doubt: it goes after the window
        assert "nothing was sent" in answer.text


def test_every_client_of_every_room_comes_from_the_factory_that_has_the_gate() -> None:
    """A room that made a client of its own would pass by the window."""
    source = Path(tidegate.__file__).parent
    makers = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"\b(HttpClient|PlainClient)\(|\bhttpx\.(Client|get|post|request)\(", path.read_text())
    ]
    assert makers == ["transport.py"]
