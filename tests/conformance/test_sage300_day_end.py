"""Day end of Sage 300: the bridge to A/R, never run by us unless the configuration says so, alone and inside its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from conformance.sage300_stand import Sage300Stand
from tidegate.config.problem import Report
from tidegate.conformance.opened import opened
from tidegate.conformance.seats import SeatBook
from tidegate.conformance.stand import accepted, delta, make_order, send
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage300.settings import Sage300Settings

EVENING = datetime(2026, 3, 2, 22, 15, tzinfo=UTC)
WINDOW = "22:00-23:00"
Made = Callable[[str], Sage300Stand]


def invoiced(window: str) -> Sage300Stand:
    """A company with an invoice that waits for day end, which people run, or we in this window."""
    stand = Sage300Stand(settings={"day_end": window}, day_end="by_people")
    with opened(stand.company) as session:
        order = accepted(send(session, make_order(stand, 213)))
    stand.do("despatch", order=order.number)
    stand.do("invoice-run")
    return stand


@pytest.fixture
def make() -> Iterator[Made]:
    made: list[Sage300Stand] = []

    def stand(window: str) -> Sage300Stand:
        made.append(invoiced(window))
        return made[-1]

    yield stand
    for one in made:
        one.close()


def works(stand: Sage300Stand, at: datetime, purpose: Purpose = Purpose.WRITING) -> int:
    """A session at this time; how often day end has been run since the company was made."""
    stand.sandbox_clock.set(at)
    with opened(stand.company, purpose):
        pass
    return stand.face.database.day_ends


def test_it_is_never_run_by_us_where_the_configuration_is_silent(make: Made) -> None:
    stand = make("")
    assert [works(stand, EVENING.replace(hour=hour)) for hour in range(10, 24)] == [0] * 14
    assert stand.face.database.asked_for_day_end == []


def test_inside_its_window_it_is_run_once_and_invoices_are_in_the_ledger(make: Made) -> None:
    stand = make(WINDOW)
    assert works(stand, EVENING.replace(hour=21, minute=59)) == 0
    with opened(stand.company) as session:
        assert delta(session.ledgers.read(None)).rows == ()
    assert works(stand, EVENING, Purpose.READING) == 0, "reading runs nothing"
    assert [works(stand, EVENING) for _ in range(2)] == [1, 1]
    assert len([one for one in stand.wire.log if "DayEnd" in one.path]) == 1
    with opened(stand.company) as session:
        [invoice] = delta(session.ledgers.read(None)).rows
    assert invoice.gross == Decimal("29.98")


def test_after_its_window_it_is_the_operators_until_the_next_evening(make: Made) -> None:
    stand = make(WINDOW)
    assert works(stand, EVENING.replace(hour=23, minute=0)) == 0
    assert works(stand, EVENING.replace(day=3)) == 1


def test_it_is_run_by_nobody_while_another_process_of_ours_is_at_work(make: Made) -> None:
    stand = make(WINDOW)
    stand.sandbox_clock.set(EVENING)
    book = SeatBook()
    one, other = stand.beside(book), stand.beside(book)
    held = book.take(stand.seats.name, 2, wait=False)
    with one.session(Purpose.WRITING):
        assert stand.face.database.day_ends == 0
    book.give_back(held)
    with other.session(Purpose.WRITING):
        assert stand.face.database.day_ends == 1


def test_one_that_fails_stops_no_work_and_is_tried_again(make: Made) -> None:
    stand = make(WINDOW)
    stand.face.options.denied = frozenset({("ICDayEndProcessing", "POST")})
    assert works(stand, EVENING) == 0
    stand.face.options.denied = frozenset()
    assert works(stand, EVENING) == 1


@pytest.mark.parametrize("window", ["22:00", "23:00-22:00", "24:00-25:00", "at night"])
def test_a_window_is_within_a_day(window: str) -> None:
    report = Report("tidegate.toml")
    Sage300Settings(day_end=window).check("companies.north", report)
    assert [one.found for one in report.problems if one.key == "companies.north.day_end"] == [window]
